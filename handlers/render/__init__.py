"""Puts a report into words: Block Kit, terminal, Markdown and JSON. Pure."""
