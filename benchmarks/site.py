"""Pages while strangers fill the processors with queries: every page of the sitemap, first as nobody has asked for it.

    python -m benchmarks.site

starts the server so that it keeps pages but no answers, waits until it has made its pages ahead, and lets eight clients
send short questions (``benchmarks.workload``). A browser's visits to every page are timed meanwhile, and again when the
clients have gone. 1 where the 95th percentile of the visits beside the clients is above its bar.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

from benchmarks import servers
from benchmarks.load_generator import CONNECTIONS, origin, rate
from benchmarks.pages import Visit, visited
from benchmarks.servers import Server
from benchmarks.workload import ENTITIES, PREFIXES, short_questions, target
from ogpgraph.load import latest_release

P95_MILLISECONDS = 10.0
_ADDRESS = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
_SLICE_SECONDS = 5
# Longer than the server waits before it begins.
_STILL_SECONDS = 40


def paths_of(server: Server) -> list[str]:
    """The paths of all pages, as crawlers are told them."""
    parts = _addresses(f"{origin(server.url)}/sitemap.xml")
    return [urlsplit(address).path for part in parts for address in _addresses(part)]


def _addresses(url: str) -> list[str]:
    return [str(each.text) for each in ElementTree.fromstring(_body(url)).iter(_ADDRESS)]


def wait_until_made(server: Server) -> int:
    """Until the server keeps no more pages than some time before; the bytes that it keeps."""
    held, since = -1, time.monotonic()
    while time.monotonic() - since < _STILL_SECONDS:
        time.sleep(1)
        lines = _body(f"{origin(server.url)}/metrics").decode().splitlines()
        found = int(next(float(line.split()[1]) for line in lines if line.startswith("ogpgraph_pages_held_bytes")))
        if found != held:
            held, since = found, time.monotonic()
        if sys.stderr.isatty():
            print(f"\rpages made ahead: {held / 1e6:.1f} MB", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return held


def _body(url: str) -> bytes:
    with urllib.request.urlopen(url) as response:
        body: bytes = response.read()
    return body


@contextlib.contextmanager
def strangers(server: Server, release: Path) -> Iterator[list[float]]:
    """Clients that ask as fast as they are answered while the block runs; their queries a second, slice by slice."""
    store = Store()
    store.bulk_load(path=str(release / "dataset.nq"), format=RdfFormat.N_QUADS)
    solutions = store.query(PREFIXES + ENTITIES)
    assert isinstance(solutions, QuerySolutions)
    queries = short_questions([(row[0].value, row[1].value) for row in solutions])  # type: ignore[union-attr]
    targets = [target("/sparql", query) for query in queries]
    over, rates = threading.Event(), list[float]()

    def ask() -> None:
        while not over.is_set():
            done = rate(origin(server.url), targets, QueryResultsFormat.JSON.media_type, _SLICE_SECONDS)
            rates.append(done.requests_per_second)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        time.sleep(1)  # until they are all there
        yield rates
    finally:
        over.set()
        asking.join()


def visit_all(server: Server, paths: Sequence[str]) -> Visit:
    """One visit to each page."""
    with visited(server, paths) as visit:
        pass
    return visit


def main() -> int:
    """Print what visits took; 1 where the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder of the releases")
    out = parser.parse_args().out
    release = latest_release(out)
    if release is None:
        parser.error(f"there is no release in {out}: run `make build` first")
    with servers.ours(out, cache_bytes=0) as server:
        paths = paths_of(server)
        print(f"{len(paths)} pages; {wait_until_made(server) / 1e6:.1f} MB of them made ahead")
        with strangers(server, release) as rates:
            beside = visit_all(server, paths)
        alone = visit_all(server, paths)
    print(f"beside {CONNECTIONS} clients with {sum(rates) / len(rates):,.0f} queries a second:")
    print(f"  first visits p50 {beside.first_p50:.1f} ms, p95 {beside.first_p95:.1f} ms (bar {P95_MILLISECONDS} ms)")
    print(f"alone: p50 {alone.first_p50:.1f} ms, p95 {alone.first_p95:.1f} ms")
    failed = beside.not_ok + alone.not_ok
    missed = beside.first_p95 > P95_MILLISECONDS or failed > 0
    if missed:
        print(f"MISSED: p95 {beside.first_p95:.1f} ms, {failed} pages not answered")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
