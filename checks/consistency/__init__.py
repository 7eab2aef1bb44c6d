"""Whether AWS, operator and agents agree on which addresses there are."""
