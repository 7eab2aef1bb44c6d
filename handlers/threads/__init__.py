"""Troubleshooting in a thread: what it is about, what was seen in it, and how that is handed over.

memory keeps a thread's subject and looks, outline a report's outline to compare with; changed, evidence,
handoff and wrong answer; named and diagnose read an alert's message.
"""
