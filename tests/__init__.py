"""The tests: they mirror the rooms (tests/checks, tests/handlers, tests/bot); fakes stand at the edge."""
