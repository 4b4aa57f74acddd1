"""A visitor of pages in a process of its own: how long pages take while something else happens to the server.

    python -m benchmarks.pages HOST PORT PATH…

asks for the paths in turn, a hundred times a second over one connection, until its standard input is closed, and
prints what it found as JSON. The first visit of each path, when its page has to be made, comes before what is measured
and is counted apart.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from benchmarks.servers import Server

HEALTH = "/health"
PAGE = "/data/id/commitment/FR0042.ttl"
LANE = (HEALTH, PAGE)  # what one question of the reserved lane takes: nothing else is in them
# An HTML page of every kind, on the real release.
KINDS = (
    *("/", "/search?q=open+data", "/queries/", "/queries/012-plan-succession", "/editor", "/ontology", "/scheme/"),
    *("/scheme/completion", "/shapes", "/dumps/", "/versions/", "/cite", "/lineage/id/member/FR"),
    *(
        f"/page/{path}"
        for path in (
            *("id/member/FR", "id/plan/FR-2018", "id/plan/FR-2015/theme/1", "id/commitment/FR0013"),
            *("id/commitment/FR0042", "id/commitment/FR0042/milestone/13.1", "id/institution/fr/dinsic"),
            *("scheme/policy-area/open-data", "scheme/completion/limited", "scheme/completion/scale"),
            *("id/report/FR-2015-end-of-term", "id/assessment/FR0013/end-of-term", "id/source/fr0004-l2-en"),
            *("id/lineage/FR0004-extendedBy-FR0031", "graph/source/fr0004-l2-en", "id/change/fr/dinsic-dinum-2019"),
            *("id/initiative/fr/online-procedures-dashboard", "id/role/FR/selected-chair-2015", "id/dataset/ogp-graph"),
        )
    ),
)
_PAUSE_SECONDS = 0.01
_HEADERS = {"Accept": "text/html, */*;q=0.8", "Accept-Encoding": "gzip"}  # as browsers have them


@dataclass
class Visit:
    """The pages that were asked for; times in milliseconds, known once the visit is over."""

    requests: int = 0
    not_ok: int = 0
    p50: float = 0.0
    p95: float = 0.0
    worst: float = 0.0
    first_p50: float = 0.0  # of first visits, before the block; the others are of the visits after them
    first_p95: float = 0.0

    def __str__(self) -> str:
        again = f"{self.requests} pages, p50 {self.p50:.1f} ms, p95 {self.p95:.1f} ms, worst {self.worst:.1f} ms"
        return f"{again}; first visits p50 {self.first_p50:.1f} ms, p95 {self.first_p95:.1f} ms"


@contextlib.contextmanager
def visited(server: Server, paths: Sequence[str] = LANE) -> Iterator[Visit]:
    """Pages are asked for while the block runs, each once before; the Visit is filled in when it ends."""
    host, port = server.address
    command = [sys.executable, "-m", "benchmarks.pages", host, str(port), *paths]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    visit = Visit()
    try:
        assert process.stdout is not None
        process.stdout.readline()  # every page has come once
        yield visit
        found, _ = process.communicate(timeout=30)
        visit.__dict__.update(json.loads(found))
    finally:
        process.kill()
        process.communicate()


def _visit(host: str, port: int, paths: Sequence[str], over: threading.Event) -> Visit:
    taken: list[float] = []
    visit = Visit()
    connection = http.client.HTTPConnection(host, port, timeout=30)
    for path in itertools.cycle(paths):
        begun = time.perf_counter()
        try:
            connection.request("GET", path, headers=_HEADERS)
            response = connection.getresponse()
            response.read()
            visit.not_ok += response.status != 200
        except (OSError, http.client.HTTPException):
            connection.close()
            visit.not_ok += 1
        taken.append(1000 * (time.perf_counter() - begun))
        if len(taken) == len(paths):
            print("begun", flush=True)
        if over.wait(_PAUSE_SECONDS):
            break
    first, again = sorted(taken[: len(paths)]), sorted(taken[len(paths) :] or taken)
    visit.requests, visit.worst = len(again), max(again)
    visit.first_p50, visit.first_p95 = (_quantile(first, part) for part in (0.5, 0.95))
    visit.p50, visit.p95 = (_quantile(again, part) for part in (0.5, 0.95))
    return visit


def _quantile(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def _set_at_end_of_input(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


def main() -> None:
    host, port, *paths = sys.argv[1:]
    over = threading.Event()
    threading.Thread(target=_set_at_end_of_input, args=[over], daemon=True).start()
    print(json.dumps(asdict(_visit(host, int(port), paths, over))))


if __name__ == "__main__":
    main()
