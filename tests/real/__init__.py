"""The bot beside real servers: `make test-real` builds what they need, and runs these."""
