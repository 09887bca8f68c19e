"""Use cases: one function is one work, one thing that a person or the clock does. They know neither HTTP nor SQL."""
