"""`dns`: does the cluster resolve names, and what proves it."""

from handlers.answer import Kind, report_word
from handlers.render.topic import DNS, topic_page

WORD = report_word(
    Kind(word="dns", page=topic_page(DNS)),
    usage="dns",
    about="says whether cluster DNS answers, with the proofs",
)
