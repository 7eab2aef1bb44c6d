"""Why the scheduler finds no node: limits that have nothing to do with pod addresses."""
