"""`python -m app` is the `samedag` command."""

from app.cli import main

main()
