"""The embedded engine: a release in a zygote of this machine, its queries in workers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogpgraph.engine import confinement
from ogpgraph.engine.answer import LocalAnswer
from ogpgraph.engine.cold import ColdNursery
from ogpgraph.engine.job import Job
from ogpgraph.engine.nursery import Nursery, ZygoteGone
from ogpgraph.engine.pool import Pool
from ogpgraph.engine.worker import Limits
from ogpgraph.engine.zygote import Plan
from ogpgraph.load import Dataset, dataset_of, disk
from ogpgraph.search.names import may_search
from ogpgraph.settings import Settings

if TYPE_CHECKING:
    from ogpgraph.engine.indexing import Indexing


class LocalEngine:
    """Answers from one release; see ``job.Engine`` for the contract.

    ``folder`` holds ``dataset.nq`` and a ``manifest.json`` with version, quads and its hash, as a release does.
    DamagedRelease where the manifest cannot be read; ``start`` raises it where the dataset is another one.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._dataset = dataset_of(folder)
        self._settings = settings
        self._indexing: Indexing | None = None  # where somebody searches
        self._out = self._dataset.path.parent.parent  # what is derived from the release stands beside it
        self._pool = Pool(settings, self._start_nursery)

    @property
    def version(self) -> str:
        """Of the release that new queries are answered from."""
        return self._dataset.version

    @property
    def folder(self) -> Path:
        """Where that release is."""
        return self._dataset.path.parent

    @property
    def digest(self) -> str:
        """SHA-256 of its dataset."""
        return self._dataset.digest

    @property
    def quads(self) -> int:
        """Statements in its dataset."""
        return self._dataset.quads

    async def start(self) -> None:
        """Load the release and start the workers."""
        await self._pool.start()

    def answer(self, job: Job) -> LocalAnswer:
        """The answer of one query, to be entered with ``async with``."""
        self._prepare_search(job)
        return LocalAnswer(self._pool, job, self._settings.buffer_bytes)

    def ask(self, job: Job, done: Callable[[LocalAnswer], None]) -> LocalAnswer:
        """The answer as soon as it is there; see ``job.PromptEngine``."""
        self._prepare_search(job)
        answer = LocalAnswer(self._pool, job, self._settings.buffer_bytes)
        answer.ask(done)
        return answer

    async def close(self) -> None:
        """No new queries; those in flight are finished, then every process of the engine has ended."""
        if self._indexing:
            await self._indexing.close()
        await self._pool.close()

    async def search_index(self) -> Path:
        """The file with the search index of the dataset that new queries are answered from, made where it is missing.

        EngineFailed (503) where it is not there in a moment.
        """
        return await self._indexes().made(self._dataset, self._store_folder())

    async def branch(self, change: dict[str, Any]) -> tuple[Nursery, dict[str, Any]]:
        """A zygote with its own changed copy of the store, and what ``change.apply`` returned; nobody asks it yet.

        Raises nursery.ForkFailed where the change failed or the store is on disk, nursery.ZygoteGone where a limit
        ended the branch. Whoever gets it gives it to ``adopt`` or awaits its ``end()``.
        """
        if self._pool.nursery is None:
            raise ZygoteGone("the engine is starting again")
        return await self._pool.nursery.branch(change)

    async def adopt(self, branch: Nursery, dataset: Dataset) -> None:
        """Answer new queries from a branch; those that run finish on the old state.

        ``dataset`` is what the branch holds, as a file: a zygote that ends is started again from there.
        """
        await self._pool.adopt(branch)
        self._dataset = dataset

    @property
    def running(self) -> int:
        """Queries that have a worker."""
        return self._pool.running

    @property
    def queued(self) -> int:
        """Queries that wait for a worker."""
        return self._pool.queued

    @property
    def workers(self) -> int:
        """Worker processes that are alive."""
        return self._pool.workers

    @property
    def kills(self) -> dict[str, int]:
        """Queries that met a limit, by its name, since the start."""
        return dict(self._pool.tally.kills)

    @property
    def abandoned(self) -> int:
        """Queries that were ended because their client had gone."""
        return self._pool.tally.abandoned

    @property
    def restarts(self) -> int:
        """Workers and zygotes that were started in the place of one that had ended."""
        return self._pool.tally.replaced + self._pool.tally.restarts

    @property
    def memory_bytes(self) -> int:
        """Memory that the process with the release holds; its workers share it."""
        return confinement.resident_bytes(self._pool.nursery.pid) if self._pool.nursery else 0

    def state(self) -> dict[str, Any]:
        """For /health: whether new queries find a process, and what the processes do."""
        nursery = self._pool.nursery
        return {
            "ready": nursery is not None,
            "store": "disk" if self._on_disk() else "memory",
            "confined": self._pool.is_confined,
            "running": self.running,
            "queued": self.queued,
            "workers": self.workers,
            "restarts": self.restarts,
            "kills": self.kills,
            "memory_bytes": self.memory_bytes,
        }

    async def _start_nursery(self) -> Nursery | ColdNursery:
        settings = self._settings
        limits = Limits(settings.query_cpu_seconds, settings.query_memory_bytes, settings.result_bytes)
        plan = Plan(self._dataset, self._store_folder(), limits, bool(settings.service_endpoints), self._out)
        return await (Nursery if _can_fork() else ColdNursery).start(plan)

    def _prepare_search(self, job: Job) -> None:
        """Have the index made that a query may need; the worker waits for it."""
        if may_search(job.query.text):
            self._indexes().begin(self._dataset, self._store_folder())

    def _indexes(self) -> Indexing:
        if self._indexing is None:
            from ogpgraph.engine.indexing import Indexing  # a start is faster without what only a search needs

            self._indexing = Indexing(self._out)
        return self._indexing

    def _store_folder(self) -> Path | None:
        return disk.store_folder(self._dataset) if self._on_disk() else None

    def _on_disk(self) -> bool:
        if not _can_fork():
            return True
        if self._settings.store == "auto":
            return self._dataset.quads > self._settings.memory_quads
        return self._settings.store == "disk"


def _can_fork() -> bool:
    return hasattr(os, "fork")
