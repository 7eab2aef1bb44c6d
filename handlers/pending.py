"""`pending`: which pods wait, for what, and which limit holds them."""

from handlers.answer import Kind, report_word
from handlers.render.pending import pending_page

WORD = report_word(
    Kind(word="pending", page=pending_page),
    usage="pending",
    about="groups the waiting pods by what they wait for, each with the limit that binds it and its numbers",
)
