"""The demo: a drawn day of the sample house, played through the public API by a client of its own."""
