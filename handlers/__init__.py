"""Talks: commands, buttons and digests of Slack, and the renderers they share with the terminal."""
