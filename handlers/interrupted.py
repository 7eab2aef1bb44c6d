"""Tells in the message itself that its question was not answered, where the process that was at it died."""

from handlers.command import Desk, Timer
from handlers.outcome import Problem
from handlers.render.blocks import error_blocks
from handlers.underway import BEAT

MESSAGE = error_blocks("I was restarted before this was done.", "Ask again.")


def look(desk: Desk) -> None:
    """Be at one's own, and end what is left over; stopped in between, it is ended again."""
    underway = desk.chat.underway
    if underway is None:
        return
    underway.beat()
    for channel, ts in underway.left_over():
        became = desk.chat.edit(channel, ts, MESSAGE)
        if became.problem is not Problem.LIMITED:  # that one is tried again
            underway.ended(channel, ts)


TIMER = Timer(name="interrupted", every=BEAT, run=look)
