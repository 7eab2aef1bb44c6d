"""`limits TYPE…`: what an instance type can hold, with the working."""

from handlers.answer import Kind, report_word
from handlers.render.instance_limits import limits_page

WORD = report_word(
    Kind(word="limits", page=limits_page, most=10),
    usage="limits TYPE…",
    about="works out what instance types hold: ENIs, addresses, prefixes, pods (none named: the cluster's)",
)
