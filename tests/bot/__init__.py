"""Tests of the bot's room."""
