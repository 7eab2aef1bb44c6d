"""What a sweep read, as frozen values: one module per place it was read from. Standard library only."""
