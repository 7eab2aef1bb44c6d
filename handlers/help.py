"""`help`: the words there are; and what to say to a word there is not."""

import difflib
from collections.abc import Sequence

from handlers.command import Desk, Word
from handlers.question import Question
from handlers.render.escape import clean, mrkdwn_code
from handlers.render.message import Message
from handlers.render.sections import chunks, section

MAX_WORD_CHARS = 40
WORD = Word(
    word="help",
    usage="help",
    about="shows this",
    begin=lambda question, desk: explain(question.command, desk),
    again=False,
)


EXAMPLES = ("pending", "why shop/api-7c9d5-x2x1p", "node ip-10-0-1-5", "limits m5.large c6i.xlarge")


THREAD_EXAMPLES = ("check again", "why", "evidence", "node", "what changed", "handoff")


def explain(command: str, desk: Desk) -> Message:
    """Every word with what it does, and what may follow it."""
    lines = list(usages(command, desk.words))
    lines.append("*For example* " + ", ".join(f"`{after(command, example)}`" for example in EXAMPLES))
    clusters = desk.sweeps.names
    if len(clusters) > 1:
        lines.append(
            f"A cluster's name may follow: `{after(command, 'status NAME')}`. "
            f"I look at {len(clusters)} of them."
        )
    lines.append(
        "The same words work in a thread or a channel after a mention of me, and in a direct message."
    )
    thread = ", ".join(f"`{example}`" for example in THREAD_EXAMPLES)
    lines.append(
        f"In a thread you need not repeat yourself: mention me there with {thread}. "
        "The menu of a message has *Diagnose this message*, for alerts."
    )
    lines.append("Everybody in the channel sees an answer; with `--quiet` after any words only you do.")
    lines.append("I only read: the cluster, AWS, and of your conversations just what is said to me.")
    return _message("*What you can ask me*", *lines)


def usages(command: str, words: Sequence[Word]) -> Sequence[str]:
    """A line for each word, in mrkdwn."""
    return [f"`{after(command, word.usage)}` {word.about}" for word in words]


def after(command: str, words: str) -> str:
    """The words as they are to be typed: after the command, or alone where there is none."""
    return f"{command} {words}".lstrip()


def unknown(question: Question, words: Sequence[Word]) -> Message:
    """The nearest word there is, for one that there is not."""
    said = mrkdwn_code(clean(question.word, MAX_WORD_CHARS))
    near = difflib.get_close_matches(
        question.word[:MAX_WORD_CHARS], [word.word for word in words], n=1, cutoff=0.5
    )
    first = f"I do not know {said}."
    if near:
        first += f" Did you mean `{after(question.command, near[0])}`?"
    return _message(first, f"`{after(question.command, 'help')}` shows every word.")


def _message(*lines: str) -> Message:
    return Message("\n".join(lines), [section(chunk) for chunk in chunks(lines)])
