"""Tests of app.houses."""
