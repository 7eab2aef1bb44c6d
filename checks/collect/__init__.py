"""Reads: the only code that asks an API or opens a recording."""
