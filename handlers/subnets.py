"""`subnets`: what is free in each subnet, and in whole blocks."""

from handlers.answer import Kind, report_word
from handlers.render.subnets import subnets_page

WORD = report_word(
    Kind(word="subnets", page=subnets_page),
    usage="subnets",
    about="shows free addresses and free whole /28 blocks of each subnet",
)
