"""Which query runs where: lanes, the queues before them, and the generation of workers that takes new queries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ogpgraph.engine.cold import ColdNursery
from ogpgraph.engine.generation import Generation, Tally, Worker
from ogpgraph.engine.job import EngineFailed, Job, Lane, LimitReached
from ogpgraph.engine.nursery import Nursery, ZygoteGone
from ogpgraph.engine.queue import Queue, Seeker, Shares, Waiting
from ogpgraph.load import DamagedRelease
from ogpgraph.settings import Settings

_log = logging.getLogger(__name__)

_SPARE_WORKERS = 1  # of each lane: nobody waits for a fork
_PAUSES_SECONDS = (0.1, 0.5, 2.0, 5.0)  # before a zygote that could not be started is tried again


class _LaneState:
    """Who waits and who runs in one lane."""

    def __init__(self, most_running: int, queue: Queue[Worker]) -> None:
        self.most_running = most_running
        self.queue = queue
        self.running = 0
        self.running_of: dict[str, int] = {}  # by client

    def has_place(self) -> bool:
        return self.running < self.most_running

    def enter(self, client: str) -> None:
        self.running += 1
        self.running_of[client] = self.running_of.get(client, 0) + 1

    def leave(self, client: str) -> None:
        self.running -= 1
        self.running_of[client] -= 1
        if not self.running_of[client]:
            del self.running_of[client]


class Pool:
    """The lanes with their workers. ``start_nursery`` starts a zygote, at first and whenever it has ended."""

    def __init__(self, settings: Settings, start_nursery: Callable[[], Awaitable[Nursery | ColdNursery]]) -> None:
        self.tally = Tally()
        self._settings = settings
        self._start_nursery = start_nursery
        self._shares = Shares(settings.client_queries)
        self._lanes = {lane: self._lane(most) for lane, most in _workers(settings).items()}
        self._generation: Generation | None = None  # takes new queries; None until started, and while restarting
        self._old: set[Generation] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._drained = asyncio.Event()

    @property
    def nursery(self) -> Nursery | ColdNursery | None:
        """The zygote that new queries go to; None while there is none."""
        return self._generation.nursery if self._generation else None

    @property
    def is_confined(self) -> bool:
        """Whether no worker that should not has a network."""
        return self._generation is not None and self._generation.is_confined

    @property
    def running(self) -> int:
        """Queries that have a worker."""
        return sum(lane.running for lane in self._lanes.values())

    @property
    def queued(self) -> int:
        """Queries that wait for a worker."""
        return sum(len(lane.queue) for lane in self._lanes.values())

    @property
    def workers(self) -> int:
        """Worker processes, of every generation."""
        generations = [*self._old, *([self._generation] if self._generation else [])]
        return sum(each.alive for each in generations)

    async def start(self) -> None:
        """Start the zygote and the workers; DamagedRelease or EngineFailed where they cannot be."""
        self._take(await self._started(await self._start_nursery()))
        if not self.is_confined:
            _log.warning("this system does not let workers leave the network: SERVICE is refused by its name only")

    def seek(self, job: Job, seeker: Seeker[Worker]) -> None:
        """Give ``seeker`` a worker for this query, now or when one is free.

        It calls ``finished`` once where it was given one, ``give_up`` where it wants none any more. Raises LimitReached
        where the client has its share or the queue is full; ``seeker`` is told where the wait is too long.
        """
        if self._is_closing:
            raise EngineFailed("the engine is closing: ask again", status=503)
        lane = self._lanes.get(job.lane)
        if lane is None:
            raise EngineFailed(f"there are no workers for {job.lane.value} queries: service_endpoints is empty")
        self._shares.take(job.client)
        if not len(lane.queue) and lane.has_place() and (worker := self._idle_worker(job.lane)):
            lane.enter(job.client)
            seeker.found(worker)
            return
        try:
            lane.queue.join(seeker, job.client)
        except LimitReached:
            self._shares.give_back(job.client)
            raise

    def give_up(self, job: Job, seeker: Seeker[Worker]) -> None:
        """One that waits wants no worker any more."""
        self._lanes[job.lane].queue.leave(seeker)
        self._shares.give_back(job.client)
        self._check_drained()

    def finished(self, job: Job) -> None:
        """The query of this job has no worker any more."""
        self._shares.give_back(job.client)
        self._lanes[job.lane].leave(job.client)
        self._serve(job.lane)
        self._check_drained()

    async def adopt(self, nursery: Nursery) -> None:
        """Let new queries go to the workers of another zygote; those that run finish on theirs.

        EngineFailed where its workers cannot be started or the pool is closing; then it has been ended.
        """
        generation = await self._started(nursery)
        if self._is_closing:
            await generation.end()
            raise EngineFailed("the engine is closing: ask again", status=503)
        old = self._generation
        self._take(generation)
        if old:
            self._retire(old)

    async def close(self) -> None:
        """Take no new queries, let those in flight finish, end every process."""
        self._is_closing = True
        self._check_drained()
        try:
            await self._drained.wait()
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            generations = [*self._old, *([self._generation] if self._generation else [])]
            self._generation = None
            await asyncio.gather(*(each.end() for each in generations))

    def _lane(self, most_running: int) -> _LaneState:
        def refuse(waiting: Waiting[Worker], error: LimitReached) -> None:
            self._shares.give_back(waiting.client)
            waiting.seeker.refused(error)
            self._check_drained()

        return _LaneState(most_running, Queue(self._settings.queue_length, self._settings.queue_seconds, refuse))

    async def _started(self, nursery: Nursery | ColdNursery) -> Generation:
        wanted = {lane: state.most_running + _SPARE_WORKERS for lane, state in self._lanes.items()}
        generation = Generation(nursery, self._settings, wanted, self.tally, self._serve, self._lost)
        try:
            await generation.start()
        except BaseException:
            await generation.end()
            raise
        return generation

    def _take(self, generation: Generation) -> None:
        """Give new queries, and those that wait, to this generation."""
        self._generation = generation
        for lane in self._lanes:
            self._serve(lane)
        if generation.nursery.is_gone:  # it ended while it was not yet the one
            self._lost(generation)

    def _idle_worker(self, name: Lane) -> Worker | None:
        """Take an idle worker of a lane; one that has been ended is left to be buried."""
        idle = self._generation.idle[name] if self._generation else []
        while idle:
            worker = idle.pop()
            if not worker.is_ending:
                return worker
        return None

    def _serve(self, name: Lane) -> None:
        """Give idle workers of a lane to those who wait."""
        lane = self._lanes[name]
        while len(lane.queue) and lane.has_place() and (worker := self._idle_worker(name)):
            waiting = lane.queue.next(lane.running_of)
            assert waiting is not None, "the queue has one that is wanted"
            lane.enter(waiting.client)
            waiting.seeker.found(worker)

    def _check_drained(self) -> None:
        if self._is_closing and not self.running and not self.queued:
            self._drained.set()

    def _lost(self, generation: Generation) -> None:
        """A zygote has ended: start another one where it was the one for new queries."""
        if generation is not self._generation:
            return
        self._generation = None
        self._retire(generation)
        if not self._is_closing:
            self._run(self._revive())

    async def _revive(self) -> None:
        _log.error("the process that holds the release has ended; it is started again")
        attempt = 0
        while True:
            try:
                generation = await self._started(await self._start_nursery())
                break
            except (DamagedRelease, EngineFailed, ZygoteGone, OSError) as error:
                _log.error("it could not be started: %s", error)
                await asyncio.sleep(_PAUSES_SECONDS[min(attempt, len(_PAUSES_SECONDS) - 1)])
                attempt += 1
        self.tally.restarts += 1
        if self._generation is None:
            self._take(generation)
        else:  # a write has brought a newer one meanwhile
            await generation.end()

    def _retire(self, generation: Generation) -> None:
        self._old.add(generation)

        async def retired() -> None:
            await generation.retire()
            self._old.discard(generation)

        self._run(retired())

    def _run(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _workers(settings: Settings) -> dict[Lane, int]:
    """How many queries run at once in each lane."""
    most = {Lane.RESERVED: settings.reserved_workers, Lane.PUBLIC: settings.queries_at_once}
    if settings.service_endpoints:
        most[Lane.FEDERATED] = 1
    return most
