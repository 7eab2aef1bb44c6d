"""What is to be told unasked in a channel: what is new there, and what is worse than was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.problems.model import Ledger, Post, Problem

FRESH = timedelta(hours=1)  # older news is the digest's
JOINED = timedelta(days=1)  # a message takes up what came so long after it


@dataclass(frozen=True, slots=True)
class News:
    """``new`` has no message in the channel yet; ``worse`` has one."""

    new: tuple[Problem, ...] = ()
    worse: tuple[Problem, ...] = ()


def news(ledger: Ledger, channel: str, now: datetime) -> News:
    """What the channel is to hear. Slight risks, and what is silenced or not there at the moment, wait."""
    loud = [problem for problem in ledger.open if _is_loud(problem, now)]
    posts = {id: post for post in ledger.posts if post.channel == channel for id in post.told}
    return News(
        new=tuple(problem for problem in loud if problem.id not in posts),
        worse=tuple(p for p in loud if p.id in posts and posts[p.id].told[p.id] < p.rose),
    )


def _is_loud(problem: Problem, now: datetime) -> bool:
    there = problem.missing is None and problem.unread is None
    slight = not problem.now.hurts and problem.now.severity == "low"
    still = problem.rose_from is None or problem.now.grade == problem.worst.grade
    return there and still and not slight and not problem.silenced(now) and now - problem.rose < FRESH


def post_of(ledger: Ledger, channel: str, id: str) -> Post | None:
    """The message in that channel that tells of a problem."""
    return next((post for post in ledger.posts if post.channel == channel and id in post.told), None)


def latest_post(ledger: Ledger, channel: str, now: datetime) -> Post | None:
    """The channel's last message, as long as it may take up more problems."""
    young = [post for post in ledger.posts if post.channel == channel and now - post.at < JOINED]
    return young[-1] if young else None


def rises(problems: Sequence[Problem]) -> tuple[datetime, ...]:
    """The moments at which these became news."""
    return tuple(sorted({problem.rose for problem in problems}))
