"""What the bot remembers of each cluster's room, and what follows from it."""
