"""Requests per second of a server, measured by ``wrk`` (Debian package ``wrk``), which costs little itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from urllib.parse import urlsplit

CONNECTIONS = 8

# One line of the file is one request's target; when the last was sent, the first comes again.
_SCRIPT = """
local targets, place = {}, 0
init = function(args)
  for line in io.lines(os.getenv("TARGETS")) do targets[#targets + 1] = wrk.format("GET", line) end
end
request = function() place = place % #targets + 1; return targets[place] end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\\n{"requests": %d, "microseconds": %d, "errors": %d, "p50": %d, "p95": %d, "p99": %d}\\n',
    summary.requests, summary.duration, e.status + e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


class Missing(Exception):
    """A program that a measurement needs is not installed; the message says how to get it."""


@dataclass(frozen=True)
class Rate:
    """What one run gave; latencies in milliseconds."""

    requests_per_second: float
    errors: int
    p50: float
    p95: float
    p99: float


def rate(url: str, targets: Sequence[str], accept: str, seconds: float, connections: int = CONNECTIONS) -> Rate:
    """The requests that ``url``'s server answers a second; ``targets`` are paths with queries, each sent in turn."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise Missing("wrk is not installed: apt install wrk")
    with TemporaryDirectory() as folder:
        script, listed = Path(folder, "targets.lua"), Path(folder, "targets.txt")
        script.write_text(_SCRIPT)
        listed.write_text("".join(f"{target}\n" for target in targets))
        duration = f"{max(1, round(seconds))}s"
        command = [wrk, "-t1", f"-c{connections}", f"-d{duration}", "--timeout", "30s", "-s", str(script)]
        done = subprocess.run(
            [*command, "-H", f"Accept: {accept}", url],
            env={"TARGETS": str(listed)},
            check=True,
            capture_output=True,
            text=True,
        )
    found = json.loads(done.stdout.splitlines()[-1])
    seconds_taken = found["microseconds"] / 1e6
    return Rate(
        (found["requests"] - found["errors"]) / seconds_taken,
        found["errors"],
        *(found[name] / 1000 for name in ("p50", "p95", "p99")),
    )


def ceiling(seconds: float = 1) -> float:
    """Requests per second that the generator reaches against a server that does nothing."""
    with _trivial_server() as url:
        return rate(url, ["/"], "*/*", seconds).requests_per_second


@contextlib.contextmanager
def _trivial_server() -> Iterator[str]:
    """A server in a process of its own that answers 300 bytes to whatever it reads."""
    command = [sys.executable, "-m", "benchmarks.load_generator"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


class _Trivial(asyncio.Protocol):
    _ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 300\r\n\r\n" + b"x" * 300

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._ANSWER * data.count(b"\r\n\r\n"))


async def _serve_trivially() -> None:
    server = await asyncio.get_running_loop().create_server(_Trivial, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    return urlsplit(url)._replace(path="", query="", fragment="").geturl()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve_trivially())
