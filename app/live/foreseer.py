"""The process that computes forecasts: reads questions from its standard input, answers on its standard output, ends with it.

A question is a function of the rules and its arguments; nothing else is known here, and nothing is kept between two questions.
"""

import os
import pickle
import signal
import sys
from typing import BinaryIO

HEAD = 8
"""Bytes that say how long what follows is."""

MOST_FILES = 65_536


def frame(value: object) -> bytes:
    """A value as it goes through the pipe."""
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(HEAD, "big") + body


def main() -> None:
    """Answer until nobody asks any more: the pipe ends with the process at its other end, however that ends."""
    # uvloop hands on what the server listens at: held here, its port would stay taken for a moment after a kill -9.
    os.closerange(3, MOST_FILES)
    for to_all in (signal.SIGINT, signal.SIGTERM):  # of a terminal or a unit: we end with who asks, and no sooner
        signal.signal(to_all, signal.SIG_IGN)
    os.nice(10)  # calls go before forecasts
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    while body := _next(questions):
        function, arguments = pickle.loads(body)
        try:
            answer = True, function(*arguments)
        except Exception as error:
            answer = False, f"{type(error).__name__}: {error}"
        answers.write(frame(answer))
        answers.flush()


def _next(questions: BinaryIO) -> bytes | None:
    head = questions.read(HEAD)
    return questions.read(int.from_bytes(head, "big")) if len(head) == HEAD else None


if __name__ == "__main__":
    main()
