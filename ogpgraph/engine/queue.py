"""Who is served next: queries that wait for a worker, fairly between clients."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ogpgraph.engine.job import LimitReached

Served = TypeVar("Served")


class Shares:
    """How many queries each client has in the engine, waiting or running; the client without a name has no share."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str] = Counter()

    def take(self, client: str) -> None:
        """One query more of a client; LimitReached (429) where it has its share already."""
        if not client:
            return
        if self._held[client] >= self._most:
            found = f"this client has {self._held[client]} queries that wait or run"
            raise LimitReached(429, "client_queries", self._most, found, retry_seconds=1)
        self._held[client] += 1

    def give_back(self, client: str) -> None:
        """One query less."""
        if client and self._held[client] <= 1:
            del self._held[client]
        elif client:
            self._held[client] -= 1


@dataclass(eq=False, slots=True)
class _Waiting(Generic[Served]):
    client: str
    future: asyncio.Future[Served]


class Queue(Generic[Served]):
    """Queries that wait, bounded in number and time. The client with the fewest running queries goes first.

    ``returned`` takes back what was served to a query whose client had just gone.
    """

    def __init__(self, most: int, seconds: float, returned: Callable[[Served, str], None]) -> None:
        self._most = most
        self._returned = returned
        self._seconds = seconds
        self._waiting: list[_Waiting[Served]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    async def wait(self, client: str) -> Served:
        """Wait for ``serve``; LimitReached (503) where the queue is full or the wait takes too long."""
        if len(self._waiting) >= self._most:
            found = f"{len(self._waiting)} queries wait already"
            raise LimitReached(503, "queue_length", self._most, found, retry_seconds=int(self._seconds) or 1)
        loop = asyncio.get_running_loop()
        waiting: _Waiting[Served] = _Waiting(client, loop.create_future())
        self._waiting.append(waiting)
        timer = loop.call_later(self._seconds, self._give_up, waiting)
        try:
            return await waiting.future
        except asyncio.CancelledError:
            if waiting.future.done() and not waiting.future.cancelled() and not waiting.future.exception():
                self._returned(waiting.future.result(), client)
            raise
        finally:
            timer.cancel()
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def serve(self, served: Served, running: Counter[str]) -> str | None:
        """Give ``served`` to the client that is next; its name, or None where nobody waits.

        ``running``: how many queries of each client run.
        """
        waiting = [each for each in self._waiting if not each.future.done()]
        if not waiting:
            return None
        chosen = min(waiting, key=lambda each: running[each.client])  # the first of equals has waited longest
        self._waiting.remove(chosen)
        chosen.future.set_result(served)
        return chosen.client

    def _give_up(self, waiting: _Waiting[Served]) -> None:
        if not waiting.future.done():
            found = "no worker was free in that time"
            error = LimitReached(503, "queue_seconds", int(self._seconds), found, retry_seconds=int(self._seconds) or 1)
            waiting.future.set_exception(error)
