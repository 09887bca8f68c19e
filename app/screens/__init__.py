"""Screens: what one kind of person sees, a pure function of the floor. Codes and moments; words are made in templates."""
