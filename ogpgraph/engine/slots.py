"""How many queries another server gets from us at a time, by lane, and who waits meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter

from ogpgraph.engine.job import EngineFailed, Job, Lane, LimitReached
from ogpgraph.engine.queue import Queue, Shares, Waiting
from ogpgraph.settings import Settings


class Slots:
    """The slots of every lane: strangers never hold those of the pages. Whoever takes one gives it back once."""

    def __init__(self, settings: Settings) -> None:
        self._shares = Shares(settings.client_queries)
        most = {Lane.PUBLIC: settings.queries_at_once, Lane.RESERVED: settings.reserved_workers, Lane.FEDERATED: 1}
        self._lanes = {lane: _Lane(number, settings) for lane, number in most.items()}
        self._is_closing = False
        self._drained = asyncio.Event()

    @property
    def running(self) -> int:
        """Queries that have a slot."""
        return sum(lane.running.total() for lane in self._lanes.values())

    @property
    def queued(self) -> int:
        """Queries that wait for a slot."""
        return sum(len(lane.queue) for lane in self._lanes.values())

    async def take(self, job: Job) -> None:
        """Wait for a slot; LimitReached where the client has its share, the queue is full or the wait too long."""
        if self._is_closing:
            raise EngineFailed("the server is closing: ask again", status=503)
        self._shares.take(job.client)
        try:
            await self._lanes[job.lane].enter(job.client)
        except BaseException:
            self._shares.give_back(job.client)
            self._check_drained()
            raise

    def give_back(self, job: Job) -> None:
        """The query is done; the next in turn gets its slot."""
        self._shares.give_back(job.client)
        self._lanes[job.lane].leave(job.client)
        self._check_drained()

    async def drained(self) -> None:
        """Give no slot any more; wait until every query that has or awaits one is done."""
        self._is_closing = True
        self._check_drained()
        await self._drained.wait()

    def _check_drained(self) -> None:
        if self._is_closing and not self.running and not self.queued:
            self._drained.set()


class _Lane:
    """Who runs and who waits in one lane. A free slot means that nobody waits: who leaves lets the next one in."""

    def __init__(self, most: int, settings: Settings) -> None:
        self.running: Counter[str] = Counter()  # by client
        self.queue: Queue[None] = Queue(settings.queue_length, settings.queue_seconds, _refuse)
        self._most = most

    async def enter(self, client: str) -> None:
        if self.running.total() < self._most:
            self.running[client] += 1
            return
        turn = _Turn()
        self.queue.join(turn, client)
        try:
            await turn.come
        except asyncio.CancelledError:
            if turn.come.cancelled():
                self.queue.leave(turn)
            elif not turn.come.exception():  # it had come just before
                self.leave(client)
            raise

    def leave(self, client: str) -> None:
        self.running[client] -= 1
        if not self.running[client]:
            del self.running[client]
        following = self.queue.next(self.running)
        if following is not None:
            self.running[following.client] += 1
            following.seeker.found(None)


class _Turn:
    """The wait of a task for a slot."""

    def __init__(self) -> None:
        self.come: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def is_wanted(self) -> bool:
        return not self.come.cancelled()

    def found(self, _: None) -> None:
        self.come.set_result(None)

    def refused(self, error: LimitReached) -> None:
        self.come.set_exception(error)


def _refuse(waiting: Waiting[None], error: LimitReached) -> None:
    waiting.seeker.refused(error)
