"""Measures two promises: how a sweep scales, and that Slack is not kept waiting. `python -m bench`."""
