"""Forecasts come from a process of their own, which ends with the one that asks."""

import asyncio
import os
import signal
import socket
import sys
from math import sqrt

import pytest
import uvloop

from app.live.foresight import Foresight, ForesightFailed


def test_questions_are_answered_and_a_mistake_spoils_only_its_own() -> None:
    async def day() -> None:
        foresight = Foresight()
        assert await foresight.ask(sqrt, 9.0) == 3.0
        with pytest.raises(ForesightFailed):
            await foresight.ask(sqrt, -1.0)
        assert await foresight.ask(os.getpid) != os.getpid()
        await foresight.close()

    asyncio.run(day())


def test_a_killed_process_is_started_anew_with_the_next_question() -> None:
    async def day() -> None:
        foresight = Foresight()
        os.kill(await foresight.ask(os.getpid), signal.SIGKILL)
        with pytest.raises(ForesightFailed):
            await foresight.ask(sqrt, 4.0)
        assert await foresight.ask(sqrt, 4.0) == 2.0
        await foresight.close()

    asyncio.run(day())


def test_what_asks_a_whole_terminal_or_unit_to_stop_does_not_stop_a_forecast_that_somebody_waits_for() -> None:
    async def day() -> None:
        foresight = Foresight()
        process = await foresight.ask(os.getpid)
        for asked in (signal.SIGINT, signal.SIGTERM):
            os.kill(process, asked)
        assert await foresight.ask(os.getpid) == process
        await foresight.close()
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)  # it ends with who asks

    asyncio.run(day())


def test_who_stops_waiting_does_not_get_the_next_ones_answer() -> None:
    async def day() -> None:
        foresight = Foresight()
        asked = asyncio.create_task(foresight.ask(sum, [1] * 3_000_000))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert await foresight.ask(sqrt, 16.0) == 4.0
        await foresight.close()

    asyncio.run(day())


def test_nothing_that_the_server_listens_at_is_held_by_it_for_a_killed_server_must_come_back_at_its_port() -> None:
    async def day() -> None:
        foresight = Foresight()
        with socket.socket() as door:
            door.set_inheritable(True)  # as uvicorn's is
            held = await foresight.ask(os.listdir, "/proc/self/fd")
            await foresight.close()
            look = "import os; print(*os.listdir('/proc/self/fd'))"
            pipe = asyncio.subprocess.PIPE
            control = await asyncio.create_subprocess_exec(sys.executable, "-c", look, stdout=pipe)
            said, _ = await control.communicate()
            assert str(door.fileno()) in said.decode().split(), "the control: any other process is handed it"
        assert set(held) <= {"0", "1", "2", "3"}, "3 is the folder that was just looked at"

    uvloop.run(day())
