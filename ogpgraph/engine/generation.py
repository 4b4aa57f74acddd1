"""A zygote with its workers, seen from the HTTP process: asked, watched, ended, buried, replaced.

Everything runs on the event loop; nothing here blocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from ogpgraph.engine import frames
from ogpgraph.engine.answer import LocalAnswer
from ogpgraph.engine.cold import ColdNursery
from ogpgraph.engine.frames import Failure, Fault, Frames, Kind, Task
from ogpgraph.engine.job import EngineFailed, Job, Lane, LimitReached
from ogpgraph.engine.nursery import Death, ForkFailed, Nursery, ZygoteGone
from ogpgraph.protocol.errors import BadRequest, QuerySyntaxError
from ogpgraph.settings import Settings

_log = logging.getLogger(__name__)

_NICENESS = {Lane.PUBLIC: 10, Lane.RESERVED: 0, Lane.FEDERATED: 10}  # pages stay fast while strangers compute
_SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows os.kill ends a process with any signal
_RETRY_SECONDS = 0.5  # before a worker that could not be started is tried again
_LATER_SECONDS = 2  # after which a client may ask again for what is still being made


@dataclass(slots=True)
class Tally:
    """What has happened to the workers since the engine started."""

    kills: Counter[str] = field(default_factory=Counter)  # queries ended, by the limit that they met
    abandoned: int = 0  # queries ended because their client had gone
    replaced: int = 0  # workers started in the place of one that ended
    restarts: int = 0  # zygotes started in the place of one that ended


class Worker(asyncio.Protocol):
    """One worker process, by its socket."""

    def __init__(self, generation: Generation, lane: Lane, pid: int, connection: socket.socket) -> None:
        self.lane = lane
        self.pid = pid
        self.answer: LocalAnswer | None = None
        self.is_ready = False
        self.is_ending = False
        self._generation = generation
        self._frames = Frames()
        self._socket = connection
        self._transport: asyncio.Transport | None = None
        self._limit, self._seconds = time_limit(generation.settings, lane)
        self._deadline = 0.0  # of the answer, in the loop's time
        self._timer: asyncio.TimerHandle | None = None  # one for many answers: it is armed anew when it goes off

    def begin(self, answer: LocalAnswer) -> None:
        """Send the query; from now on its time runs."""
        self.answer = answer
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_at(self._deadline, self._time_is_up)
        self._send(frames.of_task(_task(answer.job)))

    def pause(self) -> None:
        """Read no more: the worker blocks when the buffers of its socket are full."""
        if self._transport and self._transport.is_reading():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._transport and not self.is_ending and not self._transport.is_reading():
            self._transport.resume_reading()

    def abandon(self) -> None:
        """Nobody wants the answer any more."""
        if self.answer:
            self._generation.tally.abandoned += 1
            self._detach()
        self.end()

    def end(self) -> None:
        """End the process at once, whatever it does; its socket closes when its memory has been given back."""
        if self.is_ending:
            return
        self.is_ending = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, _SIGKILL)
        if self._transport and not self._transport.is_reading():
            self._transport.resume_reading()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        for kind, payload in self._frames.feed(data):
            if kind == Kind.READY:
                self._ready(left_network=payload == b"\x01")
            elif self.answer is None:
                return  # what an ended query had still written
            elif kind == Kind.PLAIN:
                self.answer.received(payload, "identity")
            elif kind == Kind.PACKED:
                self.answer.received(payload, self.answer.job.encoding)
            elif kind == Kind.END:
                end = frames.to_end(payload)
                self._free(end.is_last).ended(end)
            elif kind == Kind.FAILED:
                self._failed(frames.to_failure(payload))

    def connection_lost(self, _: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        was_told = self.is_ending
        self.end()
        self._generation.is_gone(self, was_told)

    def _ready(self, left_network: bool) -> None:
        self.is_ready = True
        if not left_network and self.lane is not Lane.FEDERATED:
            self._generation.is_confined = False
        self._generation.is_free(self)

    def died(self, death: Death) -> None:
        """The process has ended by itself or from outside; whoever waits for it gets the reason."""
        if self.answer:
            error = _reason(death, self._generation.settings)
            self._generation.count(error)
            self._detach().failed(error)

    def _send(self, data: bytes) -> None:
        """Write to the socket at once: a transport waits until the loop has done everything else.

        The transport holds nothing that would have to go first: an idle worker has read its last query whole.
        """
        assert self._transport is not None
        try:
            sent = self._socket.send(data)
        except OSError:  # full, or the worker has just ended: the transport waits, or tells of the end
            sent = 0
        if sent < len(data):
            self._transport.write(data[sent:])

    def _time_is_up(self) -> None:
        """End the query if its time is up; wait on if the timer was set for an earlier one."""
        self._timer = None
        if self.answer is None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < self._deadline:
            self._timer = loop.call_at(self._deadline, self._time_is_up)
            return
        error = LimitReached(503, self._limit, self._seconds, "the query did not finish in that time")
        self._generation.count(error)
        answer = self._detach()
        self.end()
        answer.failed(error)

    def _failed(self, failure: Failure) -> None:
        assert self.answer is not None
        error = _error(failure, self.answer.job, self._generation.settings)
        self._generation.count(error)
        self._free(failure.is_last).failed(error)

    def _free(self, is_last: bool) -> LocalAnswer:
        """The answer is done with; the worker takes the next one, unless this was its last."""
        answer = self._detach()
        self.resume()
        if is_last:
            self.end()
        else:
            self._generation.is_free(self)
        return answer

    def _detach(self) -> LocalAnswer:
        assert self.answer is not None
        answer, self.answer = self.answer, None
        return answer


class Generation:
    """One zygote and the workers that it forked: always as many as wanted, until it is retired or lost.

    ``freed`` is called with the lane of a worker that can take a query, ``lost`` when the zygote has ended.
    """

    def __init__(
        self,
        nursery: Nursery | ColdNursery,
        settings: Settings,
        wanted: Mapping[Lane, int],
        tally: Tally,
        freed: Callable[[Lane], None],
        lost: Callable[[Generation], None],
    ) -> None:
        self.nursery = nursery
        self.settings = settings
        self.tally = tally
        self.is_confined = True  # no worker has said that the system left it the network
        self.idle: dict[Lane, list[Worker]] = {lane: [] for lane in wanted}
        self._wanted = wanted
        self._freed = freed
        self._lost = lost
        self._workers: set[Worker] = set()
        self._is_retired = False
        self._filling = asyncio.Lock()
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._empty = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def alive(self) -> int:
        """Worker processes that have been started and are not known to have ended."""
        return sum(not each.is_ending for each in self._workers)

    async def start(self) -> None:
        """Start the workers; done when every lane can take a query. EngineFailed where one ends at once."""
        try:
            await self._fill()
            await self._ready
        except (ZygoteGone, ForkFailed) as error:
            raise EngineFailed(f"the workers could not be started: {error}") from None

    async def retire(self) -> None:
        """End the idle workers now, the others after their query, then the zygote; returns when all have ended."""
        self._is_retired = True
        for worker in list(self._workers):
            if worker.answer is None:
                worker.end()
        if self._workers:
            await self._empty.wait()
        await self.nursery.end()

    async def end(self) -> None:
        """End everything at once."""
        for worker in list(self._workers):
            worker.end()
        await self.retire()

    def count(self, error: Exception) -> None:
        """Remember a query that met a limit."""
        if isinstance(error, LimitReached):
            self.tally.kills[error.limit] += 1

    def is_free(self, worker: Worker) -> None:
        """A worker can take a query."""
        if self._is_retired:
            worker.end()
            return
        self.idle[worker.lane].append(worker)
        if not self._ready.done() and all(self.idle.values()):
            self._ready.set_result(None)
        self._freed(worker.lane)

    def is_gone(self, worker: Worker, was_told: bool) -> None:
        """A worker's socket has closed."""
        if worker in self.idle[worker.lane]:
            self.idle[worker.lane].remove(worker)
        if not worker.is_ready and not was_told and not self._ready.done():
            self._ready.set_exception(EngineFailed("a worker ended before it could take a query"))
        task = asyncio.ensure_future(self._bury(worker))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bury(self, worker: Worker) -> None:
        """Learn how a worker ended, tell whoever waits for it, start another one."""
        death = await self.nursery.reap(worker.pid)
        if self.nursery.is_gone:
            self._lost(self)
        worker.died(death)
        self._workers.discard(worker)
        if not self._workers:
            self._empty.set()
        while not self._is_retired:
            if not worker.is_ready:
                await asyncio.sleep(_RETRY_SECONDS)
            try:
                await self._fill()
                self.tally.replaced += 1
                return
            except ZygoteGone:
                self._lost(self)
                return
            except ForkFailed as error:
                _log.error("a worker could not be started: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _fill(self) -> None:
        """Start the workers that are missing."""
        async with self._filling:
            for lane, number in self._wanted.items():
                while sum(each.lane is lane for each in self._workers) < number and not self._is_retired:
                    await self._add(lane)

    async def _add(self, lane: Lane) -> None:
        pid, connection = await self.nursery.fork(_NICENESS[lane], has_network=lane is Lane.FEDERATED)
        worker = Worker(self, lane, pid, connection)
        self._workers.add(worker)
        self._empty.clear()
        loop = asyncio.get_running_loop()
        if connection.family == getattr(socket, "AF_UNIX", None):
            await loop.create_unix_connection(lambda: worker, sock=connection)
        else:
            await loop.create_connection(lambda: worker, sock=connection)


def time_limit(settings: Settings, lane: Lane) -> tuple[str, int]:
    """The setting that limits the time of a query in a lane, and its value in seconds."""
    if lane is Lane.RESERVED:
        return "reserved_seconds", settings.reserved_seconds
    if lane is Lane.FEDERATED:  # the engine waits for the other endpoint as long as it takes
        return "service_seconds", settings.service_seconds
    return "query_seconds", settings.query_seconds


def _task(job: Job) -> Task:
    query = job.query
    graphs = query.default_graphs, query.named_graphs
    return Task(query.text, *graphs, query.base, job.format.media_type, job.encoding)


def _error(failure: Failure, job: Job, settings: Settings) -> Exception:
    """What a worker said of a query, as the exception that the HTTP side knows."""
    if failure.fault is Fault.SYNTAX:
        return QuerySyntaxError.of(failure.message, job.query.text)
    if failure.fault is Fault.REQUEST:
        return BadRequest(failure.message)
    if failure.fault is Fault.TOO_LARGE:
        return LimitReached(413, "result_bytes", settings.result_bytes, failure.message)
    if failure.fault is Fault.LATER:
        return EngineFailed(failure.message, 503, _LATER_SECONDS)
    return EngineFailed(failure.message, status=502 if job.lane is Lane.FEDERATED else 500)


def _reason(death: Death, settings: Settings) -> Exception:
    """Why a worker ended by itself: the limit that its signal tells, or that nobody knows."""
    status = death.status or 0
    if status == -signal.SIGPROF:
        found = "the query used more processor time"
        return LimitReached(503, "query_cpu_seconds", settings.query_cpu_seconds, found)
    if status == -signal.SIGABRT:
        found = "the query needed more memory"
        return LimitReached(503, "query_memory_bytes", settings.query_memory_bytes, found)
    if status in (-signal.SIGSEGV, -signal.SIGBUS):
        found = "the query nests deeper than the engine's stack reaches"
        return LimitReached(413, "query_depth", settings.query_depth, found)
    how = f"was ended by signal {-status}" if status < 0 else "has ended"
    return EngineFailed(f"the worker of this query {how}: ask again")
