"""Prefix delegation: why a node that should hand out /28 blocks hands out single addresses."""
