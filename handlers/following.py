"""Follows a sweep: its progress and then what it brought, in one message."""

from collections.abc import Callable
from dataclasses import dataclass

from checks.report import Report
from handlers.command import Desk
from handlers.outcome import Outcome
from handlers.post import Post
from handlers.question import Place
from handlers.render.blocks import error_blocks, progress_blocks, progress_line
from handlers.render.message import Message
from handlers.work import Seen, Sweep, SweepFailed

Draw = Callable[[Seen], Message]


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as a message, and what became of that."""

    report: Report
    message: Message
    outcome: Outcome


def follow(under_way: Sweep, place: Place, cluster: str, desk: Desk, draw: Draw) -> Shown | None:
    """Show a sweep's progress, then what it brought, in one message at ``place``; None for nothing."""
    post = desk.chat.at(place)
    try:
        post.progress(progress_blocks((), cluster=cluster))
        for lines in under_way.follow(desk.every_s):
            told = [progress_line(line.part, line.ok, line.seconds) for line in lines]
            post.progress(progress_blocks(told, cluster=cluster))
        report = under_way.report()
        message = draw(Seen(report))
        return Shown(report, message, post.finish(message))
    except SweepFailed as error:
        _say_why(error, place, post, cluster, desk, draw)
        return None


def _say_why(error: SweepFailed, place: Place, post: Post, cluster: str, desk: Desk, draw: Draw) -> None:
    """In the place of the report; but where one stood, it comes back, and only who clicked is told."""
    last = desk.sweeps.last(cluster) if place.message_ts is not None else None
    if last is None:
        post.finish(error_blocks(error.title, error.help, cluster=cluster))
    else:
        post.finish(draw(last))
        desk.chat.whisper(place, error_blocks(error.title, error.help))
