"""`status`: one message that follows the sweep and becomes the report."""

from functools import partial

from handlers.answer import Kind, report_word
from handlers.render.answer import Lay, Material
from handlers.render.status import status_page


def _whole(material: Material) -> Lay:
    return partial(status_page, material.report)


STATUS = Kind(word="status")
WORD = report_word(
    STATUS,
    usage="status",
    about="says which limit binds: the verdict, the causes with what to do, and what could not be checked",
    page=_whole,
)
