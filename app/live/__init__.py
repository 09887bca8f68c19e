"""Live screens: what is true is pushed to everyone who follows it, numbered, never as a diff."""
