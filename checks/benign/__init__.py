"""What looks broken and is not: notes, so that nobody is woken for it."""
