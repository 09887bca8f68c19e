"""The rules: pure values and functions, standard library only. Nothing here does I/O or asks the time."""
