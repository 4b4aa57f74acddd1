"""The embedded engine: right answers from other processes, limits that hold, nothing left behind."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import pyoxigraph
import pytest
import uvloop
import zstandard

from ogpgraph.engine import frames, nursery, worker
from ogpgraph.engine.answer import LocalAnswer
from ogpgraph.engine.job import EngineFailed, Job, Lane, LimitReached
from ogpgraph.engine.local import LocalEngine
from ogpgraph.engine.nursery import Nursery
from ogpgraph.engine.queue import Queue, Waiting
from ogpgraph.engine.zygote import Plan
from ogpgraph.load import DamagedRelease, dataset_of
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS
from ogpgraph.protocol.errors import BadRequest, QuerySyntaxError
from ogpgraph.protocol.requests import Query
from ogpgraph.settings import PROJECT, Settings

FORMATS = {each.name: each for each in (*GRAPH_FORMATS, *RESULT_FORMATS)}
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
ROWS = 1000
EVERYTHING = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
# Four times everything by everything: years of computing, little memory.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?f && ?i != ?l) }"
ENDLESS_ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
# Thousands of rows of which none can be given before all are there.
SORTED_ROWS = "SELECT * { ?a ?b ?c . <http://ex.org/s1> ?e ?f } ORDER BY ?c ?f LIMIT 2"
# A million rows that are held to be compared.
HELD_ROWS = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?c ?f { ?a ?b ?c . ?d ?e ?f } }"


def written(folder: Path, lines: list[str], version: str = "1") -> Path:
    """A folder that looks like a release as far as the engine reads it."""
    folder.mkdir(parents=True)
    raw = "".join(f"{line} .\n" for line in lines).encode()
    (folder / "dataset.nq").write_bytes(raw)
    files = {"dataset.nq": {"sha256": hashlib.sha256(raw).hexdigest()}}
    (folder / "manifest.json").write_text(json.dumps({"version": version, "quads": len(lines), "files": files}))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand statements in the default graph, two in a named one."""
    lines = [f'<http://ex.org/s{n % 97}> <http://ex.org/p{n % 7}> "value {n}"@en' for n in range(ROWS - 2)]
    lines.append('<http://ex.org/s1> <http://ex.org/p1> "01"^^<http://www.w3.org/2001/XMLSchema#integer>')
    lines.append('<http://ex.org/s1> <http://ex.org/p1> "a \\"quoted\\"\\nline, é"')
    lines += [f'<http://ex.org/s1> <http://ex.org/p{n}> "named" <http://ex.org/g>' for n in range(2)]
    return written(tmp_path_factory.mktemp("dist") / "1", lines)


@pytest.fixture(scope="module")
def store(folder: Path) -> pyoxigraph.Store:
    """The same statements in this process."""
    store = pyoxigraph.Store()
    store.bulk_load(path=folder / "dataset.nq", format=pyoxigraph.RdfFormat.N_QUADS)
    return store


@asynccontextmanager
async def engine_of(folder: Path, **settings: Any) -> AsyncIterator[LocalEngine]:
    engine = LocalEngine(folder, Settings(**settings))
    await engine.start()
    try:
        yield engine
    finally:
        await asyncio.wait_for(engine.close(), 20)


def on_loop(work: Coroutine[Any, Any, Any], loop: str = "uvloop") -> Any:
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(asyncio.wait_for(work, 40))


def job(text: str, name: str = "json", **more: Any) -> Job:
    return Job(Query(text), FORMATS[name], **more)


async def body(engine: LocalEngine, asked: Job) -> bytes:
    async with engine.answer(asked) as answer:
        if answer.complete is not None:
            return answer.complete
        return b"".join([chunk async for chunk in answer])


async def collect(answer: LocalAnswer, chunks: list[bytes]) -> None:
    async for chunk in answer:
        chunks.append(chunk)


async def holds(condition: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether a condition comes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.01)
    return True


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; empty where the process has gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def children(pid: int) -> list[int]:
    return [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and (fields := stat(int(path.name))) and int(fields[1]) == pid
    ]


_OTHERS: set[int] = set()  # children of this process that were there before the test that runs


@pytest.fixture(autouse=True)
def own_children() -> Callable[[], list[int]]:
    """The children of this process that came with the test; an engine also adopts what other tests' servers leave."""
    _OTHERS.clear()
    _OTHERS.update(children(os.getpid()))
    return lambda: [pid for pid in children(os.getpid()) if pid not in _OTHERS]


def zygote() -> int:
    """The one zygote that this test has started."""
    (found,) = (
        pid
        for pid in children(os.getpid())
        if pid not in _OTHERS and b"zygote" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    return found


def is_alive(pid: int) -> bool:
    fields = stat(pid)
    return bool(fields) and fields[0] not in "ZX"


def limited(pid: int) -> bool:
    return not re.search("Max address space +unlimited", Path(f"/proc/{pid}/limits").read_text())


async def all_ready(number: int) -> None:
    """Wait for every worker of the engine to be idle."""
    assert await holds(lambda: [limited(pid) for pid in children(zygote())] == [True] * number)
    await asyncio.sleep(0.1)  # for the word that it is ready, which follows


def cpu_ticks(pid: int) -> int:
    fields = stat(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def busy_workers(engine: LocalEngine) -> list[int]:
    """The workers of the queries that run."""
    generation = engine._pool._generation
    assert generation
    return [worker.pid for worker in generation._workers if worker.answer]


# --- answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS)
def test_rows_are_those_of_the_engine_in_every_format(folder: Path, store: pyoxigraph.Store, loop: str) -> None:
    async def answers() -> dict[tuple[str, str], bytes]:
        async with engine_of(folder) as engine:
            return {
                (text, each.name): await body(engine, job(text, each.name))
                for text in (EVERYTHING, "ASK { ?s ?p 1 }", "SELECT * { ?s <http://ex.org/none> ?o }")
                for each in RESULT_FORMATS
            }

    for (text, name), found in on_loop(answers(), loop).items():
        form = FORMATS[name].engine
        assert isinstance(form, pyoxigraph.QueryResultsFormat)
        expected = store.query(text)
        assert not isinstance(expected, pyoxigraph.QueryTriples)
        assert found == expected.serialize(format=form), (text, name)


@pytest.mark.parametrize("text", ["CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "DESCRIBE <http://ex.org/s1>"])
def test_graphs_are_those_of_the_engine_in_every_format(folder: Path, store: pyoxigraph.Store, text: str) -> None:
    async def answers() -> dict[str, bytes]:
        async with engine_of(folder) as engine:
            return {each.name: await body(engine, job(text, each.name)) for each in GRAPH_FORMATS}

    graph = store.query(text)
    assert isinstance(graph, pyoxigraph.QueryTriples)
    expected = set(graph)
    for name, found in on_loop(answers()).items():
        form = FORMATS[name].engine
        assert isinstance(form, pyoxigraph.RdfFormat)
        assert {quad.triple for quad in pyoxigraph.parse(found, form)} == expected, name
        assert (b"@prefix dcterms: <http://purl.org/dc/terms/>" in found) == (name in ("turtle", "trig")), name


def test_an_answer_in_a_format_that_cannot_hold_it_is_refused(folder: Path) -> None:
    async def refused() -> None:
        async with engine_of(folder) as engine:
            with pytest.raises(BadRequest, match="rows cannot be written as text/turtle"):
                await body(engine, job(EVERYTHING, "turtle"))
            with pytest.raises(BadRequest, match=re.escape("cannot be written as application/sparql-results+json")):
                await body(engine, job("DESCRIBE <http://ex.org/s1>"))

    on_loop(refused())


def test_the_dataset_of_the_request_replaces_that_of_the_release(folder: Path) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4: what the request does not name is empty."""
    graph = "http://ex.org/g"
    union = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    cases = {
        Query(union): ROWS + 2,
        Query(union, default_graphs=(graph,)): 2,
        Query(union, named_graphs=(graph,)): 2,
        Query(union, (graph,), (graph,)): 4,
        Query("SELECT (COUNT(*) AS ?n) { <s1> ?p ?o }", base="http://ex.org/"): 13,
    }

    async def counts() -> list[bytes]:
        async with engine_of(folder) as engine:
            return [await body(engine, Job(query, FORMATS["csv"])) for query in cases]

    assert [int(found.split()[1]) for found in on_loop(counts())] == list(cases.values())


def test_a_long_answer_is_compressed_and_a_short_one_is_not(folder: Path, store: pyoxigraph.Store) -> None:
    long, short = job(EVERYTHING, "csv"), job("ASK {}", "csv")
    expected = store.query(EVERYTHING)
    assert isinstance(expected, pyoxigraph.QuerySolutions)
    plain = expected.serialize(format=pyoxigraph.QueryResultsFormat.CSV)
    unpack = {
        "gzip": lambda raw: zlib.decompress(raw, 16 + zlib.MAX_WBITS),
        "zstd": lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw),
    }

    async def check() -> None:
        async with engine_of(folder) as engine:
            for encoding, unpacked in unpack.items():
                async with engine.answer(Job(long.query, long.format, encoding)) as answer:
                    assert answer.encoding == encoding
                    assert answer.complete is not None
                    assert plain is not None
                    assert len(answer.complete) < len(plain) / 2
                    assert unpacked(answer.complete) == plain
                    assert answer.cost.result_bytes == len(plain)
                async with engine.answer(Job(short.query, short.format, encoding)) as answer:
                    assert (answer.encoding, answer.complete) == ("identity", b"true")

    on_loop(check())


def test_a_query_arrives_as_it_was_sent() -> None:
    texts = ("ASK {}", "", "SELECT * {\n  ?s ?p 'é\\n'\r\n}\n", "ASK { ?s ?p '\ud800' }")
    datasets = ((), ()), (("http://ex.org/a", "not\nan IRI"), ()), ((), ("http://ex.org/b",))
    for text, (default, named), base in itertools.product(texts, datasets, (None, "http://ex.org/base/")):
        task = frames.Task(text, default, named, base, "text/csv", "gzip")
        found = frames.to_task(frames.of_task(task)[5:])
        assert found == task._replace(default_graphs=found.default_graphs, named_graphs=found.named_graphs)
        assert (tuple(found.default_graphs), tuple(found.named_graphs)) == (default, named)


def test_frames_are_the_same_wherever_the_socket_cuts_them() -> None:
    sent = [(frames.Kind.PLAIN, b"abc"), (frames.Kind.PLAIN, b""), (frames.Kind.FAILED, bytes(range(256)))]
    data = b"".join(frames.frame(kind, payload) for kind, payload in sent)
    for size in (1, 2, 4, 5, 6, 7, 100, len(data)):
        incoming = frames.Frames()
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
        assert [frame for piece in pieces for frame in incoming.feed(piece)] == sent


def test_the_cost_of_an_answer_is_told(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder) as engine, engine.answer(job(SORTED_ROWS)) as answer:
            assert answer.cost.cpu_seconds > 0.02
            assert answer.cost.evaluation_seconds >= answer.cost.cpu_seconds * 0.5
            assert 0 <= answer.cost.queue_seconds < 1
            assert answer.complete is not None
            assert answer.cost.result_bytes == len(answer.complete)

    on_loop(check())


def test_what_a_client_did_wrong_costs_no_worker(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder) as engine:
            with pytest.raises(QuerySyntaxError) as wrong:
                await body(engine, job("SELECT *\nWHERE { ?s ?p ]"))
            assert (wrong.value.line, wrong.value.column) == (2, 15)
            with pytest.raises(BadRequest, match="Invalid IRI"):
                await body(engine, Job(Query("ASK {}", default_graphs=("no iri",)), FORMATS["json"]))
            assert (engine.restarts, engine.running, engine.kills) == (0, 0, {})

    on_loop(check())


# --- limits ----------------------------------------------------------------------------------------------------


async def stopped(engine: LocalEngine, asked: Job) -> tuple[LimitReached, float]:
    """The limit that a query met, and after how many seconds; its worker has gone, the engine goes on."""
    workers = children(zygote())
    asking = asyncio.ensure_future(body(engine, asked))
    started = time.monotonic()
    with pytest.raises(LimitReached) as reached:
        await asking
    seconds = time.monotonic() - started
    assert await holds(lambda: sum(is_alive(pid) for pid in workers) == len(workers) - 1)
    assert await holds(lambda: len(children(zygote())) == len(workers))
    assert await body(engine, job("ASK {}", "csv", lane=asked.lane)) == b"true"
    assert (engine.running, engine.queued) == (0, 0)
    assert engine.kills[reached.value.limit] == 1
    return reached.value, seconds


@pytest.mark.parametrize(
    ("limits", "lane", "text", "name"),
    [
        ({"query_seconds": 1}, Lane.PUBLIC, ENDLESS, "query_seconds"),
        ({"query_seconds": 30, "reserved_seconds": 1}, Lane.RESERVED, ENDLESS, "reserved_seconds"),
        ({"service_endpoints": "http://a.example/", "service_seconds": 1}, Lane.FEDERATED, ENDLESS, "service_seconds"),
        ({"query_cpu_seconds": 1}, Lane.PUBLIC, ENDLESS, "query_cpu_seconds"),
    ],
)
def test_a_query_over_its_time_ends_with_its_worker(
    folder: Path, limits: dict[str, int], lane: Lane, text: str, name: str
) -> None:
    async def check() -> None:
        async with engine_of(folder, **limits) as engine:
            error, seconds = await stopped(engine, job(text, lane=lane))
            assert (error.status, error.limit, error.value) == (503, name, 1)
            assert 0.9 < seconds < (2 if name.endswith("query_seconds") else 6)

    on_loop(check())


def test_each_query_of_a_worker_has_its_whole_time(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder, query_seconds=1, queries_at_once=4) as engine:
            await all_ready(7)
            await body(engine, job("ASK {}"))  # and the same worker gets the next one
            await asyncio.sleep(0.5)
            error, seconds = await stopped(engine, job(ENDLESS))
            assert error.limit == "query_seconds"
            assert 0.9 < seconds < 1.4
            assert engine.restarts <= 1

    on_loop(check())


def test_a_query_over_its_memory_ends_with_its_worker(folder: Path) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"

    async def check() -> None:
        async with engine_of(folder, query_memory_bytes=100_000_000) as engine:
            error, _ = await stopped(engine, job(text))
            assert (error.status, error.limit, error.value) == (503, "query_memory_bytes", 100_000_000)

    on_loop(check())


def test_a_query_deeper_than_the_stack_ends_with_its_worker(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder) as engine:
            error, _ = await stopped(engine, job(f"SELECT ({'+'.join(['1'] * 200_000)} AS ?n) {{}}"))
            assert (error.status, error.limit) == (413, "query_depth")

    on_loop(check())


def test_an_answer_over_its_length_is_refused_or_cut(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder, result_bytes=100_000) as engine:
            with pytest.raises(LimitReached) as reached:
                await body(engine, job(ENDLESS_ROWS))
            error = reached.value
            assert (error.status, error.limit, error.value) == (413, "result_bytes", 100_000)
            assert engine.restarts == 0
        async with engine_of(folder, result_bytes=1_000_000) as engine:
            taken: list[bytes] = []
            async with engine.answer(job(ENDLESS_ROWS)) as answer:
                assert answer.complete is None
                with pytest.raises(LimitReached, match="result_bytes"):
                    await collect(answer, taken)
            assert len(b"".join(taken)) <= 1_000_000

    on_loop(check())


def test_an_answer_that_streams_is_cut_at_the_deadline(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder, query_seconds=1) as engine:
            taken: list[bytes] = []
            async with engine.answer(job(ENDLESS_ROWS, "csv")) as answer:
                with pytest.raises(LimitReached, match="query_seconds is 1"):
                    await collect(answer, taken)
            assert len(b"".join(taken)) > 256 * 1024

    on_loop(check())


def test_an_answer_that_nobody_takes_fails_at_the_deadline_too(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder, query_seconds=1) as engine, engine.answer(job(ENDLESS_ROWS, "csv")) as answer:
            failed = asyncio.Event()
            answer.on_failure = failed.set
            await asyncio.wait_for(failed.wait(), 5)
            with pytest.raises(LimitReached, match="query_seconds is 1"):
                await collect(answer, [])

    on_loop(check())


def test_a_query_that_took_much_memory_leaves_none_of_it(folder: Path) -> None:
    """A worker that grew is replaced after its answer; the others are not."""

    async def check() -> None:
        async with engine_of(folder) as engine:
            before = set(children(zygote()))
            assert await body(engine, job(HELD_ROWS, "csv")) == b"n\r\n%d\r\n" % (ROWS) ** 2
            assert await holds(lambda: len(before - set(children(zygote()))) == 1)
            assert await holds(lambda: len(children(zygote())) == len(before))
            assert engine.kills == {}

    on_loop(check())


# --- queue -----------------------------------------------------------------------------------------------------


async def occupied(engine: LocalEngine, number: int, **more: Any) -> list[asyncio.Task[bytes]]:
    """So many queries that do not end, all of them with a worker."""
    tasks = [asyncio.create_task(body(engine, job(ENDLESS, **more))) for _ in range(number)]
    assert await holds(lambda: engine.running >= number)
    return tasks


async def cancelled(tasks: list[asyncio.Task[bytes]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_a_full_queue_is_said_at_once(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder, queries_at_once=1, queue_length=2, queue_seconds=30) as engine:
            tasks = await occupied(engine, 1)
            tasks += [asyncio.create_task(body(engine, job(ENDLESS))) for _ in range(2)]
            assert await holds(lambda: engine.queued == 2)
            with pytest.raises(LimitReached) as reached:
                await body(engine, job("ASK {}"))
            error = reached.value
            assert (error.status, error.limit, error.value, error.retry_seconds) == (503, "queue_length", 2, 30)
            # The lane of the pages has its own workers.
            assert await body(engine, job("ASK {}", "csv", lane=Lane.RESERVED)) == b"true"
            await cancelled(tasks)
            assert (engine.running, engine.queued) == (0, 0)
            assert await body(engine, job("ASK {}", "csv")) == b"true"

    on_loop(check())


def test_nobody_waits_longer_than_the_limit(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder, queries_at_once=1, queue_seconds=1) as engine:
            tasks = await occupied(engine, 1)
            started = time.monotonic()
            with pytest.raises(LimitReached) as reached:
                await body(engine, job("ASK {}"))
            assert 0.9 < time.monotonic() - started < 3
            assert (reached.value.status, reached.value.limit, reached.value.value) == (503, "queue_seconds", 1)
            assert (engine.running, engine.queued) == (1, 0)
            await cancelled(tasks)

    on_loop(check())


def test_a_client_has_its_share_and_no_more(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder, queries_at_once=2, client_queries=3) as engine:
            tasks = await occupied(engine, 2, client="one")
            tasks.append(asyncio.create_task(body(engine, job(ENDLESS, client="one"))))
            assert await holds(lambda: engine.queued == 1)
            with pytest.raises(LimitReached) as reached:
                await body(engine, job("ASK {}", client="one"))
            error = reached.value
            assert (error.status, error.limit, error.value, error.retry_seconds) == (429, "client_queries", 3, 1)
            other = asyncio.create_task(body(engine, job("ASK {}", "csv", client="two")))
            assert await holds(lambda: engine.queued == 2)
            await cancelled(tasks)
            assert await other == b"true"
            assert await body(engine, job("ASK {}", "csv", client="one")) == b"true"

    on_loop(check())


def test_the_client_with_the_fewest_running_queries_goes_first(folder: Path) -> None:
    async def check() -> list[str]:
        served: list[str] = []

        async def ask(name: str, client: str) -> None:
            await body(engine, job("ASK {}", client=client))
            served.append(name)

        async with engine_of(folder, queries_at_once=2) as engine:
            greedy = await occupied(engine, 2, client="greedy")
            asked = [("greedy 1", "greedy"), ("greedy 2", "greedy"), ("modest 1", "modest"), ("late 1", "late")]
            waiting = [asyncio.create_task(ask(*each)) for each in asked]
            assert await holds(lambda: engine.queued == 4)
            await cancelled(greedy[:1])
            await asyncio.gather(*waiting)
            await cancelled(greedy[1:])
        return served

    assert on_loop(check()) == ["modest 1", "late 1", "greedy 1", "greedy 2"]


class Seeker:
    """One that waits in a queue, and what it was told."""

    is_wanted = True

    def __init__(self) -> None:
        self.served: list[str] = []
        self.limits: list[str] = []

    def found(self, served: str) -> None:
        self.served.append(served)

    def refused(self, error: LimitReached) -> None:
        self.limits.append(error.limit)


def test_who_has_just_gone_is_not_served() -> None:
    async def check() -> None:
        queue: Queue[str] = Queue(1, 5, lambda *_: None)
        gone, stays = Seeker(), Seeker()
        queue.join(gone, "one")
        assert len(queue) == 1
        gone.is_wanted = False
        assert len(queue) == 0
        queue.join(stays, "one")  # there is place again
        chosen = queue.next(Counter())
        assert chosen is not None
        assert chosen.seeker is stays
        assert queue.next(Counter()) is None

    on_loop(check())


def test_each_waits_for_its_own_time() -> None:
    async def check() -> None:
        loop = asyncio.get_running_loop()
        waited: dict[str, float] = {}

        def refuse(waiting: Waiting[str], error: LimitReached) -> None:
            assert error.limit == "queue_seconds"
            waited[waiting.client] = loop.time() - (waiting.deadline - 0.4)

        queue: Queue[str] = Queue(5, 0.4, refuse)
        queue.join(Seeker(), "first")
        queue.join(Seeker(), "second")
        leaves = Seeker()
        queue.join(leaves, "leaves")
        queue.leave(leaves)
        await asyncio.sleep(0.3)
        queue.join(Seeker(), "third")
        assert await holds(lambda: len(waited) == 3)
        assert set(waited) == {"first", "second", "third"}
        assert all(seconds > 0.39 for seconds in waited.values())
        assert len(queue) == 0

    on_loop(check())


def test_who_was_cancelled_keeps_nobody_waiting(folder: Path) -> None:
    """Also before the cancelled task has run."""

    async def check() -> None:
        async with engine_of(folder, queries_at_once=1) as engine:
            await all_ready(4)
            running = engine.ask(job(ENDLESS), lambda _: None)
            waiting = asyncio.create_task(body(engine, job("ASK {}")))
            assert await holds(lambda: engine.queued == 1)
            waiting.cancel()
            running.leave()
            assert engine.queued == 0
            assert b"true" in ((await prompt(engine, job("ASK {}"))).complete or b"")
            await asyncio.gather(waiting, return_exceptions=True)

    on_loop(check())


# --- asked without waiting --------------------------------------------------------------------------------------


async def prompt(engine: LocalEngine, asked: Job) -> LocalAnswer:
    """The answer to a query as it is when ``done`` is called."""
    told: asyncio.Future[LocalAnswer] = asyncio.get_running_loop().create_future()
    answer = engine.ask(asked, told.set_result)
    assert not told.done()
    assert await told is answer
    return answer


@pytest.mark.parametrize("loop", LOOPS)
def test_a_prompt_answer_is_that_of_any_other_way(folder: Path, loop: str) -> None:
    async def check() -> None:
        async with engine_of(folder, query_seconds=5) as engine:
            short = job("SELECT ?p ?o { <http://ex.org/s1> ?p ?o }", encoding="gzip")
            async with engine.answer(short) as expected:
                answer = await prompt(engine, short)
                assert answer.complete == expected.complete
                assert answer.encoding == expected.encoding == "gzip"
                assert answer.cost.result_bytes == expected.cost.result_bytes > 0
            long = await prompt(engine, job("SELECT * { ?a ?b ?c . <http://ex.org/s1> ?e ?f } ORDER BY ?a ?b ?c ?e ?f"))
            assert (long.complete, long.error) == (None, None)
            assert b"".join([chunk async for chunk in long]) == await body(engine, long.job)
            assert isinstance((await prompt(engine, job("SELECT"))).error, QuerySyntaxError)
            late = (await prompt(engine, job(ENDLESS))).error
            assert isinstance(late, LimitReached)
            assert late.limit == "query_seconds"
            assert (engine.running, engine.abandoned) == (0, 0)

    on_loop(check(), loop)


def test_a_prompt_answer_that_nobody_wants_ends_its_query(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder) as engine:
            told: list[LocalAnswer] = []
            answer = engine.ask(job(ENDLESS), told.append)
            assert await holds(lambda: engine.running == 1)
            (busy,) = busy_workers(engine)
            answer.leave()
            assert await holds(lambda: not is_alive(busy), 1)
            assert (engine.running, engine.abandoned, told) == (0, 1, [])

    on_loop(check())


def test_who_has_left_is_not_told_any_more() -> None:
    """Not even of an answer that had come before."""

    class Worker:
        def begin(self, answer: LocalAnswer) -> None:
            answer.received(b"true", "identity")
            answer.ended(frames.End(0.1, 0.1, 4, False))

    class Pool:
        def seek(self, _: Job, answer: LocalAnswer) -> None:
            answer.found(Worker())

        def finished(self, _: Job) -> None:
            pass

    async def check() -> list[bytes | None]:
        told: list[LocalAnswer] = []
        stays, leaves = (LocalAnswer(cast(Any, Pool()), job("ASK {}"), 1000) for _ in range(2))
        stays.ask(told.append)
        leaves.ask(told.append)
        leaves.leave()
        await asyncio.sleep(0.01)
        return [answer.complete for answer in told]

    assert on_loop(check()) == [b"true"]


def test_who_asks_without_waiting_meets_the_same_limits(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder, queries_at_once=1, client_queries=1, queue_length=1, queue_seconds=2) as engine:
            ignored: list[LocalAnswer] = []
            first = engine.ask(job(ENDLESS, client="one"), ignored.append)
            assert await holds(lambda: engine.running == 1)
            share = (await prompt(engine, job("ASK {}", client="one"))).error
            assert isinstance(share, LimitReached)
            assert (share.status, share.limit) == (429, "client_queries")
            waits = asyncio.create_task(prompt(engine, job("ASK {}", client="two")))
            assert await holds(lambda: engine.queued == 1)
            full = (await prompt(engine, job("ASK {}", client="three"))).error
            assert isinstance(full, LimitReached)
            assert (full.status, full.limit) == (503, "queue_length")
            late = (await waits).error
            assert isinstance(late, LimitReached)
            assert (late.status, late.limit) == (503, "queue_seconds")
            leaves = engine.ask(job("ASK {}", client="two"), ignored.append)
            assert await holds(lambda: engine.queued == 1)
            leaves.leave()
            assert await holds(lambda: engine.queued == 0)
            follows = asyncio.create_task(prompt(engine, job("ASK {}", client="two")))  # its share is free again
            assert await holds(lambda: engine.queued == 1)
            first.leave()
            answer = await follows
            assert b"true" in (answer.complete or b"")
            assert answer.cost.queue_seconds > 0
            lost = (await prompt(engine, job("ASK {}", lane=Lane.FEDERATED))).error
            assert isinstance(lost, EngineFailed)
            last = engine.ask(job(ENDLESS), ignored.append)
            assert await holds(lambda: engine.running == 1)
            closing = asyncio.create_task(engine.close())
            await asyncio.sleep(0)
            refused = (await prompt(engine, job("ASK {}"))).error
            assert isinstance(refused, EngineFailed)
            assert refused.status == 503
            last.leave()
            await closing
            assert ignored == []

    on_loop(check())


# --- ends that nobody asked for --------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS)
def test_a_client_that_goes_away_frees_its_worker_at_once(folder: Path, loop: str) -> None:
    async def check() -> None:
        async with engine_of(folder) as engine:
            tasks = await occupied(engine, 2)
            workers = children(zygote())
            busy = busy_workers(engine)
            assert len(busy) == 2
            await cancelled(tasks)
            assert (engine.running, engine.abandoned, engine.kills) == (0, 2, {})
            assert await holds(lambda: not any(is_alive(pid) for pid in busy), 1)
            # The same for one that goes while its answer streams.
            async with engine.answer(job(ENDLESS_ROWS)) as answer:
                async for _ in answer:
                    break
            assert (engine.running, engine.abandoned) == (0, 3)
            assert await holds(lambda: len(children(zygote())) == len(workers))
            before = {pid: cpu_ticks(pid) for pid in children(zygote())}
            await asyncio.sleep(0.3)
            assert sum(cpu_ticks(pid) - ticks for pid, ticks in before.items()) <= 2

    on_loop(check(), loop)


def test_a_worker_that_is_killed_is_replaced_and_its_query_answered(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder) as engine:
            workers = children(zygote())
            tasks = await occupied(engine, 1)
            os.kill(busy_workers(engine)[0], signal.SIGKILL)
            with pytest.raises(EngineFailed, match="ended by signal 9: ask again"):
                await tasks[0]
            assert await holds(lambda: engine.restarts == 1)
            for pid in children(zygote()):
                os.kill(pid, signal.SIGKILL)
            assert await holds(lambda: engine.restarts == 1 + len(workers))
            assert len(children(zygote())) == len(workers)
            assert await body(engine, job("ASK {}", "csv")) == b"true"
            assert engine.running == 0

    on_loop(check())


@pytest.mark.parametrize("loop", LOOPS)
def test_a_zygote_that_is_killed_is_started_again(folder: Path, loop: str) -> None:
    async def check() -> None:
        async with engine_of(folder) as engine:
            tasks = await occupied(engine, 1)
            old = zygote()
            workers = children(old)
            os.kill(old, signal.SIGKILL)
            with pytest.raises(EngineFailed):
                await tasks[0]
            assert not engine.state()["ready"]
            # Whoever asks meanwhile waits in the queue.
            assert await body(engine, job("ASK {}", "csv")) == b"true"
            assert engine.state()["ready"]
            assert zygote() != old
            assert not any(is_alive(pid) for pid in [old, *workers])

    on_loop(check(), loop)


def test_nothing_is_left_when_the_server_is_killed(folder: Path) -> None:
    code = f"""
import asyncio
from pathlib import Path
from ogpgraph.engine.job import Job
from ogpgraph.engine.local import LocalEngine
from ogpgraph.negotiate import RESULT_FORMATS
from ogpgraph.protocol.requests import Query
from ogpgraph.settings import Settings

async def main():
    engine = LocalEngine(Path({str(folder)!r}), Settings(queries_at_once=4))
    await engine.start()
    answer = engine.answer(Job(Query({ENDLESS!r}), RESULT_FORMATS[0]))
    asyncio.get_running_loop().call_later(0.5, print, "computing")
    async with answer:
        pass

asyncio.run(main())
"""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    server = subprocess.Popen([sys.executable, "-uc", code], env=environment, stdout=subprocess.PIPE)
    with server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"computing\n"
        (root,) = children(server.pid)
        processes = [root, *children(root)]
        assert len(processes) == 8
        server.kill()
    assert asyncio.run(holds(lambda: not any(is_alive(pid) for pid in processes)))
    for pid in processes:
        with suppress(ChildProcessError):  # where an engine of this process has run, its orphans are adopted here
            os.waitpid(pid, 0)


def test_two_hundred_queries_with_kills_leave_nothing(folder: Path, own_children: Callable[[], list[int]]) -> None:
    """As many processes and descriptors afterwards as before, and every answer the right one."""

    async def one(engine: LocalEngine, number: int) -> None:
        if number % 10 == 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(body(engine, job(ENDLESS)), 0.05)
        elif number % 25 == 1:
            with suppress(EngineFailed):
                (task,) = await occupied(engine, 1)
                os.kill(busy_workers(engine)[0], signal.SIGKILL)
                await task
        else:
            assert await body(engine, job(f"SELECT ({number} AS ?n) {{}}", "csv")) == b"n\r\n%d\r\n" % number

    async def check() -> None:
        async with engine_of(folder) as engine:
            workers, descriptors = len(children(zygote())), len(os.listdir("/proc/self/fd"))
            zygote_descriptors = len(os.listdir(f"/proc/{zygote()}/fd"))
            for number in range(200):
                await one(engine, number)
            assert await holds(lambda: len(children(zygote())) == workers)
            assert await holds(lambda: all(is_alive(pid) for pid in children(zygote())))
            assert await holds(lambda: len(os.listdir("/proc/self/fd")) == descriptors)
            assert len(os.listdir(f"/proc/{zygote()}/fd")) == zygote_descriptors
            assert (engine.running, engine.queued) == (0, 0)
        assert own_children() == []

    on_loop(check())


def test_a_closing_engine_finishes_what_it_has(folder: Path, own_children: Callable[[], list[int]]) -> None:
    async def check() -> None:
        engine = LocalEngine(folder, Settings(queries_at_once=1))
        await engine.start()
        asked = [asyncio.create_task(body(engine, job(SORTED_ROWS, "csv"))) for _ in range(3)]
        assert await holds(lambda: engine.queued == 2)
        closing = asyncio.create_task(engine.close())
        await asyncio.sleep(0)
        with pytest.raises(EngineFailed) as refused:
            await body(engine, job("ASK {}"))
        assert refused.value.status == 503
        answers = await asyncio.gather(*asked)
        assert {answer.count(b"\r\n") for answer in answers} == {3}
        await closing
        assert own_children() == []
        # A write that was under way comes too late, and its zygote is not left behind.
        data = dataset_of(folder)
        late = await Nursery.start(Plan(data, None, worker.Limits(9, 10**9, 10**9), False))
        with pytest.raises(EngineFailed, match="closing"):
            await engine.adopt(late, data)
        assert own_children() == []

    on_loop(check())


def test_a_release_is_loaded_while_the_process_that_asked_for_it_is_busy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs: list[tuple[socket.socket, socket.socket]] = []
    pair = socket.socketpair

    def noted() -> tuple[socket.socket, socket.socket]:
        pairs.append(pair())
        return pairs[-1]

    async def check() -> None:
        monkeypatch.setattr(socket, "socketpair", noted)
        plan = Plan(dataset_of(folder), None, worker.Limits(9, 10**9, 10**9), False)
        starting = asyncio.create_task(Nursery.start(plan))
        await asyncio.sleep(0)
        ours, _ = pairs[0]
        assert select.select([ours], [], [], 20)[0], "it waits for the event loop, which does something else"
        await (await starting).end()

    on_loop(check())


# --- streams ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS)
def test_a_slow_reader_stops_its_worker_and_still_gets_everything(folder: Path, loop: str) -> None:
    text = "SELECT ?c ?f { ?a ?b ?c . ?d ?e ?f FILTER(?a = <http://ex.org/s1> || ?a = <http://ex.org/s2>) }"

    async def check() -> None:
        async with engine_of(folder, buffer_bytes=300_000) as engine:
            whole = await body(engine, job(text, "json"))
            assert len(whole) > 2_000_000
            async with engine.answer(job(text, "json")) as answer:
                assert answer.complete is None
                await asyncio.sleep(0.5)
                worker = max(children(zygote()), key=cpu_ticks)
                ticks = cpu_ticks(worker)
                await asyncio.sleep(0.3)
                assert cpu_ticks(worker) - ticks <= 1
                assert answer.held_bytes < 300_000 + 512 * 1024
                assert engine.running == 1
                parts = []
                async for chunk in answer:
                    assert len(chunk) <= 256 * 1024
                    parts.append(chunk)
            assert b"".join(parts) == whole
            assert (engine.running, engine.abandoned, engine.restarts) == (0, 0, 0)

    on_loop(check(), loop)


# --- confinement -----------------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def connections(server: socket.socket) -> int:
    count = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            count += 1
    return count


def test_workers_have_no_network_but_those_of_the_federated_lane(folder: Path, listener: socket.socket) -> None:
    asks = job(f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.getsockname()[1]}/sparql> {{ ?s ?p ?o }} }}")

    async def check() -> None:
        for endpoints in ("", "http://127.0.0.1/"):
            async with engine_of(folder, service_endpoints=endpoints, query_seconds=5) as engine:
                for lane in (Lane.PUBLIC, Lane.RESERVED):
                    with pytest.raises(EngineFailed):
                        await body(engine, Job(asks.query, asks.format, lane=lane))
                assert connections(listener) == 0
                assert engine.state()["confined"]
        async with engine_of(folder, service_endpoints="http://127.0.0.1/", query_seconds=5) as engine:
            federated = asyncio.create_task(body(engine, Job(asks.query, asks.format, lane=Lane.FEDERATED)))
            assert await holds(lambda: connections(listener) == 1)
            with pytest.raises(EngineFailed) as failed:
                await federated
            assert failed.value.status == 502
        async with engine_of(folder) as engine:
            with pytest.raises(EngineFailed, match="service_endpoints is empty"):
                await body(engine, job("ASK {}", lane=Lane.FEDERATED))

    on_loop(check())


def test_workers_have_given_up_what_they_do_not_need(folder: Path) -> None:
    async def check() -> None:
        async with engine_of(folder, query_memory_bytes=300_000_000, queries_at_once=4):
            # The limit of memory comes last; every lane has a worker that is ready, its spare may not be yet.
            assert await holds(lambda: all(limited(pid) for pid in children(zygote())) and len(children(zygote())) == 7)
            niceness = []
            for pid in children(zygote()):
                status = Path(f"/proc/{pid}/status").read_text()
                limits = Path(f"/proc/{pid}/limits").read_text()
                niceness.append(int(stat(pid)[16]))
                assert Path(f"/proc/{pid}/oom_score_adj").read_text() == "500\n"
                assert "NoNewPrivs:\t1" in status
                assert "Threads:\t1" in status
                assert re.search(r"Max core file size +0 ", limits)
                assert re.search(r"Max file size +0 ", limits)
                space = re.search(r"Max address space +(\d+) ", limits)
                assert space is not None
                assert 300_000_000 < int(space[1]) < 600_000_000
                assert {os.readlink(f"/proc/{pid}/fd/{stream}") for stream in range(3)} == {"/dev/null"}
                assert os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
                # Standard streams and the socket of the worker: nothing of the zygote, nothing of the others.
                assert len(os.listdir(f"/proc/{pid}/fd")) == 4
            own = os.getpriority(os.PRIO_PROCESS, 0)
            assert sorted(niceness) == [own] * 2 + [own + 10] * 5

    on_loop(check())


def test_secrets_stay_with_the_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OGPGRAPH_UPDATE_TOKEN", "let-me-in")

    async def check() -> None:
        async with engine_of(folder):
            assert b"let-me-in" not in Path(f"/proc/{zygote()}/environ").read_bytes()

    on_loop(check())


def test_the_engine_takes_the_allocator_that_is_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With mimalloc where there is one, as the processes themselves tell; without where the caller says so."""
    monkeypatch.delenv("LD_PRELOAD", raising=False)

    async def uses() -> bool:
        async with engine_of(folder) as engine:
            assert await body(engine, job("ASK {}", "csv")) == b"true"
            return any("mimalloc" in Path(f"/proc/{pid}/maps").read_text() for pid in children(zygote()))

    assert on_loop(uses()) == (nursery.allocator() is not None)
    monkeypatch.setenv("LD_PRELOAD", "")
    assert not on_loop(uses())


def test_the_newest_allocator_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc-secure.so.3"):
        (tmp_path / name).touch()
    monkeypatch.setattr(nursery, "_ALLOCATORS", (f"{tmp_path}/none/*", f"{tmp_path}/libmimalloc.so.[23]"))
    assert nursery.allocator.__wrapped__() == f"{tmp_path}/libmimalloc.so.3"
    monkeypatch.setattr(nursery, "_ALLOCATORS", (f"{tmp_path}/none/*",))
    assert nursery.allocator.__wrapped__() is None


# --- releases --------------------------------------------------------------------------------------------------


def test_a_damaged_release_is_refused(tmp_path: Path, own_children: Callable[[], list[int]]) -> None:
    folder = written(tmp_path / "1", ['<http://ex.org/s> <http://ex.org/p> "o"'])
    with (folder / "dataset.nq").open("ab") as file:
        file.write(b"\n")

    async def start(**settings: Any) -> None:
        async with engine_of(folder, **settings):
            pass

    for kept in ("memory", "disk"):
        with pytest.raises(DamagedRelease, match=r"the manifest says [0-9a-f]{64}: build the release again"):
            on_loop(start(store=kept))
        assert own_children() == []
    assert not (tmp_path / "stores").exists()
    (folder / "dataset.nq").unlink()
    with pytest.raises(DamagedRelease, match="No such file or directory"):
        on_loop(start())
    (folder / "manifest.json").write_text('{"version": "1", "files": {}}')
    with pytest.raises(DamagedRelease, match=r"manifest\.json lacks 'dataset.nq'"):
        LocalEngine(folder, Settings())


def test_a_large_release_is_kept_on_disk(tmp_path: Path, folder: Path, store: pyoxigraph.Store) -> None:
    """The store is made once; workers read it, end like others, and cannot write it."""
    copy = written(tmp_path / "2", (folder / "dataset.nq").read_text("utf-8").replace(" .\n", "\n").splitlines(), "2")
    expected = store.query(EVERYTHING)
    assert isinstance(expected, pyoxigraph.QuerySolutions)
    rows = expected.serialize(format=pyoxigraph.QueryResultsFormat.TSV)
    limits: dict[str, Any] = {"memory_quads": 10, "query_seconds": 1}

    async def check() -> Path:
        async with engine_of(copy, **limits) as engine:
            assert engine.state()["store"] == "disk"
            assert await body(engine, job(EVERYTHING, "tsv")) == rows
            error, _ = await stopped(engine, job(ENDLESS))
            assert error.limit == "query_seconds"
        (made,) = (tmp_path / "stores").iterdir()
        return made

    made = on_loop(check())
    digest = hashlib.sha256((copy / "dataset.nq").read_bytes()).hexdigest()
    assert made.name == f"2-{digest[:8]}"
    before = made.stat().st_ino
    assert on_loop(check()).stat().st_ino == before


def test_of_the_stores_on_disk_the_two_that_are_used_stay(tmp_path: Path) -> None:
    async def check(version: str) -> set[str]:
        release = tmp_path / version
        if not release.exists():
            written(release, [f"<http://ex.org/s> <http://ex.org/p> <http://ex.org/{version}>"], version)
        async with engine_of(release, store="disk") as engine:
            assert f"ex.org/{version}".encode() in await body(engine, job("SELECT ?o { ?s ?p ?o }"))
        return {each.name.partition("-")[0] for each in (tmp_path / "stores").iterdir()}

    found = [on_loop(check(version)) for version in ("1", "2", "1", "3")]
    assert found == [{"1"}, {"1", "2"}, {"1", "2"}, {"1", "3"}]


def test_where_the_system_cannot_fork_workers_are_started_afresh(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, own_children: Callable[[], list[int]]
) -> None:
    copy = written(tmp_path / "2", (folder / "dataset.nq").read_text("utf-8").replace(" .\n", "\n").splitlines(), "2")
    monkeypatch.delattr(os, "fork")

    async def check() -> None:
        async with engine_of(copy, query_seconds=1) as engine:
            assert engine.state()["store"] == "disk"
            assert engine.state()["confined"]
            workers = own_children()
            assert await body(engine, job("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "csv")) == b"n\r\n1000\r\n"
            with pytest.raises(LimitReached, match="query_seconds is 1"):
                await body(engine, job(ENDLESS))
            assert await holds(lambda: len(set(own_children()) & set(workers)) == len(workers) - 1)
            assert await body(engine, job("ASK {}", "csv")) == b"true"
        assert own_children() == []

    on_loop(check())
    with (copy / "dataset.nq").open("ab") as file:
        file.write(b"\n")
    shutil.rmtree(tmp_path / "stores")
    with pytest.raises(DamagedRelease, match="the manifest says"):
        on_loop(LocalEngine(copy, Settings()).start())


def test_a_new_generation_takes_new_queries_and_the_old_one_finishes_its_own(tmp_path: Path, folder: Path) -> None:
    second = dataset_of(written(tmp_path / "2", ['<http://ex.org/s> <http://ex.org/p> "new"'], "2"))
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    async def check() -> None:
        async with engine_of(folder, queries_at_once=2) as engine:
            old = zygote()
            slow = asyncio.create_task(body(engine, job(SORTED_ROWS, "csv")))
            assert await holds(lambda: engine.running == 1)
            await engine.adopt(await Nursery.start(Plan(second, None, worker.Limits(9, 10**9, 10**9), False)), second)
            assert (engine.version, engine.digest, engine.quads) == ("2", second.digest, 1)
            assert await body(engine, job(count, "csv")) == b"n\r\n1\r\n"
            assert (await slow).count(b"\r\n") == 3
            assert await holds(lambda: not is_alive(old))
            # What is started again holds the new dataset.
            os.kill(zygote(), signal.SIGKILL)
            await asyncio.sleep(0.1)
            assert await body(engine, job(count, "csv")) == b"n\r\n1\r\n"

    on_loop(check())
