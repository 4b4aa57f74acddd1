"""A worker: evaluates one query at a time on its store and writes the answer to its socket.

Result objects of pyoxigraph are made, serialised and dropped here, on the one thread of the process. A query that
passes a limit ends the process; whoever sees the socket close asks for the reason.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from pyoxigraph import NamedNode, QueryResultsFormat, QueryTriples, RdfFormat, Store, serialize

from ogpgraph.engine import confinement, frames
from ogpgraph.engine.compression import WORTH_PACKING_BYTES, Compressor, compressor
from ogpgraph.engine.frames import PIECE_BYTES, Failure, Fault, Frames, Kind, Task
from ogpgraph.load import Answer, may_name_graphs
from ogpgraph.search.names import may_search
from ogpgraph.vocabulary import PREFIXES

if TYPE_CHECKING:
    from ogpgraph.search.functions import SearchFunctions

KEPT_BYTES = 64 * 2**20  # a worker that grew by more than this ends after its answer, so that the memory comes back
_FORMATS: dict[str, QueryResultsFormat | RdfFormat] = {
    each.media_type.partition(";")[0]: each
    for each in (
        *(QueryResultsFormat.JSON, QueryResultsFormat.XML, QueryResultsFormat.CSV, QueryResultsFormat.TSV),
        *(RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS, RdfFormat.TRIG),
        *(RdfFormat.RDF_XML, RdfFormat.JSON_LD),
    )
}
_WITHOUT_PREFIXES = {RdfFormat.N_TRIPLES.media_type, RdfFormat.N_QUADS.media_type}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take in a worker; by the names of the settings."""

    query_cpu_seconds: int
    query_memory_bytes: int
    result_bytes: int


class Source:
    """What a worker answers from: its store, and the search index in a file, which may come later or never.

    ``default_graph`` is a store with that part of ``store``, where there is one.
    """

    def __init__(self, store: Store, index: Path | None, default_graph: Store | None = None) -> None:
        self._store = store
        self._default_graph = default_graph
        self._index = index
        self._functions: SearchFunctions | None = None

    def store_for(self, task: Task) -> Store:
        """The smallest store with all that a task can see."""
        if self._default_graph is None or task.default_graphs or task.named_graphs or may_name_graphs(task.text):
            return self._store
        return self._default_graph

    def functions_for(self, query: str) -> SearchFunctions | None:
        """The functions of the search, for a query that may call them."""
        if self._index is None or not may_search(query):
            return None
        if self._functions is None:
            from ogpgraph.search.functions import SearchFunctions  # few queries search: a start is faster without

            self._functions = SearchFunctions(self._index)
        self._functions.begin()
        return self._functions


class TooLarge(Exception):
    """An answer that is longer than ``result_bytes``."""


class _Pieces:
    """The file that the engine serialises into: gathers what comes to pieces, counts, compresses, sends."""

    def __init__(self, connection: socket.socket, encoding: str, most_bytes: int) -> None:
        self._connection = connection
        self._encoding = encoding
        self._most_bytes = most_bytes
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._compressor: Compressor | None = None
        self.total_bytes = 0  # before compression

    def write(self, data: bytes) -> int:
        self._held.append(data)
        self._held_bytes += len(data)
        self.total_bytes += len(data)
        if self.total_bytes > self._most_bytes:
            raise TooLarge
        if self._held_bytes >= PIECE_BYTES:
            self._connection.sendall(self._piece())
        return len(data)

    def flush(self) -> None:
        """Nothing: a piece goes when it is full, the last one with the end of the answer."""

    def last(self) -> bytes:
        """The frame of what is still held."""
        return self._piece(is_last=True)

    def _piece(self, is_last: bool = False) -> bytes:
        plain = b"".join(self._held)
        self._held.clear()
        self._held_bytes = 0
        if self._compressor is None and self._encoding != "identity" and len(plain) > WORTH_PACKING_BYTES:
            self._compressor = compressor(self._encoding)
        if self._compressor is None:
            # The next pieces stay plain too: an answer has one encoding.
            self._encoding = "identity"
            return frames.frame(Kind.PLAIN, plain)
        packed = self._compressor.compress(plain)
        return frames.frame(Kind.PACKED, packed + self._compressor.flush() if is_last else packed)


def work(connection: socket.socket, source: Source, limits: Limits, left_network: bool) -> None:
    """Answer tasks until the other side closes the socket or this process has grown too much.

    ``left_network`` is passed on to the other side with the word that the worker is ready.
    """
    confinement.limit_memory(limits.query_memory_bytes)
    enough = confinement.peak_bytes() + KEPT_BYTES
    connection.sendall(frames.frame(Kind.READY, bytes([left_network])))
    incoming = Frames()
    while data := connection.recv(PIECE_BYTES):
        for _, payload in incoming.feed(data):
            if _answer(connection, source, limits, frames.to_task(payload), enough):
                return


def _answer(connection: socket.socket, source: Source, limits: Limits, task: Task, enough: int) -> bool:
    """Answer one task; True where the process then has held more than ``enough`` bytes and must end."""
    started, cpu_before = time.perf_counter(), time.process_time()
    pieces = _Pieces(connection, task.encoding, limits.result_bytes)
    confinement.limit_cpu(limits.query_cpu_seconds)
    fault = _evaluate(source, task, pieces)
    last = b"" if fault else pieces.last()  # the limit stays: who waits for the next query takes no processor time
    cpu_seconds = time.process_time() - cpu_before
    is_last = confinement.peak_bytes() > enough
    if fault:
        connection.sendall(frames.of_failure(Failure(*fault, is_last)))
    else:
        end = frames.End(time.perf_counter() - started, cpu_seconds, pieces.total_bytes, is_last)
        connection.sendall(last + frames.of_end(end))
    return is_last


def _evaluate(source: Source, task: Task, pieces: _Pieces) -> tuple[Fault, str] | None:
    """Evaluate and serialise; what went wrong, or None."""
    functions = source.functions_for(task.text)
    try:
        _serialize(_asked(source.store_for(task), task, functions), task.media_type, pieces)
    except SyntaxError as error:
        return Fault.SYNTAX, str(error)
    except TooLarge:
        return Fault.TOO_LARGE, f"{pieces.total_bytes} bytes were written and the answer went on"
    except (ValueError, RuntimeError) as error:  # RuntimeError: for example a function that the engine does not know
        return Fault.REQUEST, str(error)
    except OSError as error:
        return Fault.ENGINE, str(error)
    # The engine takes a function that fails for an error in a row: the answer looks whole.
    return (Fault.LATER, functions.failure) if functions and functions.failure else None


def _asked(store: Store, task: Task, functions: SearchFunctions | None) -> Answer:
    """The lazy answer. A request that names one part of the dataset leaves the other part empty (Protocol, 2.1.4)."""
    table = functions.table if functions else None
    if not task.default_graphs and not task.named_graphs:
        return store.query(task.text, base_iri=task.base, custom_functions=table)
    return store.query(
        task.text,
        base_iri=task.base,
        default_graph=[NamedNode(name) for name in task.default_graphs],
        named_graphs=[NamedNode(name) for name in task.named_graphs],
        custom_functions=table,
    )


def _serialize(answer: Answer, media_type: str, pieces: _Pieces) -> None:
    """Write an answer in the engine's own serialisation, so that languages and datatypes stay."""
    chosen = _FORMATS[media_type]
    file = cast(IO[bytes], pieces)
    if isinstance(answer, QueryTriples):
        if not isinstance(chosen, RdfFormat):
            raise ValueError(f"a graph cannot be written as {media_type}")
        prefixes = None if media_type in _WITHOUT_PREFIXES else PREFIXES
        serialize(answer, file, chosen, prefixes=prefixes)
    else:
        if not isinstance(chosen, QueryResultsFormat):
            raise ValueError(f"rows cannot be written as {media_type}")
        answer.serialize(file, chosen)
