"""`config`: what is wrong in the settings that are in use."""

from handlers.answer import Kind, report_word
from handlers.render.config import config_page

WORD = report_word(
    Kind(word="config", page=config_page),
    usage="config",
    about="shows what is wrong in the settings in use",
)
