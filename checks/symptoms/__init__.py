"""What hurts now: one symptom of the report per file (the list and the rules are the report format's)."""
