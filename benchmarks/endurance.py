"""Half an hour of everything at once: queries with known answers, exports, bombs, worker kills, release switches.

    python -m benchmarks.endurance --minutes 30

Readers compare each answer with what pyoxigraph says of that release in this process. Meanwhile bombs are thrown,
clients hang up, workers are killed from outside, and ``latest`` is flipped between two releases. At the end no answer
was wrong, every worker is there again, and memory, threads and descriptors stand where they stood after the warm-up.
Ends with 1 where that is not so.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pyoxigraph import QueryResultsFormat, QuerySolutions, Store, parse_query_results

from benchmarks import servers, workload
from benchmarks.bombing import DEADLINE_SECONDS, throw
from benchmarks.bombs import BOMBS, REFUSED
from benchmarks.ogp_like import point_latest, write_release
from benchmarks.pages import KINDS, LANE, Visit, visited
from benchmarks.processes import Usage, children, usage
from benchmarks.servers import Server
from ogpgraph.load import latest_release, open_release, version_of

SETTINGS: Mapping[str, Any] = {
    "query_seconds": DEADLINE_SECONDS,
    "query_memory_bytes": 400_000_000,
    "result_bytes": 50_000_000,
    "cache_bytes": 4_000_000,  # full after the warm-up
    "page_cache_bytes": 4_000_000,
    "release_check_seconds": 1,
}
_EXPORT = "SELECT ?s ?p ?o { ?s ?p ?o }"
_KNOWN = 150  # queries with known answers
_SWITCH_PATIENCE_SECONDS = 20
# What may be left over: the allocator's own, connections being closed, and the threads that asyncio keeps for work
# that would block (at most the number of processors and four).
_MEMORY_SLACK, _MEMORY_SLACK_BYTES, _DESCRIPTORS_SLACK = 1.15, 25_000_000, 8
_THREADS_SLACK = (os.cpu_count() or 1) + 4

Digest = str


@dataclass
class Tally:
    """What happened, counted by all threads."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        """One more of this."""
        with self._lock:
            self.counts[what] += 1

    def complain(self, what: str) -> None:
        """Something that must never happen."""
        with self._lock:
            self.wrong.append(what)


def digest_of(body: bytes) -> Digest:
    """A name for the multiset of rows in an answer in JSON, whatever their order."""
    solutions = parse_query_results(body, QueryResultsFormat.JSON)
    assert isinstance(solutions, QuerySolutions)
    names = " ".join(str(variable) for variable in solutions.variables)
    rows = sorted(_without_labels(" ".join(map(str, row))) for row in solutions)
    return hashlib.sha256("\n".join([names, *rows]).encode()).hexdigest()


def _without_labels(row: str) -> str:
    """Labels of blank nodes mean nothing."""
    return " ".join("_:" if part.startswith("_:") else part for part in row.split(" "))


class Answers:
    """The right answer of each query in each release, found by evaluating it here."""

    def __init__(self, folders: list[Path]) -> None:
        stores = {version_of(folder): open_release(folder) for folder in folders}
        first = next(iter(stores.values()))
        entities = [(row[0].value, row[1].value) for row in first.query(workload.PREFIXES + workload.ENTITIES)]  # type: ignore[union-attr,index]
        self.queries = [
            *[query for query in workload.short_questions(entities) if not query.startswith("CONSTRUCT")][:_KNOWN],
            workload.PREDICATES,
            "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        ]
        self._right = {
            (version, query): digest_of(_evaluated(store, query))
            for version, store in stores.items()
            for query in [*self.queries, _EXPORT]
        }

    def is_right(self, version: str, query: str, body: bytes) -> bool:
        """Whether this is the answer of that release."""
        return self._right[version, query] == digest_of(body)


def _evaluated(store: Store, query: str) -> bytes:
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    return solutions.serialize(format=QueryResultsFormat.JSON) or b""


class Client:
    """One actor with a connection of its own, which runs in a thread until everything is over."""

    def __init__(self, server: Server, answers: Answers, tally: Tally, seed: int) -> None:
        self.server, self.answers, self.tally = server, answers, tally
        self.chance = random.Random(seed)
        self.connection = http.client.HTTPConnection(*server.address, timeout=60)

    def read(self) -> None:
        """An entity's query: half of them new to the cache."""
        query = self.chance.choice(self.answers.queries)
        self._ask("reader", query, f" # {self.chance.random()}" if self.chance.random() < 0.5 else "")

    def export(self) -> None:
        """All statements of the default graph."""
        self._ask("export", _EXPORT, f" # {self.chance.random()}")
        time.sleep(0.5)

    def bomb(self) -> None:
        """A bomb, which must end honestly."""
        name, query = self.chance.choice(list((BOMBS | REFUSED).items()))
        ending = throw(self.server, name, query)
        self.tally.count("bombs")
        # A worker that is killed from outside while it runs the bomb fails: 500 is then the honest answer.
        if ending.status == 500:
            self.tally.count("failed")
        elif not ending.is_honest:
            self.tally.complain(f"bomb: {ending}")

    def leave(self) -> None:
        """Ask something long, and hang up at any time."""
        query = BOMBS[self.chance.choice(["cross product", "endless stream", "hashes", "giant CONSTRUCT"])]
        with socket.create_connection(self.server.address) as leaver:
            leaver.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(self.chance.random() * 0.3)
        self.tally.count("hung up")

    def _ask(self, who: str, query: str, comment: str) -> None:
        try:
            target = workload.target("/sparql", query + comment)
            self.connection.request("GET", target, headers={"Accept": workload.RESULTS_JSON})
            response = self.connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.tally.count("failed")
            return
        if response.status == 200:
            self.tally.count(f"{who} answers")
            version = response.headers["OGPGraph-Version"]
            if not self.answers.is_right(version, query, body):
                self.tally.complain(f"{who}: wrong answer of {version} to {query}{comment}: {body[:200]!r}")
        elif response.status == 500:
            self.tally.count("failed")
        elif response.status == 503:
            self.tally.count("busy")
        else:
            self.tally.complain(f"{who}: {response.status} {body[:200]!r}")


class Saboteur:
    """Kills workers and switches releases."""

    def __init__(self, server: Server, out: Path, versions: list[str], tally: Tally, seed: int) -> None:
        self.server, self.out, self.versions, self.tally = server, out, versions, tally
        self.chance = random.Random(seed)

    def kill(self) -> None:
        """SIGKILL to any worker: a process that the process with the release has forked."""
        time.sleep(0.5 + self.chance.random())
        workers = [pid for zygote in children(self.server.pid) for pid in children(zygote)]
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.chance.choice(workers), signal.SIGKILL)
            self.tally.count("kills")

    def switch(self) -> None:
        """Flip ``latest`` and wait until the server has noticed."""
        time.sleep(2 + 3 * self.chance.random())
        self.versions.reverse()
        self.switch_to(self.versions[0])

    def switch_to(self, version: str) -> None:
        """Make a release the latest."""
        point_latest(self.out, version)
        self.tally.count("switches")
        deadline = time.monotonic() + _SWITCH_PATIENCE_SECONDS
        while health(self.server)["version"] != version:
            if time.monotonic() > deadline:
                self.tally.complain(f"{version} is not served {_SWITCH_PATIENCE_SECONDS} s after the switch")
                return
            time.sleep(0.1)


def health(server: Server) -> dict[str, Any]:
    """What the server says of itself."""
    with contextlib.closing(http.client.HTTPConnection(*server.address, timeout=60)) as connection:
        connection.request("GET", "/health")
        found: dict[str, Any] = json.load(connection.getresponse())
        return found


@contextlib.contextmanager
def _acting(actions: list[Callable[[], None]], tally: Tally) -> Iterator[None]:
    """Each action again and again in a thread of its own, while the block runs."""
    over = threading.Event()

    def act(action: Callable[[], None]) -> None:
        while not over.is_set():
            try:
                action()
            except Exception as error:
                tally.complain(f"{action.__qualname__}: {type(error).__name__}: {error}")
                time.sleep(0.5)

    threads = [threading.Thread(target=act, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@dataclass(frozen=True)
class Level:
    """Where the server stands when nobody asks."""

    usage: Usage
    workers: int


def level(server: Server) -> Level:
    """The resting level: everything that ended has been cleaned up, the workers are complete again."""
    time.sleep(2)
    return Level(usage(server.pid), int(health(server)["engine"]["workers"]))


@dataclass
class Verdict:
    """What came out."""

    tally: Tally
    pages: Visit
    warm: Level
    end: Level

    def rows(self) -> list[tuple[str, str, bool]]:
        """What was looked at, what was found, whether it is as it must be."""
        counts, warm, end = self.tally.counts, self.warm, self.end
        most_memory = _MEMORY_SLACK * warm.usage.memory_bytes + _MEMORY_SLACK_BYTES
        return [
            (
                "right answers",
                f"{counts['reader answers']} and {counts['export answers']} exports",
                counts["reader answers"] > 0,
            ),
            ("wrong answers and dishonest ends", str(len(self.tally.wrong)), not self.tally.wrong),
            ("bombs, hang-ups", f"{counts['bombs']}, {counts['hung up']}", counts["bombs"] > 0),
            (
                "requests failed to workers killed",
                f"{counts['failed']} to {counts['kills']}",
                counts["failed"] <= counts["kills"],
            ),
            ("release switches", str(counts["switches"]), counts["switches"] > 0),
            ("pages", f"{self.pages}, {self.pages.not_ok} failed", self.pages.not_ok <= counts["kills"]),
            ("workers", f"{warm.workers} → {end.workers}", end.workers == warm.workers),
            (
                "processes",
                f"{warm.usage.processes} → {end.usage.processes}",
                end.usage.processes == warm.usage.processes,
            ),
            (
                "memory, MB",
                f"{warm.usage.memory_bytes / 1e6:.0f} → {end.usage.memory_bytes / 1e6:.0f}",
                end.usage.memory_bytes <= most_memory,
            ),
            (
                "threads",
                f"{warm.usage.threads} → {end.usage.threads}",
                end.usage.threads <= warm.usage.threads + _THREADS_SLACK,
            ),
            (
                "descriptors",
                f"{warm.usage.descriptors} → {end.usage.descriptors}",
                end.usage.descriptors <= warm.usage.descriptors + _DESCRIPTORS_SLACK,
            ),
        ]

    def print(self) -> bool:
        """The table; whether all is well."""
        print("\n| what | found | |\n| --- | --- | --- |")
        for what, found, is_well in self.rows():
            print(f"| {what} | {found} | {'pass' if is_well else '**FAILED**'} |")
        print(*self.tally.wrong[:20], sep="\n")
        return all(is_well for _, _, is_well in self.rows())


def endure(source: Path, seconds: float, seed: int) -> Verdict:
    """Run everything for so long, after a warm-up of a fifth of that (at most a minute); what came out."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        folders = [write_release(source, quads, out) for quads in (0, 110_000)]
        point_latest(out, folders[0].name)
        answers, tally = Answers(folders), Tally()
        with servers.ours(out, **SETTINGS) as server:
            saboteur = Saboteur(server, out, [each.name for each in folders], tally, seed)
            clients = [Client(server, answers, tally, seed + i) for i in range(6)]
            actions = [clients[0].read, clients[1].read, clients[2].export, clients[3].bomb, clients[4].bomb]
            actions += [clients[5].leave, saboteur.kill, saboteur.switch]
            with _acting(actions, tally):
                time.sleep(min(60, seconds / 5))
            saboteur.switch_to(folders[0].name)
            with visited(server, (*LANE, *KINDS)) as pages:
                warm = level(server)  # with the pages that are kept
                with _acting(actions, tally):
                    _wait(seconds, server)
            saboteur.switch_to(folders[0].name)
            return Verdict(tally, pages, warm, level(server))


def _wait(seconds: float, server: Server) -> None:
    """Print a line each minute, so that growth can be seen while it happens."""
    begun = time.monotonic()
    while (left := seconds - (time.monotonic() - begun)) > 0:
        time.sleep(min(60, left))
        now = usage(server.pid)
        minutes = (time.monotonic() - begun) / 60
        print(
            f"{minutes:5.1f} min  {now.memory_bytes / 1e6:5.0f} MB  {now.processes:3} processes  "
            f"{now.threads:3} threads  {now.descriptors:4} descriptors",
            flush=True,
        )


def main() -> int:
    """Print the verdict; 1 where something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30, help="how long, without the warm-up")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder of the releases")
    parser.add_argument("--seed", type=int, default=1, help="of everything that happens by chance")
    options = parser.parse_args()
    source = latest_release(options.out)
    if source is None:
        parser.error(f"there is no release in {options.out}: run `make build` first")
    return 0 if endure(source, 60 * options.minutes, options.seed).print() else 1


if __name__ == "__main__":
    sys.exit(main())
