"""Server processes that the tests start: they listen on the loopback interface and end with the test."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from ogpgraph.settings import CANONICAL_BASE
from tests.w3c.endpoints import Addresses

_BIN = Path(sys.executable).parent
_START_SECONDS = 30


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def oxigraph() -> Iterator[Addresses]:
    """The native server, in memory."""
    port = free_port()
    with _running([str(_BIN / "oxigraph"), "serve", "--bind", f"127.0.0.1:{port}"], {}, port, "/"):
        root = f"http://127.0.0.1:{port}"
        yield Addresses(f"{root}/query", f"{root}/update", f"{root}/store", f"{root}/store/", f"{root}/store/")


@contextlib.contextmanager
def ogpgraph(out: Path, settings: Mapping[str, str], token: str = "") -> Iterator[Addresses]:
    """``ogpgraph serve`` of the latest release of a folder; settings by their names in lower case."""
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    given = {"access_log": "", "update_token": token, **settings}
    environment = {f"OGPGRAPH_{name.upper()}": value for name, value in given.items()}
    command = [sys.executable, "-m", "ogpgraph.cli", "serve", "--out", str(out), "--port", str(port)]
    with _running(command, environment, port, "/health"):
        yield Addresses(
            f"{root}/sparql", f"{root}/sparql", f"{root}/graphs", f"{root}/graph/", f"{CANONICAL_BASE}graph/", token
        )


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str], port: int, path: str) -> Iterator[None]:
    """A process that answers on its port; its last words are shown where it does not."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            _wait(process, port, path, said)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, path: str, said: IO[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said.seek(0)
            words = said.read().decode("utf-8", "replace")[-2000:]
            raise AssertionError(f"the server ended with {process.returncode}: {words}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", path)
            if connection.getresponse().status < 500:
                return
        except OSError:
            pass  # nobody listens yet
        finally:
            connection.close()
        time.sleep(0.02)
    raise AssertionError(f"the server does not answer after {_START_SECONDS} s")
