"""`health`: do nodes and agents reach each other, and what proves it."""

from handlers.answer import Kind, report_word
from handlers.render.topic import HEALTH, topic_page

WORD = report_word(
    Kind(word="health", page=topic_page(HEALTH)),
    usage="health",
    about="says whether nodes, agents and the operator work and reach each other, with the proofs",
)
