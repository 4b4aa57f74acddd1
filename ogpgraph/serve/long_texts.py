"""Long texts of requests are read in a thread, one after another, while the event loop answers others.

Reading takes about a microsecond a character. Two texts at the same time would take no less time together, and their
threads would leave the event loop a smaller share of the interpreter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from ogpgraph.engine.job import LimitReached

P = ParamSpec("P")
T = TypeVar("T")

# Characters, or bytes of a form: what is shorter is read on the event loop in less time than a thread costs others.
LONGEST_AT_ONCE = 16_384


class LongTexts:
    """The turn of long texts; ``queue_seconds`` is the longest wait for the texts before."""

    def __init__(self, queue_seconds: int) -> None:
        self._seconds = queue_seconds
        self._turn = asyncio.Lock()

    async def read(self, length: int, reader: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """What ``reader`` makes of a text of this length; LimitReached (503, queue_seconds) after too long a wait."""
        if length <= LONGEST_AT_ONCE:
            return reader(*arguments, **named)
        await self._take_turn()
        try:
            return await asyncio.to_thread(reader, *arguments, **named)
        finally:
            self._turn.release()

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._turn.acquire()
        except TimeoutError:
            found = "other long texts were read all that time"
            raise LimitReached(503, "queue_seconds", self._seconds, found, retry_seconds=self._seconds) from None
