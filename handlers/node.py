"""`node NAME`: one node, and which of its limits binds first."""

from handlers.answer import Kind, report_word
from handlers.render.node import node_page

WORD = report_word(
    Kind(word="node", page=node_page, least=1, most=1, asks="Which node?", names="node"),
    usage="node NAME",
    about="shows one node: its pod limit, its addresses, what was found about it",
)
