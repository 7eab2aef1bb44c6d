"""Collectors: raw answers in, parts out."""
