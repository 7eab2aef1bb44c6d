"""Wires: settings, clients, schedules and the store. The only room that makes clients."""
