"""Who is served next: queries that wait for a worker, fairly between clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ogpgraph.engine.job import LimitReached

Served = TypeVar("Served")


class Shares:
    """How many queries each client has in the engine, waiting or running; the client without a name has no share."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[str, int] = {}

    def has_place(self, client: str) -> bool:
        """Whether ``take`` lets this client."""
        return not client or self._held.get(client, 0) < self._most

    def take(self, client: str) -> None:
        """One query more of a client; LimitReached (429) where it has its share already."""
        if not self.has_place(client):
            found = f"this client has {self._held[client]} queries that wait or run"
            raise LimitReached(429, "client_queries", self._most, found, retry_seconds=1)
        if client:
            self._held[client] = self._held.get(client, 0) + 1

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
    deadline: float  # in the loop's time


class Queue(Generic[Served]):
    """Queries that wait, bounded in number and time. The client with the fewest running queries goes first.

    ``returned`` takes back what was served to a query whose client had just gone.
    """

    def __init__(self, most: int, seconds: float, returned: Callable[[Served, str], None]) -> None:
        self._most = most
        self._returned = returned
        self._seconds = seconds
        self._waiting: list[_Waiting[Served]] = []  # who came first stands first
        self._timer: asyncio.TimerHandle | None = None  # one for all: each may wait equally long

    def __len__(self) -> int:
        """Who still waits; one that was cancelled stays in the list until its task has run."""
        return sum(not each.future.done() for each in self._waiting) if self._waiting else 0

    async def wait(self, client: str) -> Served:
        """Wait for ``serve``; LimitReached (503) where the queue is full or the wait takes too long."""
        if len(self) >= self._most:
            found = f"{len(self)} queries wait already"
            raise LimitReached(503, "queue_length", self._most, found, retry_seconds=int(self._seconds) or 1)
        loop = asyncio.get_running_loop()
        waiting: _Waiting[Served] = _Waiting(client, loop.create_future(), loop.time() + self._seconds)
        self._waiting.append(waiting)
        if self._timer is None:
            self._timer = loop.call_at(waiting.deadline, self._give_up, loop)
        try:
            return await waiting.future
        except asyncio.CancelledError:
            if waiting.future.done() and not waiting.future.cancelled() and not waiting.future.exception():
                self._returned(waiting.future.result(), client)
            raise
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def serve(self, served: Served, running: Mapping[str, int]) -> str | None:
        """Give ``served`` to the client that is next; its name, or None where nobody waits.

        ``running``: how many queries of each client run.
        """
        waiting = [each for each in self._waiting if not each.future.done()]
        if not waiting:
            return None
        # The first of equals has waited longest.
        chosen = min(waiting, key=lambda each: running.get(each.client, 0)) if len(waiting) > 1 else waiting[0]
        self._waiting.remove(chosen)
        chosen.future.set_result(served)
        return chosen.client

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Refuse those who have waited too long; set the timer for the one who is next to."""
        self._timer = None
        seconds = int(self._seconds)
        for waiting in self._waiting:
            if waiting.future.done():
                continue
            if loop.time() < waiting.deadline:
                self._timer = loop.call_at(waiting.deadline, self._give_up, loop)
                return
            found = "no worker was free in that time"
            waiting.future.set_exception(LimitReached(503, "queue_seconds", seconds, found, seconds or 1))
