"""SPARQL servers that the tests of the remote engine start: each on free ports, with its data in a folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
_START_SECONDS = 60


@dataclass(frozen=True)
class Remote:
    """A running server and how a release is loaded into it."""

    process: subprocess.Popen[bytes]
    query: str
    update: str
    graph_store: str
    default_graph: str = ""

    @property
    def engine(self) -> str:
        """The URL for ``--engine``."""
        return f"{self.query}?default-graph-uri={self.default_graph}" if self.default_graph else self.query

    def options(self, way: str = "--graph-store") -> list[str]:
        """The options of ``ogpgraph load`` for this server."""
        to = self.graph_store if way == "--graph-store" else self.update
        graph = ["--default-graph", self.default_graph] if self.default_graph else []
        return ["--engine", self.query, way, to, *graph]


@contextlib.contextmanager
def oxigraph(folder: Path) -> Iterator[Remote]:
    """The ``oxigraph`` server of the test lock."""
    address = f"127.0.0.1:{free_port()}"
    with running([str(BIN / "oxigraph"), "serve", "--location", str(folder), "--bind", address]) as process:
        wait_for(f"http://{address}/query?query=ASK%7B%7D")
        yield Remote(process, *(f"http://{address}/{path}" for path in ("query", "update", "store")))


VIRTUOSO = shutil.which("virtuoso-t")
_VIRTUOSO_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = {most_rows}
"""


@contextlib.contextmanager
def virtuoso(folder: Path, most_rows: int = 5000) -> Iterator[Remote]:
    """Virtuoso with a new database; its administrator is ``dba`` with the password ``dba``, as after installation."""
    assert VIRTUOSO
    port = free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(_VIRTUOSO_INI.format(port=port, sql_port=free_port(), most_rows=most_rows))
    with running([VIRTUOSO, "+foreground", "+configfile", ini.name], folder) as process:
        wait_for(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%7D")
        anyone, administrator = f"http://127.0.0.1:{port}", f"http://dba:dba@127.0.0.1:{port}"
        yield Remote(
            process,
            f"{anyone}/sparql",
            f"{administrator}/sparql-auth",
            f"{administrator}/sparql-graph-crud-auth",
            "urn:ogpgraph:default",
        )


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str], folder: Path | None = None, settings: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a session of its own, ended as a whole."""
    environment = {**os.environ, **{f"OGPGRAPH_{name.upper()}": value for name, value in (settings or {}).items()}}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(url: str) -> None:
    """Ask until the answer is 200."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=10) as response:
            if response.status == 200:
                return
        time.sleep(0.02)
    raise TimeoutError(f"{url} is not answered")
