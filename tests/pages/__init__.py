"""Pages of docs/ that are generated: ``python -m tests.pages`` writes them, a test compares them."""
