"""The servers that are measured, each started on a free port with one dataset: ours and its peers.

Every function is a context manager that gives a running Server and ends it with all its processes; Missing tells
what has to be installed where a peer is not there.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.load_generator import Missing

Start = Callable[[], AbstractContextManager["Server"]]

_BIN = Path(sys.executable).parent
# Virtuoso has no default graph of its own: its triples stand in this one there.
VIRTUOSO_DEFAULT_GRAPH = "urn:ogpgraph:default"


@dataclass(frozen=True)
class Server:
    """A server that answers: its query endpoint, its first process, the seconds from its start to its first answer."""

    name: str
    url: str
    pid: int
    seconds: float
    parameters: str = ""  # further parameters of each request, beginning with &

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 80)


@contextlib.contextmanager
def ours(out: Path, name: str = "ogpgraph", **settings: str | int) -> Iterator[Server]:
    """This project's server over the latest release in ``out``, with the given settings beside the defaults."""
    port = free_port()
    environment = {f"OGPGRAPH_{key.upper()}": str(value) for key, value in ({"access_log": ""} | settings).items()}
    command = [str(_BIN / "ogpgraph"), "serve", "--out", str(out), "--port", str(port)]
    begun = time.perf_counter()
    with _running(command, environment) as pid:
        _wait_for(port, "/health", 120)
        yield Server(name, f"http://127.0.0.1:{port}/sparql", pid, time.perf_counter() - begun)


@contextlib.contextmanager
def native_in_memory(dataset: Path) -> Iterator[Server]:
    """The ``oxigraph`` server without a location, given the dataset over HTTP."""
    port = free_port()
    begun = time.perf_counter()
    with _running([_oxigraph(), "serve", "--bind", f"127.0.0.1:{port}"]) as pid:
        _wait_for(port, "/query?query=ASK%7B%7D", 30)
        _post_file(port, "/store", dataset, "application/n-quads")
        yield Server("oxigraph in memory", f"http://127.0.0.1:{port}/query", pid, time.perf_counter() - begun)


@contextlib.contextmanager
def native_on_disk(dataset: Path, location: Path) -> Iterator[Server]:
    """The ``oxigraph`` server on a store in ``location``: loaded, optimised, opened read-only."""
    port = free_port()
    begun = time.perf_counter()
    if not location.exists():
        _quietly([_oxigraph(), "load", "--location", str(location), "--file", str(dataset)])
        _quietly([_oxigraph(), "optimize", "--location", str(location)])
    command = [_oxigraph(), "serve-read-only", "--location", str(location), "--bind", f"127.0.0.1:{port}"]
    with _running(command) as pid:
        _wait_for(port, "/query?query=ASK%7B%7D", 30)
        yield Server("oxigraph on disk", f"http://127.0.0.1:{port}/query", pid, time.perf_counter() - begun)


# As `rdflib-endpoint serve`, but keeping the default graph apart from the named ones, as the standard has it.
_RDFLIB = """
import sys, rdflib, uvicorn
from rdflib_endpoint import SparqlEndpoint
data = rdflib.Dataset()
data.parse(sys.argv[1], format="nquads")
uvicorn.run(SparqlEndpoint(graph=data, path="/"), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""


@contextlib.contextmanager
def rdflib_endpoint(dataset: Path, python: Path) -> Iterator[Server]:
    """rdflib-endpoint over rdflib's own store; ``python`` is that of a virtual environment with the package."""
    if not python.exists() or subprocess.run([python, "-c", "import rdflib_endpoint"], capture_output=True).returncode:
        raise Missing(f"rdflib-endpoint is not installed for {python}: make bench-endpoint")
    port = free_port()
    begun = time.perf_counter()
    with _running([str(python), "-c", _RDFLIB, str(dataset), str(port)]) as pid:
        _wait_for(port, "/?query=ASK%7B%7D", 900)
        yield Server("rdflib-endpoint", f"http://127.0.0.1:{port}/", pid, time.perf_counter() - begun)


# Buffers of 8 KB as Virtuoso's guide gives them for 2 GB of free memory; no limit on rows or time.
_VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = {sql_port}
DirsAllowed = {folder}, {data}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
MaxCheckpointRemap = 2000
CheckpointInterval = 0
MaxClientConnections = 20
ThreadsPerQuery = {cores}
MaxQueryMem = 2G
VectorSize = 1000
[HTTPServer]
ServerPort = {port}
ServerThreads = 20
MaxKeepAlives = 20
KeepAliveTimeout = 60
[SPARQL]
ResultSetMaxRows = 10000000
MaxQueryCostEstimationTime = 0
MaxQueryExecutionTime = 0
"""


@contextlib.contextmanager
def virtuoso(dataset: Path, folder: Path) -> Iterator[Server]:
    """Virtuoso (Debian package virtuoso-opensource-7), bulk-loaded with the dataset, its database in ``folder``."""
    program, client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if program is None or client is None:
        raise Missing("Virtuoso is not installed: apt install virtuoso-opensource-7")
    port, sql_port = free_port(), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    data = dataset.resolve().parent
    names = {"folder": folder, "data": data, "port": port, "sql_port": sql_port, "cores": os.cpu_count()}
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(**names))
    begun = time.perf_counter()
    with _running([program, "+foreground", "+configfile", str(folder / "virtuoso.ini")]) as pid:
        _wait_for(port, "/sparql?query=ASK%7B%7D", 120)
        _quietly(
            [client, f"127.0.0.1:{sql_port}", "dba", "dba", "ERRORS=STDOUT"],
            f"ld_dir('{data}', '{dataset.name}', '{VIRTUOSO_DEFAULT_GRAPH}');\nrdf_loader_run();\ncheckpoint;\n",
        )
        graph = f"&default-graph-uri={VIRTUOSO_DEFAULT_GRAPH}"
        yield Server("Virtuoso", f"http://127.0.0.1:{port}/sparql", pid, time.perf_counter() - begun, graph)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _running(command: Sequence[str], environment: dict[str, str] | None = None) -> Iterator[int]:
    """The command in a session of its own, which is ended as a whole."""
    process = subprocess.Popen(
        command,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(port: int, path: str, seconds: float) -> None:
    """Ask every few milliseconds until the path is answered 200."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            try:
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    return
            finally:
                connection.close()
        time.sleep(0.005)
    raise TimeoutError(f"nothing answers on port {port} after {seconds} s")


def _post_file(port: int, path: str, file: Path, media_type: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    with file.open("rb") as body:
        headers = {"Content-Type": media_type, "Content-Length": str(file.stat().st_size)}
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        response.read()
    connection.close()
    if response.status >= 300:
        raise RuntimeError(f"{path} answered {response.status}")


def _quietly(command: Sequence[str], given: str | None = None) -> None:
    """Run to the end; what it printed is shown only where it failed."""
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")


def _oxigraph() -> str:
    program = _BIN / "oxigraph"
    if not program.exists():
        raise Missing("the oxigraph server is not installed: make install-test")
    return str(program)
