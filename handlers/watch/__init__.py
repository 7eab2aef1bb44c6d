"""Messages that follow the waiting pods."""
