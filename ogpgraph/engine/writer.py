"""Writes, one at a time: applied in a branch, judged like a release, kept on the disk, then seen by new queries.

::

    zygote of the state in force
      | fork
      branch: applies the change, writes the candidate       - ends, and nothing has changed, where it fails,
        gate: a process that judges the candidate              where the gate refuses, or at a limit
          commit: the candidate becomes the state on the disk
            the branch becomes the zygote that new queries are answered from; older queries finish on theirs
"""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ogpgraph.engine import change
from ogpgraph.engine.change import Applied, Change, Operation
from ogpgraph.engine.gate import Verdict, judge
from ogpgraph.engine.job import EngineFailed, LimitReached
from ogpgraph.engine.local import LocalEngine
from ogpgraph.engine.nursery import ForkFailed, Nursery, ZygoteGone
from ogpgraph.engine.writable import WritableFolder, release_copied
from ogpgraph.load import dataset_of
from ogpgraph.settings import Settings

T = TypeVar("T")


class ViolationsFound(Exception):
    """A write whose outcome breaks shapes or rules: nothing was changed; ``verdict`` says what is broken."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        first = verdict.violations[0]
        super().__init__(f"{verdict.count} violations, the first: {first.node}: {first.rule}: {first.message}")


@dataclass(frozen=True, slots=True)
class Write:
    """What a client asks for; ``documents`` are bytes with their base IRI and media type."""

    operation: Operation
    documents: Sequence[tuple[bytes, str, str]] = ()
    graph: str | None = None  # IRI; None: the default graph
    must_exist: bool | None = None  # what the client asks of the graph, if anything
    may_begin: Callable[[str], bool] | None = None  # what the client asks of the dataset, by its digest


class Writer:
    """The one who writes to the copy that an engine answers from."""

    def __init__(self, serving: Callable[[], LocalEngine], settings: Settings) -> None:
        self._serving, self._settings = serving, settings
        self._folder = WritableFolder(Path(settings.out))
        self._turn = asyncio.Lock()
        self._waiting = 0

    def close(self) -> None:
        """Let another server write."""
        self._folder.release()

    async def write(self, asked: Write) -> Applied:
        """Do a write: on the disk and seen by every new query when this returns; nothing has changed where it raises.

        Raises ViolationsFound, LimitReached, EngineFailed, and the failures of :mod:`ogpgraph.engine.change`.
        """
        async with self._turn_taken():
            engine = self._serving()
            if engine.state()["store"] == "disk":
                raise EngineFailed(
                    "what is kept on disk is not written to: store=memory, or a higher memory_quads", 501
                )
            if asked.may_begin and not asked.may_begin(engine.digest):
                raise change.PreconditionFailed("the graph has changed since: read it again")
            try:
                async with asyncio.timeout(self._settings.update_seconds) as deadline:
                    return await self._written(engine, asked, deadline)
            except TimeoutError:
                late = "the write was not done in that time"
                raise LimitReached(503, "update_seconds", self._settings.update_seconds, late) from None
            except OSError as error:
                status = 507 if error.errno in (errno.ENOSPC, errno.EDQUOT) else 500
                raise EngineFailed(f"the write cannot be kept: {error.strerror}", status) from None
            finally:
                await _whole(asyncio.to_thread(self._folder.discard))

    @asynccontextmanager
    async def _turn_taken(self) -> AsyncIterator[None]:
        """Wait for the writes before; LimitReached where too many wait or the wait is too long."""
        settings = self._settings
        if self._waiting >= settings.queue_length:
            raise LimitReached(503, "queue_length", settings.queue_length, f"{self._waiting} writes wait", 1)
        self._waiting += 1
        try:
            async with asyncio.timeout(settings.queue_seconds):
                await self._turn.acquire()
        except TimeoutError:
            found = "the writes before were not done in that time"
            raise LimitReached(503, "queue_seconds", settings.queue_seconds, found, 1) from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turn.release()

    async def _written(self, engine: LocalEngine, asked: Write, deadline: asyncio.Timeout) -> Applied:
        staged = await _whole(asyncio.to_thread(self._staged, engine.version, asked))
        branch, report = await self._branch(engine, staged)
        try:
            applied = change.outcome(report)
            await self._pass_gate(engine)
            deadline.reschedule(None)
        except BaseException:
            await _whole(branch.end())
            raise
        await _whole(self._committed(engine, branch, applied))
        return applied

    def _staged(self, served: str, asked: Write) -> Change:
        self._folder.acquire(served)
        return self._folder.stage(asked.operation, asked.documents, asked.graph, asked.must_exist)

    async def _branch(self, engine: LocalEngine, staged: Change) -> tuple[Nursery, dict[str, Any]]:
        settings = self._settings
        try:
            return await engine.branch(change.as_message(staged, self._folder.candidate, settings.update_seconds))
        except ForkFailed as error:
            raise EngineFailed(f"the write cannot be applied: {error}", 503) from None
        except ZygoteGone as error:
            # The engine aborts where its memory does not grow; the timer of the processor time sends SIGPROF.
            limits = {-signal.SIGABRT: "query_memory_bytes", -signal.SIGPROF: "update_seconds"}
            limit = limits.get(error.death.status or 0)
            if limit:
                raise LimitReached(503, limit, getattr(settings, limit), "applying the write takes more") from None
            raise EngineFailed(f"the process that applied the write has ended: {error}", 503) from None

    async def _pass_gate(self, engine: LocalEngine) -> None:
        """ViolationsFound where the candidate is no dataset that a release could have."""
        if self._settings.update_checks:
            verdict = await judge(self._folder.candidate, engine.quads, self._settings)
            if not verdict.passed:
                raise ViolationsFound(verdict)

    async def _committed(self, engine: LocalEngine, branch: Nursery, applied: Applied) -> None:
        try:
            folder = await asyncio.to_thread(self._folder.commit, applied, release_copied(engine.version))
        except BaseException:
            await branch.end()
            raise
        await engine.adopt(branch, dataset_of(folder))
        await asyncio.to_thread(self._folder.sweep)


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Do what must not be left half done, whoever cancels it meanwhile; the cancellation comes after it."""
    task = asyncio.create_task(work)
    cancelled = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled
    return task.result()
