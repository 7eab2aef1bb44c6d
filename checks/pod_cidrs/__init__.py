"""The ranges that pods get addresses from, and who else uses them."""
