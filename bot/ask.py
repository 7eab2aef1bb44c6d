"""`cilium-bot ask`: the answer of any word of /cilium as a page, with no Slack."""

import difflib
from collections.abc import Callable, Sequence

from bot.book import WORDS
from checks.collect.source import SourceError
from checks.judge import judge
from checks.snapshot import Snapshot
from handlers import help
from handlers.question import Place, asked
from handlers.render.answer import Material, answer_page, neutral
from handlers.render.page import Bullets, Page, Section, plain

COMMAND = "cilium-bot ask"


def page_of(words: Sequence[str], read: Callable[[], Snapshot]) -> Page:
    """The answer; the cluster is read only where the word needs it. Raises SourceError."""
    question = asked(" ".join(words), COMMAND, Place(channel="", user="", response_url=""), "")
    if question.word == help.WORD.word:
        return _help()
    named = question.others
    word = next((word for word in WORDS if question.word == word.word or question.word in word.also), None)
    if word is None or word.page is None:
        offered = [word.word for word in WORDS if word.page is not None]
        near = difflib.get_close_matches(question.word, offered, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"the words are {', '.join(offered)}"
        raise SourceError(f"{COMMAND} does not know {question.word!r}; {hint}")
    if len(named) < word.needs:
        raise SourceError(f"a name is missing: {COMMAND} {word.usage}")
    snapshot = read()
    report = judge(snapshot)
    return answer_page(word.page(Material(report=report, named=named, snapshot=snapshot)), report)


def _help() -> Page:
    offered = [word for word in WORDS if word.page is not None]
    lines = tuple((plain(f"{COMMAND} {word.usage}: {word.about}"),) for word in offered)
    return Page(neutral("Help"), "what you can ask", "", (Section((Bullets(lines),)),))
