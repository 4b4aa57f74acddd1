"""How fast the endpoint answers beside its peers: native ``oxigraph``, rdflib-endpoint and Virtuoso, in one run.

    python -m benchmarks.endpoint [--release] [--quads 300000] [--quads 2800000]

Each figure is the median of the ratios of all rounds; the servers take turns within each round, so that what else the
machine does meets all of them. ``wrk`` sends the light mix, what pages and data documents of entities ask
(``benchmarks.visits``), over the same number of connections to each. Every answer is compared with that of the native
server as a multiset of rows. Heavy queries have their bars by kind, the median of its queries that take the native
server on disk at least 20 ms, on generated data only: on a small release few are heavy. Ends with 1 where a bar is
missed or an answer differs.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

from benchmarks import servers, visits, workload
from benchmarks.load_generator import Missing, ceiling, origin, rate
from benchmarks.ogp_like import write_release
from benchmarks.servers import Server
from ogpgraph.engine.nursery import child_environment
from ogpgraph.load import dataset_of, latest_release

OURS, CACHED, MEMORY, DISK = "ogpgraph", "ogpgraph with its cache", "oxigraph in memory", "oxigraph on disk"
RDFLIB, VIRTUOSO = "rdflib-endpoint", "Virtuoso"
# rdflib reads about 12,000 quads a second: above this it is left out, because nobody waits so long for it.
RDFLIB_QUADS = 500_000
COMPARED_LIGHT = 600
# A count from the cube has as many rows as an entity or some more: it may take this many times as long.
CUBE_ROUNDS, CUBE_ENTITIES = 40, 4.0
COLD_START_SECONDS = 1.5
SMALL_QUADS = 100_000
# A server that takes longer for a heavy query is not asked again.
ONCE_SECONDS = 8.0
# What takes native on disk less is not heavy.
HEAVY_SECONDS = 0.02
HEAVY_BARS = {"aggregate": 0.5, "text": 0.5, "join": 0.5, "export": 0.5}
# Either is the better one for some form of query; all servers choose the one that fits.
ROWS_OR_GRAPH = f"{workload.RESULTS_JSON}, {workload.N_TRIPLES};q=0.9"


@dataclass(frozen=True)
class Line:
    """A cell of the table: how ours stands to a peer, and the bar where there is one (at least, or at most)."""

    what: str
    peer: str
    ratio: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the bar is reached; true where there is none."""
        above = self.at_least is None or self.ratio >= self.at_least
        return above and (self.at_most is None or self.ratio <= self.at_most)

    def __str__(self) -> str:
        """The ratio with its bar and the verdict."""
        bar = f"≥ {self.at_least}" if self.at_least is not None else f"≤ {self.at_most}" if self.at_most else ""
        return f"{self.ratio:.2f}" + (f" ({bar}: {'pass' if self.passed else '**MISSED**'})" if bar else "")


@dataclass
class Report:
    """What one size gave."""

    lines: list[Line] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every bar is reached and every answer is the native server's."""
        return all(line.passed for line in self.lines) and not self.differences

    def print(self, title: str) -> None:
        """The table in Markdown: a row for each thing measured, a column for each peer."""
        peers = list(dict.fromkeys(line.peer for line in self.lines))
        print(f"\n## {title}\n\n| ogpgraph's ratio to | {' | '.join(peers)} |\n| --- |{' ---: |' * len(peers)}")
        for what in dict.fromkeys(line.what for line in self.lines):
            cells = {line.peer: str(line) for line in self.lines if line.what == what}
            print(f"| {what} | {' | '.join(cells.get(peer, '') for peer in peers)} |")
        print("\nanswers: " + ("; ".join(self.differences) or "the same rows as the native server's, all of them"))


def measure(out: Path, options: argparse.Namespace, work: Path) -> Report:
    """All measurements over the latest release in ``out``."""
    folder = latest_release(out)
    assert folder is not None
    dataset, report = folder / "dataset.nq", Report()
    report.lines += cold_start(out, dataset, work, options.rounds)
    with contextlib.ExitStack() as stack:
        running = list(_started(stack, out, dataset, options, work))
        entities = _values(_ask(running[0], workload.PREFIXES + workload.ENTITIES))
        counts = {predicate: int(count) for predicate, count in _values(_ask(running[0], workload.PREDICATES))}
        heavy = (*workload.HEAVY, workload.export(counts))
        light = visits.light_mix(out, entities)
        report.differences += compare_light(running, light)
        report.lines += light_rates(running, light, options)
        report.lines += other_rates("short questions", running, workload.short_questions(entities), options)
        report.lines += other_rates("one-triple lookups", running, workload.lookups(entities), options)
        times = heavy_times(running, heavy, options.rounds, report.differences)
        report.lines += heavy_lines(times)
        report.lines += heavy_kinds(times, has_bars=not _is_small(folder))
        report.lines += cube_times(running[0], light, has_bars=_is_small(folder))
        cached = stack.enter_context(servers.ours(out, CACHED, client_queries=64, pages_ahead=0))
        report.lines += cache_hits(cached, running, light[:200], options)
    return report


def _started(
    stack: contextlib.ExitStack, out: Path, dataset: Path, options: argparse.Namespace, work: Path
) -> Iterator[Server]:
    """Ours first, then the peers that are installed; why one is left out is printed."""
    lines = sum(chunk.count(b"\n") for chunk in _chunks(dataset))
    starts: list[servers.Start] = [
        partial(servers.ours, out, OURS, cache_bytes=0, client_queries=64, pages_ahead=0),
        partial(servers.native_in_memory, dataset),
        partial(servers.native_on_disk, dataset, work / "oxigraph"),
        partial(servers.virtuoso, dataset, work / "virtuoso"),
    ]
    if lines <= RDFLIB_QUADS:
        starts.append(partial(servers.rdflib_endpoint, dataset, options.rdflib))
    else:
        print(f"{RDFLIB} is left out: it would load {lines:,} quads for minutes")
    for start in starts:
        try:
            yield stack.enter_context(start())
        except Missing as missing:
            print(f"left out: {missing}")


def _is_small(folder: Path) -> bool:
    return dataset_of(folder).quads < SMALL_QUADS


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def cold_start(out: Path, dataset: Path, work: Path, rounds: int) -> list[Line]:
    """From nothing to the first answer, the release being loaded; for a small release also against its bar."""
    seconds: dict[str, list[float]] = {}
    for number in range(rounds):
        starts: tuple[servers.Start, ...] = (
            partial(servers.ours, out, OURS),
            partial(servers.native_in_memory, dataset),
            partial(servers.native_on_disk, dataset, work / f"cold-{number}"),
        )
        for start in starts:
            with start() as server:
                seconds.setdefault(server.name, []).append(server.seconds)
    own = statistics.median(seconds[OURS])
    lines = [
        Line("cold start with load, time", peer, own / statistics.median(seconds[peer])) for peer in (MEMORY, DISK)
    ]
    if _is_small(dataset.parent):
        lines.append(Line("cold start with load, time", f"{COLD_START_SECONDS} s", own / COLD_START_SECONDS, at_most=1))
    return lines


def light_rates(running: Sequence[Server], light: Sequence[str], options: argparse.Namespace) -> list[Line]:
    """Requests per second under the light mix, nothing cached."""
    rates = _rates(running, light, options)
    bars = {MEMORY: 0.45, DISK: 1.2, RDFLIB: 5.0}
    lines = [
        Line("light mix, requests per second", peer, _ratio(rates[OURS], rates[peer]), bars.get(peer))
        for peer in rates
        if peer != OURS
    ]
    # What the same engine reaches in memory without everything that is ours.
    return [*lines, Line("the same by the native server in memory", DISK, _ratio(rates[MEMORY], rates[DISK]))]


def other_rates(
    what: str, running: Sequence[Server], queries: Sequence[str], options: argparse.Namespace
) -> list[Line]:
    """Requests per second of queries that are smaller than a page's, nothing cached: shown, without a bar."""
    rates = _rates(running, queries, options)
    return [
        Line(f"{what}, requests per second", peer, _ratio(rates[OURS], rates[peer])) for peer in rates if peer != OURS
    ]


def cache_hits(
    cached: Server, running: Sequence[Server], hot: Sequence[str], options: argparse.Namespace
) -> list[Line]:
    """Requests per second where the same few queries come again and again."""
    disk = [server for server in running if server.name == DISK]
    rates = _rates([cached, *disk], hot, options)
    hits = "cache hits, requests per second"
    return [Line(hits, DISK, _ratio(rates[CACHED], rates[DISK]), at_least=2.0)] if disk else []


def _rates(running: Sequence[Server], queries: Sequence[str], options: argparse.Namespace) -> dict[str, list[float]]:
    """The rate of each server in each round, its first round being thrown away to warm it up.

    Of answers with errors, only those of peers of another engine are put up with.
    """
    found: dict[str, list[float]] = {}
    failed: Counter[str] = Counter()
    for number in range(options.rounds + 1):
        for server in running:
            targets = [workload.target(urlsplit(server.url).path, query, server.parameters) for query in queries]
            one = rate(origin(server.url), targets, ROWS_OR_GRAPH, options.seconds if number else 1)
            if one.errors and server.name in (OURS, CACHED, MEMORY, DISK):
                raise RuntimeError(f"{server.name} answered {one.errors} requests of the load with errors")
            failed[server.name] += one.errors
            if number:
                found.setdefault(server.name, []).append(one.requests_per_second)
    for name, errors in (+failed).items():
        print(f"{name} answered {errors} requests with errors, which do not count", file=sys.stderr)
    return found


def _ratio(own: Sequence[float], peer: Sequence[float]) -> float:
    """The median of the ratios round by round; that of the medians where one took part in fewer rounds."""
    if len(own) == len(peer):
        return statistics.median(one / other for one, other in zip(own, peer, strict=True))
    return statistics.median(own) / statistics.median(peer)


def heavy_times(
    running: Sequence[Server], heavy: Sequence[workload.Heavy], rounds: int, differences: list[str]
) -> dict[workload.Heavy, dict[str, list[float]]]:
    """The seconds to the last byte of each heavy query from each server, round by round.

    What differs from the native answer goes to ``differences``.
    """
    times = {}
    for query in heavy:
        seconds: dict[str, list[float]] = {}
        answers: dict[str, Counter[tuple[str, ...]]] = {}
        for number in range(rounds):
            for server in running:
                if number and seconds[server.name][0] > ONCE_SECONDS:
                    continue  # slower by orders of magnitude: once tells it
                begun = time.perf_counter()
                body = _ask(server, workload.PREFIXES + query.text)
                seconds.setdefault(server.name, []).append(time.perf_counter() - begun)
                if not number and server.name in (OURS, MEMORY, DISK):
                    answers[server.name] = _rows(body)
        differences += _different(query.name, answers)
        times[query] = seconds
    return times


def heavy_lines(times: dict[workload.Heavy, dict[str, list[float]]]) -> list[Line]:
    """Every heavy query by itself, with a bar beside rdflib-endpoint alone."""
    return [
        Line(f"{query.name}, time", peer, _ratio(seconds[OURS], taken), at_most=0.2 if peer == RDFLIB else None)
        for query, seconds in times.items()
        for peer, taken in seconds.items()
        if peer != OURS
    ]


def heavy_kinds(times: dict[workload.Heavy, dict[str, list[float]]], has_bars: bool) -> list[Line]:
    """Each kind of heavy query: the median ratio of those that are heavy for the native server on disk."""
    of_kind: defaultdict[str, list[dict[str, list[float]]]] = defaultdict(list)
    for query, seconds in times.items():
        if DISK in seconds and statistics.median(seconds[DISK]) >= HEAVY_SECONDS:
            of_kind[query.kind].append(seconds)
    lines = []
    for kind, found in of_kind.items():
        own, native = (statistics.median(_ratio(each[name], each[DISK]) for each in found) for name in (OURS, MEMORY))
        bar = HEAVY_BARS.get(kind) if has_bars else None
        lines.append(Line(f"**all of {kind}** ({len(found)} heavy), time", DISK, own, at_most=bar))
        lines.append(Line(f"the same of {kind} by the native server in memory", DISK, native))
    return lines


def cube_times(server: Server, light: Sequence[str], has_bars: bool) -> list[Line]:
    """How long counts from the data cube take beside an entity's query, both over HTTP and one after the other.

    The bars are for the real release: generated data have members, and so rows of a count by member, without end.
    """
    lookups = workload.cube_lookups()
    entity: list[float] = []
    cube: dict[str, list[float]] = {lookup.name: [] for lookup in lookups}
    for query in light[:CUBE_ROUNDS]:
        entity.append(_seconds(server, query))
        for lookup in lookups:
            cube[lookup.name].append(_seconds(server, lookup.text))
    usual = statistics.median(entity)
    return [
        Line(
            f"{name}, time",
            "an entity's query",
            statistics.median(seconds) / usual,
            at_most=CUBE_ENTITIES if has_bars else None,
        )
        for name, seconds in cube.items()
    ]


def _seconds(server: Server, query: str) -> float:
    begun = time.perf_counter()
    _ask(server, query)
    return time.perf_counter() - begun


def compare_light(running: Sequence[Server], light: Sequence[str]) -> list[str]:
    """The queries of the light mix, a part of them, whose rows are not the native server's."""
    both = [server for server in running if server.name in (OURS, MEMORY)]
    found = []
    for query in light[:COMPARED_LIGHT]:
        read = _triples if query.startswith("CONSTRUCT") else _rows
        found += _different(query, {server.name: read(_ask(server, query)) for server in both})
    return found


def _different(what: str, answers: dict[str, Counter[tuple[str, ...]]]) -> list[str]:
    """A message where ours and a native answer are not the same multiset of rows."""
    return [
        f"{what}: {(answers[OURS] - answers[peer]).total()} rows only here, "
        f"{(answers[peer] - answers[OURS]).total()} rows only from {peer}"
        for peer in (MEMORY, DISK)
        if peer in answers and answers[peer] != answers[OURS]
    ]


def _ask(server: Server, query: str) -> bytes:
    """The whole answer as it came: JSON for rows, N-Triples for a graph."""
    with contextlib.closing(http.client.HTTPConnection(*server.address, timeout=600)) as connection:
        target = workload.target(urlsplit(server.url).path, query, server.parameters)
        connection.request("GET", target, headers={"Accept": workload.media_type(query)})
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{server.name} answered {response.status} to {query}: {body[:300]!r}")
        return body


def _rows(body: bytes) -> Counter[tuple[str, ...]]:
    """The rows of an answer as a multiset; blank nodes are all alike, because their labels mean nothing."""
    return Counter(
        tuple("_:" if isinstance(term, BlankNode) else str(term) for term in row) for row in _solutions(body)
    )


def _triples(body: bytes) -> Counter[tuple[str, ...]]:
    """The statements of a graph, blank nodes all alike; a graph has each once, however often it is written."""
    found = {
        tuple("_:" if isinstance(term, BlankNode) else str(term) for term in quad.triple)
        for quad in parse(body, RdfFormat.N_TRIPLES)
    }
    return Counter(found)


def _values(body: bytes) -> list[tuple[str, str]]:
    """The two columns of an answer as plain text."""
    return [(row[0].value, row[1].value) for row in _solutions(body)]  # type: ignore[union-attr]


def _solutions(body: bytes) -> QuerySolutions:
    solutions = parse_query_results(body, QueryResultsFormat.JSON)
    assert isinstance(solutions, QuerySolutions)
    return solutions


def main() -> int:
    """Print a table for each size; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--release", action="store_true", help="measure on the latest release")
    parser.add_argument("--quads", type=int, action="append", default=[], help="measure on generated data of this size")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder of the releases")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that the medians are of")
    parser.add_argument("--seconds", type=float, default=3, help="seconds of load a server and round")
    parser.add_argument(
        "--rdflib", type=Path, default=Path(".venv-peers/bin/python"), help="Python with rdflib-endpoint"
    )
    options = parser.parse_args()
    source = latest_release(options.out)
    if source is None:
        parser.error(f"there is no release in {options.out}: run `make build` first")
    print(f"the load generator reaches {ceiling():,.0f} requests per second against a server that does nothing")
    print(f"the engine allocates with {child_environment().get('LD_PRELOAD') or 'what the system has'}")
    passed = True
    for quads in [0] * (options.release or not options.quads) + options.quads:
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            if quads:
                write_release(source, quads, work / "dist")
            report = measure(work / "dist" if quads else options.out, options, work)
            report.print(f"{quads:,} quads of generated data" if quads else f"release {source.name}")
            passed = passed and report.passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
