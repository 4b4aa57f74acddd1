"""The search index of the dataset in service: made by a process of its own when somebody first searches."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path

from ogpgraph.engine.job import EngineFailed
from ogpgraph.engine.nursery import child_environment
from ogpgraph.load import Dataset
from ogpgraph.search.names import index_file
from ogpgraph.search.writing import Plan

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 10.0  # that a page waits: the index of 100,000 quads takes two seconds, more where others work
_RETRY_SECONDS = 2  # after which a client may ask again
_PAUSE_SECONDS = 60.0  # before an index that could not be made is tried again


class Indexing:
    """Sees to it that there is an index below ``out``. One process makes the index of one dataset."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self._making: dict[Path, asyncio.Task[None]] = {}
        self._failed: dict[Path, tuple[float, str]] = {}  # when, and why

    def begin(self, dataset: Dataset, store_folder: Path | None) -> asyncio.Task[None] | None:
        """Have the index made where it is missing, without waiting; None where it is there or cannot be made now.

        ``store_folder`` is where the dataset is kept as a store on disk, if it is.
        """
        file = index_file(self.out, dataset.digest)
        if file.exists():
            return None
        since, _ = self._failed.get(file, (float("-inf"), ""))
        if file not in self._making and time.monotonic() - since > _PAUSE_SECONDS:
            self._making[file] = asyncio.create_task(self._make(Plan(dataset, store_folder, file)))
        return self._making.get(file)

    async def made(self, dataset: Dataset, store_folder: Path | None) -> Path:
        """The index, which may have to be made first; EngineFailed (503) where that takes longer than a moment."""
        task = self.begin(dataset, store_folder)
        if task:
            await asyncio.wait({task}, timeout=_PATIENCE_SECONDS)
        file = index_file(self.out, dataset.digest)
        if file.exists():
            return file
        if file in self._making:
            raise EngineFailed("the search index is still being made: ask again in a moment", 503, _RETRY_SECONDS)
        _, reason = self._failed.get(file, (0.0, "it was removed"))
        raise EngineFailed(f"there is no search index: {reason}", 503, int(_PAUSE_SECONDS))

    async def close(self) -> None:
        """Stop what is being made."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, plan: Plan) -> None:
        try:
            reason = await _made(plan)
        except OSError as error:
            reason = str(error)
        finally:
            del self._making[plan.file]
        if reason:
            _log.error("the search index %s cannot be made: %s", plan.file, reason)
            self._failed[plan.file] = time.monotonic(), reason


async def _made(plan: Plan) -> str:
    """Why the index could not be made; empty where it was."""
    command = (sys.executable, "-P", "-m", "ogpgraph.search.writing", plan.message())
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=child_environment(), stderr=pipe)
    try:
        _, message = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        return message.decode(errors="replace").strip().rpartition("\n")[2] or f"it ended with {process.returncode}"
    return ""
