"""`nodes`: how full the nodes are, the fullest first."""

from handlers.answer import Kind, report_word
from handlers.render.nodes import nodes_page

WORD = report_word(
    Kind(word="nodes", page=nodes_page),
    usage="nodes",
    about="shows pods and addresses of the nodes, those with the least room first",
)
