"""Who is served next: queries that wait for a worker, fairly between clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ogpgraph.engine.job import LimitReached

Served = TypeVar("Served")
Served_contra = TypeVar("Served_contra", contravariant=True)


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


class Seeker(Protocol[Served_contra]):
    """Who waits: an answer that needs a worker."""

    @property
    def is_wanted(self) -> bool:
        """False where whoever asked has gone and only not said so yet."""
        ...

    def found(self, served: Served_contra) -> None:
        """It is served."""

    def refused(self, error: LimitReached) -> None:
        """It has waited too long."""


@dataclass(frozen=True, slots=True)
class Waiting(Generic[Served]):
    """One that waits, for a client."""

    seeker: Seeker[Served]
    client: str
    deadline: float  # in the loop's time


class Queue(Generic[Served]):
    """Who waits, bounded in number and time. The client with the fewest running queries goes first.

    ``refuse`` is called with one that has waited too long and was taken out of the queue.
    """

    def __init__(self, most: int, seconds: float, refuse: Callable[[Waiting[Served], LimitReached], None]) -> None:
        self._most = most
        self._refuse = refuse
        self._seconds = seconds
        self._waiting: dict[Seeker[Served], Waiting[Served]] = {}  # who came first stands first
        self._timer: asyncio.TimerHandle | None = None  # one for all: each may wait equally long

    def __len__(self) -> int:
        return sum(seeker.is_wanted for seeker in self._waiting) if self._waiting else 0

    def join(self, seeker: Seeker[Served], client: str) -> None:
        """Let one more wait; LimitReached (503) where the queue is full."""
        if len(self) >= self._most:
            found = f"{len(self)} queries wait already"
            raise LimitReached(503, "queue_length", self._most, found, retry_seconds=int(self._seconds) or 1)
        loop = asyncio.get_running_loop()
        waiting = Waiting(seeker, client, loop.time() + self._seconds)
        self._waiting[seeker] = waiting
        if self._timer is None:
            self._timer = loop.call_at(waiting.deadline, self._give_up, loop)

    def leave(self, seeker: Seeker[Served]) -> None:
        """It waits no more."""
        self._waiting.pop(seeker, None)

    def next(self, running: Mapping[str, int]) -> Waiting[Served] | None:
        """Take out the one that is to be served now; None where nobody waits.

        ``running``: how many queries of each client run.
        """
        waiting = [each for each in self._waiting.values() if each.seeker.is_wanted]
        if not waiting:
            return None
        # The first of equals has waited longest.
        chosen = min(waiting, key=lambda each: running.get(each.client, 0)) if len(waiting) > 1 else waiting[0]
        del self._waiting[chosen.seeker]
        return chosen

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Refuse those who have waited too long; set the timer for the one who is next to."""
        self._timer = None
        seconds = int(self._seconds)
        for waiting in list(self._waiting.values()):
            if loop.time() < waiting.deadline:
                self._timer = loop.call_at(waiting.deadline, self._give_up, loop)
                return
            del self._waiting[waiting.seeker]
            found = "no worker was free in that time"
            self._refuse(waiting, LimitReached(503, "queue_seconds", seconds, found, seconds or 1))
