"""Incidents and healthy oddities as built clusters, each with the answer that an expert would give.

A scenario is a function that builds a source, and the truth beside it. The truth comes from the failure
descriptions, never from what the bot said. Add one: write a function in the module of its topic and decorate
it with ``scenario``.
"""

from tests.scenarios.corpus import Scenario, corpus, scenario

__all__ = ["Scenario", "corpus", "scenario"]
