"""Persistence: rows to floor and back, the event log, and the one unit of work."""
