"""``ogpgraph serve`` as a process of its own, as users start it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

from ogpgraph.settings import PROJECT

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ServeProcess:
    """A server on a free port; ``settings`` are variables of its environment."""

    def __init__(self, out: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "ogpgraph.cli", "serve", "--out", str(out), "--port", str(self.port)]
        self.log = out.parent / f"server-{self.port}.log"
        environment = {**os.environ, "PYTHONPATH": str(PROJECT), "COLUMNS": "200", **settings}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log, stdout=subprocess.DEVNULL)
        self.pid = self.process.pid

    def __enter__(self) -> ServeProcess:
        try:
            self.until(self._listens, 60)
        except BaseException:
            self.process.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def ask(self, query: str, accept: str = "application/sparql-results+json", **parameters: str) -> Any:
        """The answer of a query, whatever its status."""
        return self.get(f"/sparql?{urlencode({'query': query, **parameters})}", {"Accept": accept})

    def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        """The answer of a path, whatever its status."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers or {})
        try:
            return _OPENER.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            return error

    def health(self) -> dict[str, Any]:
        """What ``/health`` says."""
        with self.get("/health") as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Wait for what happens soon."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.log.read_text("utf-8")
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.02)

    def _listens(self) -> bool:
        try:
            with self.get("/health") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def processes_of(pid: int) -> list[int]:
    """All processes that a process has started, and those that they have."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            found = re.match(r"(\d+) \(.*\) \S (\d+)", stat.read_text("utf-8"), re.DOTALL)
        except OSError:
            continue
        assert found
        parents.setdefault(int(found[2]), []).append(int(found[1]))
    below = list(parents.get(pid, []))
    for child in below:
        below += parents.get(child, [])
    return below
