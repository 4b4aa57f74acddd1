"""``ogpgraph serve`` in a process of its own, for tests that write to it, and requests to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import quote

TOKEN = "a token that is long enough"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
_START_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """What a client got."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """The body as JSON; problem details say that they are some."""
        if self.status >= 400:
            assert self.headers["content-type"] == "application/problem+json"
            assert json.loads(self.body)["status"] == self.status
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    out: Path

    def request(
        self, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            raw = body.encode() if isinstance(body, str) else body
            connection.request(method, path, raw, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def write(self, method: str, path: str, body: bytes | str = b"", content_type: str = "text/turtle") -> Answer:
        """A request with the token."""
        return self.request(method, path, body, {**AUTHORIZED, "Content-Type": content_type})

    def update(self, text: str, **headers: str) -> Answer:
        """An update, sent as it is."""
        given = {**AUTHORIZED, "Content-Type": "application/sparql-update", **headers}
        return self.request("POST", "/update", text, given)

    def rows(self, query: str) -> list[list[str]]:
        """The rows of a SELECT, as CSV has them."""
        answer = self.request("GET", f"/sparql?query={quote(query)}", None, {"Accept": "text/csv"})
        assert answer.status == 200, answer.body
        return [line.split(",") for line in answer.body.decode().splitlines()[1:]]

    def health(self) -> dict[str, Any]:
        """What ``/health`` says."""
        found: dict[str, Any] = self.request("GET", "/health").json()
        return found

    def kill(self) -> None:
        """End the server as a crash does."""
        self.process.kill()
        self.process.wait()


def copy_of(release: Path, out: Path) -> Path:
    """A folder of releases with a copy of one release, that a test may write to."""
    shutil.copytree(release, out / release.name)
    (out / "latest").symlink_to(release.name)
    return out


@contextlib.contextmanager
def serving(out: Path, token: str = TOKEN, **settings: int | str) -> Iterator[Server]:
    """A server over a folder of releases; settings by their names."""
    given: dict[str, int | str] = {"access_log": "", "update_token": token, **settings}
    environment = {f"OGPGRAPH_{name.upper()}": str(value) for name, value in given.items()}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "ogpgraph.cli", "serve", "--out", str(out), "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | environment, stdin=subprocess.DEVNULL)
    server = Server(process, port, out)
    try:
        _wait_for(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            process.kill()
            process.wait()


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert server.process.poll() is None, "the server has ended"
        with contextlib.suppress(OSError):
            if server.request("GET", "/health").status == 200:
                return
        time.sleep(0.02)
    raise AssertionError(f"the server is not ready after {_START_SECONDS} s")
