"""The Home tab: a person's own page of the bot, shown when they open it and after its buttons."""
