"""`webhooks`: can the API server call its webhooks, and what proves it."""

from handlers.answer import Kind, report_word
from handlers.render.topic import WEBHOOKS, topic_page

WORD = report_word(
    Kind(word="webhooks", page=topic_page(WEBHOOKS)),
    usage="webhooks",
    about="says whether admission webhooks and aggregated APIs can be called, with the proofs",
)
