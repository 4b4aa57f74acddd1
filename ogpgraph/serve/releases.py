"""The engine in service, and its change when a new release appears. Knows nothing of HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from ogpgraph.engine.job import Engine, EngineFailed
from ogpgraph.engine.writable import folder_to_serve, hidden_release
from ogpgraph.load import DamagedRelease
from ogpgraph.settings import Settings

if TYPE_CHECKING:
    from ogpgraph.engine.local import LocalEngine

_log = logging.getLogger(__name__)

# The server listens when its release is loaded, or after this time at the latest: then it says that it is starting.
_LONGEST_SILENT_START_SECONDS = 5.0


def engine_for(settings: Settings) -> Engine:
    """The engine that the settings name; it is not started yet.

    Raises DamagedRelease where there is no release.
    """
    if settings.engine:
        from ogpgraph.engine.remote import RemoteEngine  # what one engine needs, the other does not load

        return RemoteEngine(settings.engine, settings)
    from ogpgraph.engine.local import LocalEngine

    folder = folder_to_serve(settings)
    if folder is None:
        raise DamagedRelease(f"{settings.out}: there is no release yet; run `ogpgraph build` first")
    return LocalEngine(folder, settings)


class InService(Protocol):
    """A release that answers: the one in service, or an older version that somebody asks."""

    @property
    def engine(self) -> Engine: ...
    @property
    def folder(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class Served:
    """A release that stays the same as long as it is asked."""

    engine: Engine
    folder: Path | None


class Releases:
    """Keeps one engine in service and replaces it when ``<out>/latest`` names another release.

    A new engine takes over when it is ready; the old one finishes its queries. A release that cannot be loaded
    changes nothing: it is logged, ``state`` becomes ``degraded``, and the old one stays, if there is one.
    """

    def __init__(self, settings: Settings, make_engine: Callable[[Settings], Engine] = engine_for) -> None:
        self._settings, self._make_engine = settings, make_engine
        self._engine: Engine | None = None
        self._refused: Path | None = None  # the release that could not be loaded: not tried again
        self._told_hidden: str | None = None  # the release that was last logged as hidden
        self._watch: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._begun = time.monotonic()
        self.state = "starting"  # then ready or degraded

    @property
    def engine(self) -> Engine:
        """Who answers new queries; EngineFailed (503) as long as nobody is ready."""
        if self._engine is None:
            raise EngineFailed("the release is still being loaded: ask again in a moment", 503)
        return self._engine

    def writable_engine(self) -> LocalEngine:
        """The engine, for writing; EngineFailed (501) where it is another endpoint."""
        engine = self.engine
        if self._settings.engine:
            raise EngineFailed("this server answers from another endpoint and does not write to it", 501)
        return cast("LocalEngine", engine)

    @property
    def ready(self) -> bool:
        """Whether queries are answered now."""
        return self._engine is not None and bool(self._engine_state().get("ready", True))

    def _engine_state(self) -> dict[str, Any]:
        """What only this kind of engine can tell."""
        found: dict[str, Any] = getattr(self._engine, "state", dict)()
        return found

    @property
    def version(self) -> str:
        """The version of the release in service; ``unknown`` before there is one."""
        return self._engine.version if self._engine else "unknown"

    @property
    def digest(self) -> str:
        """The SHA-256 of the release in service; empty before there is one."""
        return self._engine.digest if self._engine else ""

    @property
    def folder(self) -> Path | None:
        """The folder of the release in service, which a write changes; None for a remote engine."""
        return getattr(self._engine, "folder", None)

    def begin(self) -> None:
        """Start to load, so that the process can do something else meanwhile; needs a running event loop."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._load())

    async def start(self) -> None:
        """Load the release, then watch for others.

        Waits for the release some seconds; raises what went wrong meanwhile. A release that takes longer is loaded in
        the background.
        """
        self.begin()
        assert self._starting
        done, _ = await asyncio.wait({self._starting}, timeout=_LONGEST_SILENT_START_SECONDS)
        if done:
            self._starting.result()
        settings = self._settings
        if settings.release_check_seconds and not settings.engine:  # a remote engine has releases of its own
            self._watch = asyncio.create_task(self._watch_for_others())

    async def close(self) -> None:
        """End every engine; queries in flight are finished first."""
        for task in (self._watch, self._starting):
            if task:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task
        engine, self._engine = self._engine, None
        await asyncio.gather(*self._closing, *([engine.close()] if engine else []))

    def health(self) -> dict[str, Any]:
        """What is served and how it is, for ``/health``."""
        engine = self._engine
        served = {"version": engine.version, "digest": engine.digest, "quads": engine.quads} if engine else {}
        hidden = self._hidden()
        served |= {"hidden_release": hidden} if hidden else {}
        uptime = round(time.monotonic() - self._begun, 1)
        status = "degraded" if engine and not self.ready else self.state
        return {"status": status, **served, "uptime_seconds": uptime, "engine": self._engine_state()}

    async def _load(self) -> None:
        """Bring the release that the settings name into service."""
        engine = self._make_engine(self._settings)
        try:
            await engine.start()
        except BaseException:
            await engine.close()
            raise
        old, self._engine = self._engine, engine
        self.state = "ready"
        self._tell_hidden()
        if old:
            _log.warning("release %s is in service, %s goes out of it", engine.version, old.version)
            self._retire(old)

    def _hidden(self) -> str | None:
        """The newer release that is not served because a writable copy is."""
        is_local = self._engine and not self._settings.engine
        return hidden_release(self._settings, self.version) if is_local else None

    def _tell_hidden(self) -> None:
        """Log a newer release that is not served, once."""
        hidden = self._hidden()
        if hidden and hidden != self._told_hidden:
            folder = Path(self._settings.out) / "writable"
            advice = f"remove {folder} and start again to serve it without what was written"
            _log.warning("release %s is hidden by %s, to which writes went: %s", hidden, self.version, advice)
        self._told_hidden = hidden

    def _retire(self, engine: Engine) -> None:
        task = asyncio.create_task(engine.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _watch_for_others(self) -> None:
        while True:
            await asyncio.sleep(self._settings.release_check_seconds)
            if self._starting and not self._starting.done():
                continue
            if self._settings.update_token:  # what was written is the truth where writing is on
                self._tell_hidden()
                continue
            latest = folder_to_serve(self._settings)
            if latest is None or latest in (self.folder, self._refused):
                continue
            try:
                await self._load()
            except Exception as error:  # whatever is wrong with a new release, the old one stays
                self._refused = latest
                self.state = "degraded"
                _log.error("release %s cannot be loaded, %s stays: %s", latest.name, self.version, error)
