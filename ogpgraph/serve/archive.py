"""The engines of older versions: started when somebody asks, ended when nobody does. Knows nothing of HTTP.

The release in service never waits for them: their number is bounded, each has few workers of its own, and an engine
that was just started is not ended for the next version that somebody asks.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ogpgraph.engine.job import Engine, EngineFailed
from ogpgraph.load.history import Published, releases_in
from ogpgraph.serve.releases import Releases, Served
from ogpgraph.settings import Settings

_log = logging.getLogger(__name__)

_LONGEST_WAIT_SECONDS = 4.0  # for an engine that starts, before a client is told to ask again
_LEAST_LIFE_SECONDS = 10.0  # of an engine, before another version may take its place
_WORKERS = 2  # of an older version: who asks more of it waits


class UnknownVersion(Exception):
    """No release of this version is there."""


@dataclass(slots=True)
class _Open:
    """An older version whose engine runs or starts."""

    served: Served
    starting: asyncio.Task[None]
    begun: float
    used: float
    users: int = 0


@dataclass(slots=True)
class Archive:
    """Gives the engine of any version in the folder of releases, or that of the release in service.

    ``make_engine`` and ``clock`` are what tests put in their place.
    """

    releases: Releases
    settings: Settings
    make_engine: Callable[[Path, Settings], Engine] | None = None
    clock: Callable[[], float] = time.monotonic
    _open: dict[str, _Open] = field(default_factory=dict)
    _closing: set[asyncio.Task[None]] = field(default_factory=set)
    _timer: asyncio.TimerHandle | None = None

    @property
    def published(self) -> tuple[Published, ...]:
        """The releases that are there, the oldest first; none where another endpoint answers."""
        return () if self.settings.engine else releases_in(Path(self.settings.out))

    @property
    def running(self) -> list[str]:
        """The older versions that have an engine."""
        return list(self._open)

    @asynccontextmanager
    async def use(self, version: str) -> AsyncIterator[Served]:
        """A version to ask; its engine does not end before the context does.

        Raises UnknownVersion, and EngineFailed: 503 where it is being loaded or as many as may be are in use.
        """
        if version == self.releases.version:
            yield Served(self.releases.engine, self.releases.folder)
            return
        found = self._open.get(version) or self._begin(version)
        found.users += 1
        try:
            await self._until_ready(found, version)
            yield found.served
        finally:
            found.users -= 1
            found.used = self.clock()
            self._watch()

    async def close(self) -> None:
        """End every engine."""
        if self._timer:
            self._timer.cancel()
        for version in list(self._open):
            self._end(version)
        await asyncio.gather(*self._closing)

    def end_unused(self) -> None:
        """End the engines that nobody has asked for the time of the settings."""
        idle = self.settings.version_idle_seconds
        for version, each in list(self._open.items()):
            if not each.users and self.clock() - each.used >= idle:
                self._end(version)

    def _begin(self, version: str) -> _Open:
        release = next((each for each in self.published if each.version == version), None)
        if release is None:
            raise UnknownVersion(version)
        self._make_room()
        make = self.make_engine or _local_engine
        engine = make(release.folder, replace(self.settings, queries_at_once=_WORKERS, update_token=""))
        now = self.clock()
        served = Served(engine, release.folder)
        found = self._open[version] = _Open(served, asyncio.create_task(engine.start()), now, now)
        return found

    def _make_room(self) -> None:
        most = self.settings.versions_at_once
        if not most:
            raise EngineFailed("this server answers from the newest version only: versions_at_once is 0", 501)
        if len(self._open) < most:
            return
        now = self.clock()
        free = [name for name, each in self._open.items() if not each.users and now - each.begun >= _LEAST_LIFE_SECONDS]
        if not free:
            raise EngineFailed(f"{most} older versions are in use, more may not be: ask again in a moment", 503, 10)
        self._end(min(free, key=lambda name: self._open[name].used))

    async def _until_ready(self, found: _Open, version: str) -> None:
        done, _ = await asyncio.wait({found.starting}, timeout=_LONGEST_WAIT_SECONDS)
        if not done:
            raise EngineFailed(f"version {version} is being loaded: ask again in a moment", 503, 2)
        if error := found.starting.exception():
            _log.error("version %s cannot be loaded: %s", version, error)
            raise EngineFailed(f"version {version} cannot be loaded: its files are damaged or missing", 500)

    def _end(self, version: str) -> None:
        task = asyncio.create_task(_ended(self._open.pop(version)))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _watch(self) -> None:
        """Look for engines to end as long as there are any."""
        if self._open and self._timer is None:
            wait = max(self.settings.version_idle_seconds, 1)
            self._timer = asyncio.get_running_loop().call_later(wait, self._look)

    def _look(self) -> None:
        self._timer = None
        self.end_unused()
        self._watch()


def _local_engine(folder: Path, settings: Settings) -> Engine:
    from ogpgraph.engine.local import LocalEngine  # a server that answers from another endpoint does not load it

    return LocalEngine(folder, settings)


async def _ended(found: _Open) -> None:
    found.starting.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await found.starting
    with contextlib.suppress(Exception):
        await found.served.engine.close()
