"""The digests: which there are, when each comes due, what it says, and the word that people set them by."""
