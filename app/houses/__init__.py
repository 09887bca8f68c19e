"""Houses as files: the sample house, reading any house file, and explaining what is wrong in it."""
