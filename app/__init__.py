"""Samedag: the same-day front desk of a house where several authorities receive newcomers."""
