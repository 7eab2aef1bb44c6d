"""Judges: pure rules over one snapshot of a cluster, and the collectors that fill it."""
