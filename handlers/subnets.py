"""`subnets`: what is free in each subnet, in whole blocks too, and how long it lasts."""

from handlers.answer import Asked, Kind, report_word
from handlers.command import Desk
from handlers.history.forecast import outlook
from handlers.render.answer import Material, again_value, answer_blocks
from handlers.render.message import Message
from handlers.render.subnets import subnets_page
from handlers.work import Seen


def _draw(seen: Seen, asked: Asked, desk: Desk) -> Message:
    now = desk.now()
    lay = subnets_page(Material(report=seen.report, outlooks=outlook(desk.store, asked.cluster, now)))
    again = again_value(asked.cluster, "subnets", ())
    return answer_blocks(lay, seen.report, again, now=now, age_s=seen.age_s)


WORD = report_word(
    Kind(word="subnets", draw=_draw),
    usage="subnets",
    about="shows free addresses and free whole /28 blocks of each subnet, and how many days they last",
    page=subnets_page,
)
