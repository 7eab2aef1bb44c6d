"""`cilium-bot record OUT`: keeps what the collectors read of a live cluster on disk, and nothing secret.

write runs it; tee writes down what is read; redact takes out what is secret; draft holds the files until the
recording is whole; anonymise replaces names, and vocabulary holds the words that it leaves.
"""

from bot.record.write import record

__all__ = ["record"]
