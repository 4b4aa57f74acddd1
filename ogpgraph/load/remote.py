"""``load`` into another server: the dataset of a release in chunks, by the Graph Store Protocol or SPARQL Update.

Every graph begins with a chunk that replaces what the graph holds; the others add. The triples with blank nodes all go
with the first chunk, so that repeating a chunk changes nothing: the others have names and texts only, and RDF is a set.
What was done is kept in a file, for a load that goes on after an interruption.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, parse

from ogpgraph.load.endpoint import Endpoint
from ogpgraph.load.release import Dataset, verified
from ogpgraph.load.sending import LoadFailed, Sender
from ogpgraph.settings import BASE

CHUNK_BYTES = 1_000_000  # servers bound the bodies that they take; all that are documented take this
CHUNK_TRIPLES = 2_000  # Virtuoso 7.2 runs out of memory when it compiles an update of 5,000
CATALOGUE = f"{BASE}graph/catalogue"
_DEFAULT = ""  # the name of the default graph here
_SHOWN_GRAPHS = 5


@dataclass(frozen=True, slots=True)
class Target:
    """Where a release goes: the endpoint that counts what is there, and the one that is written to."""

    query: Endpoint
    write: Endpoint
    by_graph_store: bool = False  # else by SPARQL Update
    default_graph: str = ""  # named graph that takes the default graph, for stores that have none of their own

    def __post_init__(self) -> None:
        """ValueError where ``default_graph`` is no IRI."""
        if self.default_graph:
            NamedNode(self.default_graph)

    @property
    def key(self) -> str:
        """A short name of the place that is written to, the same each time."""
        return hashlib.sha256(f"{self.write.url}\n{self.default_graph}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of one graph as N-Triples; ``graph`` is empty for the default graph."""

    graph: str
    body: bytes
    triples: int
    is_first: bool  # replaces the graph
    has_blank_nodes: bool


@dataclass(frozen=True, slots=True)
class State:
    """What has been loaded where; the first five say whether another load is the same one."""

    digest: str
    target: str
    default_graph: str
    chunk_bytes: int
    chunk_triples: int
    chunks_done: int = 0


@dataclass(slots=True)
class _Graph:
    with_blank_nodes: list[bytes] = field(default_factory=list)
    others: list[bytes] = field(default_factory=list)

    @property
    def triples(self) -> int:
        return len(self.with_blank_nodes) + len(self.others)


class Load:
    """One load of a dataset into a target; ``state`` is the file that keeps what was done.

    The triples are held in memory. DamagedRelease where the dataset is not what its manifest says.
    """

    def __init__(
        self,
        dataset: Dataset,
        target: Target,
        state: Path,
        chunk_bytes: int = CHUNK_BYTES,
        chunk_triples: int = CHUNK_TRIPLES,
    ) -> None:
        self._graphs = _graphs(parse(verified(dataset), RdfFormat.N_QUADS))
        self._target = target
        self._file = state
        self._state = State(dataset.digest, target.write.shown, target.default_graph, chunk_bytes, chunk_triples)

    @property
    def triples(self) -> int:
        """Statements that the target has when the load is done."""
        return sum(graph.triples for graph in self._graphs.values())

    def run(self, resume: bool, clear: bool, told: Callable[[int], None]) -> None:
        """Load, tell the number of triples after each chunk, then count what the target holds.

        ``resume`` goes on where an interrupted load of the same dataset ended. ``clear`` first removes what an earlier
        release left; without either, a target that holds graphs of a release is refused. Raises LoadFailed.
        """
        with Sender(self._target.write) as write, Sender(self._target.query) as query:
            done = self._chunks_done() if resume else None
            if done is None:
                self._prepare(query, write, clear)
                done = 0
            for number, chunk in enumerate(self.chunks()):
                if number >= done:
                    self._send(write, chunk)
                    self._keep(number + 1)
                told(chunk.triples)
            self._verify(query)
        self._file.unlink(missing_ok=True)

    def chunks(self) -> Iterator[Chunk]:
        """The chunks in their order: the default graph first, the catalogue last, as it names the version."""
        for name in sorted(self._graphs, key=lambda name: (name == CATALOGUE, name)):
            graph = self._graphs[name]
            parts = self._parts(graph.others)
            if graph.with_blank_nodes:
                yield Chunk(name, b"".join(graph.with_blank_nodes), len(graph.with_blank_nodes), True, True)
            elif first := next(parts, None):
                yield Chunk(name, b"".join(first), len(first), True, False)
            for part in parts:
                yield Chunk(name, b"".join(part), len(part), False, False)

    def _parts(self, lines: list[bytes]) -> Iterator[list[bytes]]:
        """The lines in parts that keep to the bounds of a chunk."""
        part: list[bytes] = []
        size = 0
        for line in lines:
            if part and (size + len(line) > self._state.chunk_bytes or len(part) >= self._state.chunk_triples):
                yield part
                part, size = [], 0
            part.append(line)
            size += len(line)
        if part:
            yield part

    def _prepare(self, query: Sender, write: Sender, clear: bool) -> None:
        """Make sure that nothing of another load is there, and note that this one has begun."""
        there = self._count(query)
        ours = {name for name in there if name in self._graphs or name.startswith(BASE)}
        if ours and not clear:
            number = sum(there[name] for name in ours)
            raise LoadFailed(
                f"{self._target.query.shown} holds {number} triples in graphs of a release already: "
                "give --replace to replace them, or --resume to go on with an interrupted load"
            )
        # Without its catalogue nobody takes the mixture of two releases for either of them.
        for name in sorted(ours - (self._graphs.keys() - {CATALOGUE})):
            self._drop(write, name)
        self._keep(0)

    def _send(self, write: Sender, chunk: Chunk) -> None:
        graph = self._place(chunk.graph)
        if self._target.by_graph_store:
            write.graph_store("PUT" if chunk.is_first else "POST", graph, chunk.body)
        else:
            write.update(_update(graph, chunk))

    def _drop(self, write: Sender, name: str) -> None:
        graph = self._place(name)
        if self._target.by_graph_store:
            write.graph_store("DELETE", graph, b"")
        else:
            write.update(f"DROP SILENT {_graph_ref(graph)}")

    def _verify(self, query: Sender) -> None:
        """LoadFailed where a graph of the target has more or fewer triples than the release's."""
        there = self._count(query)
        wrong = [
            f"{name or 'the default graph'} has {there.get(name, 0)} triples instead of {graph.triples}"
            for name, graph in self._graphs.items()
            if there.get(name, 0) != graph.triples
        ]
        if wrong:
            more = f" and {len(wrong) - _SHOWN_GRAPHS} other graphs" if len(wrong) > _SHOWN_GRAPHS else ""
            raise LoadFailed(f"what was loaded is not what is there: {'; '.join(wrong[:_SHOWN_GRAPHS])}{more}")

    def _count(self, query: Sender) -> dict[str, int]:
        """How many triples each graph of the target has, under the names of the release; empty graphs are left out."""
        counts = query.count("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        if self._target.default_graph:
            counts[_DEFAULT] = counts.pop(self._target.default_graph, 0)
        else:
            counts |= query.count("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
        return {name: number for name, number in counts.items() if number}

    def _place(self, name: str) -> str:
        """The graph of the target that takes a graph of the release; empty for the target's default graph."""
        return name or self._target.default_graph

    def _chunks_done(self) -> int | None:
        """What an interrupted load left; None where none has begun, LoadFailed where it was another one."""
        try:
            kept = State(**json.loads(self._file.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            raise LoadFailed(f"{self._file} tells of no load: remove it and load again with --replace") from None
        if replace(kept, chunks_done=0) != self._state:
            raise LoadFailed(
                f"{self._file} tells of another load (other release, target or chunk size): load again with --replace"
            )
        return kept.chunks_done

    def _keep(self, chunks_done: int) -> None:
        unfinished = self._file.with_name(f"{self._file.name}.new")
        unfinished.write_text(json.dumps(asdict(replace(self._state, chunks_done=chunks_done))), "utf-8")
        unfinished.replace(self._file)


def _graphs(quads: Iterator[Quad]) -> dict[str, _Graph]:
    graphs: dict[str, _Graph] = {}
    for quad in quads:
        name = _DEFAULT if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        graph = graphs.setdefault(name, _Graph())
        has_blank_node = isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)
        (graph.with_blank_nodes if has_blank_node else graph.others).append(f"{quad.triple} .\n".encode())
    return graphs


def _update(graph: str, chunk: Chunk) -> str:
    """A chunk as SPARQL Update; N-Triples are triples of SPARQL as they stand."""
    triples = chunk.body.decode()
    data = f"GRAPH <{graph}> {{\n{triples}}}" if graph else f"\n{triples}"
    # Virtuoso refuses blank nodes in INSERT DATA; a template makes the same ones, once.
    insert = f"INSERT {{ {data} }} WHERE {{ }}" if chunk.has_blank_nodes else f"INSERT DATA {{ {data} }}"
    return f"DROP SILENT {_graph_ref(graph)} ;\n{insert}" if chunk.is_first else insert


def _graph_ref(graph: str) -> str:
    return f"GRAPH <{graph}>" if graph else "DEFAULT"
