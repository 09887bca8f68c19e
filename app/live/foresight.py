"""Foresight: forecasts and journeys are computed in a process of their own, so that no call ever waits for one."""

import asyncio
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import app
from app.live.foreseer import HEAD, frame

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE = 20.0
"""Seconds; who has not answered by then is ended and started anew."""


class ForesightFailed(Exception):
    """The computation failed, or its process did; the next question starts a new one."""


class Foresight:
    """One process that computes, started with the first question; questions are answered one after another."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, function: Callable[P, R], *arguments: P.args, **nothing: P.kwargs) -> R:
        """What `function` of the rules gives for these arguments; both must be plain values that can be sent."""
        question = await asyncio.to_thread(frame, (function, arguments))
        async with self._turn:
            process = await self._started()
            try:
                good, answer = await asyncio.wait_for(_exchange(process, question), PATIENCE)
            except BaseException as error:  # also when the asker is cancelled: a late answer must not be the next one's
                await self._end()
                if isinstance(error, OSError | EOFError | asyncio.TimeoutError):
                    raise ForesightFailed(type(error).__name__) from None
                raise
        if not good:
            raise ForesightFailed(str(answer))
        result: R = answer
        return result

    async def close(self) -> None:
        """End the process, if there is one."""
        await self._end()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            root = str(Path(app.__file__).resolve().parent.parent)
            pipe = asyncio.subprocess.PIPE
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "app.live.foreseer",
                stdin=pipe, stdout=pipe, env={**os.environ, "PYTHONPATH": root},
            )  # fmt: skip
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.stdin:
                process.stdin.close()
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _exchange(process: asyncio.subprocess.Process, question: bytes) -> tuple[bool, Any]:
    assert process.stdin and process.stdout, "both are pipes"
    process.stdin.write(question)
    await process.stdin.drain()
    size = int.from_bytes(await process.stdout.readexactly(HEAD), "big")
    good, answer = await asyncio.to_thread(pickle.loads, await process.stdout.readexactly(size))
    return good, answer
