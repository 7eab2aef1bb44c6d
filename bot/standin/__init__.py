"""A stand-in for Slack's servers, on loopback: for tests, the console and the demo.

It speaks the Web API, Socket Mode, signed HTTP and response URLs, refuses what Slack refuses, and keeps the
conversations in memory. ``standin.Standin`` is the way in.
"""
