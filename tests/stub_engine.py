"""A server in a thread of the test, with an engine that does what the test says: for what a real one cannot be told."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from ogpgraph.engine.job import Cost, EngineFailed, Job, LimitReached
from ogpgraph.protocol.errors import QuerySyntaxError
from ogpgraph.serve.application import Application, application
from ogpgraph.serve.releases import Releases
from ogpgraph.serve.server import uvicorn_config
from ogpgraph.settings import Settings


@dataclass
class Script:
    """What an answer does: waits for ``go``, then comes whole or in chunks; an exception among them is raised.

    With ``fails`` it fails when that is set, if nobody waits for a chunk then.
    """

    complete: bytes | None = None
    chunks: list[bytes | Exception] = field(default_factory=list)
    error: Exception | None = None
    go: threading.Event | None = None
    fails: threading.Event | None = None


class StubAnswer:
    """An answer of the engine's contract."""

    def __init__(self, engine: StubEngine, job: Job) -> None:
        self._engine, self._job = engine, job
        self._script = engine.scripts.get(job.query.text, Script(b"{}"))
        self.encoding = "identity"
        self.complete = self._script.complete
        self.cost = Cost(0.001, 0.002, 0.003, 4)
        self.on_failure: Callable[[], None] | None = None
        self.error: Exception | None = None
        self._asked: asyncio.Task[None] | None = None
        self._has_begun = False

    def ask(self, done: Callable[[StubAnswer], None]) -> None:
        async def begin() -> None:
            try:
                await self._begin()
            except (LimitReached, EngineFailed, QuerySyntaxError) as error:
                self.error = error
            if self.complete is not None and not self.error:
                self._engine.left.append(self._job)
            self._has_begun = True
            done(self)

        self._asked = asyncio.get_running_loop().create_task(begin())

    def leave(self) -> None:
        assert self._asked
        if self._has_begun or not self._asked.cancel():
            self._engine.left.append(self._job)

    async def __aenter__(self) -> StubAnswer:
        if not self._asked:
            await self._begin()
        return self

    async def _begin(self) -> None:
        self._engine.started.append(self._job)
        try:
            while self._script.go and not self._script.go.is_set():
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            self._engine.cancelled.append(self._job)
            raise
        if self._script.error:
            raise self._script.error

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        (self._engine.cancelled if kind is asyncio.CancelledError else self._engine.left).append(self._job)

    async def _fail(self, fails: threading.Event) -> None:
        while not fails.is_set():
            await asyncio.sleep(0.005)
        assert self.on_failure
        self.on_failure()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._script.fails:
            self._failing = asyncio.create_task(self._fail(self._script.fails))
        for chunk in self._script.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


class StubEngine:
    """An engine of the contract that notes what it is asked."""

    def __init__(self, digest: str = "d1", version: str = "1.0.0", fails: Exception | None = None) -> None:
        self.digest, self.version, self.quads = digest, version, 7
        self.scripts: dict[str, Script] = {}
        self.started: list[Job] = []
        self.left: list[Job] = []
        self.cancelled: list[Job] = []
        self.is_closed = False
        self._fails = fails

    async def start(self) -> None:
        if self._fails:
            raise self._fails

    def answer(self, job: Job) -> StubAnswer:
        return StubAnswer(self, job)

    def ask(self, job: Job, done: Callable[[StubAnswer], None]) -> StubAnswer:
        answer = StubAnswer(self, job)
        answer.ask(done)
        return answer

    async def close(self) -> None:
        self.is_closed = True


@dataclass
class Served:
    """A server that listens, and its engine."""

    port: int
    engine: StubEngine
    app: Application

    def forget(self) -> None:
        """As if nobody had asked anything yet."""
        self.app.cache.clear()
        self.engine.digest = "d1"
        for noted in (self.engine.scripts, self.engine.started, self.engine.left, self.engine.cancelled):
            noted.clear()

    def ask(self, method: str = "GET", path: str = "/sparql", body: bytes | None = None, **headers: str) -> Answered:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return Answered(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


@dataclass
class Answered:
    """What came back, names of headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


@contextmanager
def serving(engine: StubEngine | None = None, **settings: Any) -> Iterator[Served]:
    """A server with settings of the test, as ``ogpgraph serve`` runs it but for the process."""
    engine = engine or StubEngine()
    used = Settings(**{"access_log": "", "release_check_seconds": 0, "port": 0, "pages_ahead": 0} | settings)
    app = application(used, Releases(used, lambda _: engine))
    server = uvicorn.Server(uvicorn_config(app, used))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server has not started"
            threading.Event().wait(0.005)
        yield Served(server.servers[0].sockets[0].getsockname()[1], engine, app)
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server does not stop"


def until(condition: Any, seconds: float = 5.0) -> None:
    """Wait for what happens soon on another thread."""
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen")
