"""The agents' life on their nodes: whether they can start, when nodes open, and what they throttle."""
