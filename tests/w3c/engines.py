"""Who evaluates a test, and pyoxigraph in this process as the one without HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from typing import Protocol

from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store

from tests.w3c.answers import RESULT_FORMATS, Answer, Graph, parsed
from tests.w3c.suites import Dataset


class SyntaxRefused(Exception):
    """The engine says that a query or an update is no SPARQL."""


class NotAllowed(Exception):
    """The endpoint refuses what a query or an update asks for, whether or not it is well written."""


class Broken(Exception):
    """Any other failure."""


class Crashed(Broken):
    """The endpoint says that it failed itself (5xx)."""


class Answering(Protocol):
    """What the tests of query evaluation need."""

    def answer(self, query: str, base: str, media_type: str, dataset: Dataset) -> Answer:
        """The answer to a query, from documents of the suites."""
        ...


class Engine(Answering, Protocol):
    """What all tests of queries and updates need."""

    name: str

    def hold(self, quads: Collection[Quad], graphs: Collection[str]) -> None:
        """Hold these quads and named graphs, and nothing else."""
        ...

    def ask(self, query: str, base: str | None, media_type: str) -> Answer:
        """The answer to a query, from what is held."""
        ...

    def change(self, update: str, base: str | None) -> None:
        """Apply an update."""
        ...

    def parse_query(self, query: str, base: str) -> None:
        """SyntaxRefused where it is no query; what it answers does not matter."""
        ...

    def parse_update(self, update: str, base: str) -> None:
        """SyntaxRefused where it is no update; what it does to the store does not matter."""
        ...

    def content(self) -> Graph:
        """Everything that is held."""
        ...


class Offline:
    """pyoxigraph in this process; its answers are written and read again, as an endpoint's are."""

    name = "offline"

    def __init__(self) -> None:
        self._store = Store()

    def hold(self, quads: Collection[Quad], graphs: Collection[str]) -> None:
        """A new store."""
        self._store = Store()
        self._store.extend(quads)
        for graph in graphs:
            self._store.add_graph(NamedNode(graph))

    def ask(self, query: str, base: str | None, media_type: str) -> Answer:
        """The answer, through the bytes of the media type."""
        with _errors():
            return parsed(_written(self._store.query(query, base_iri=base), media_type), media_type)

    def answer(self, query: str, base: str, media_type: str, dataset: Dataset) -> Answer:
        """The documents are all that the store holds."""
        self.hold(dataset.quads, dataset.named)
        return self.ask(query, base, media_type)

    def change(self, update: str, base: str | None) -> None:
        """Apply an update to the store."""
        with _errors():
            self._store.update(update, base_iri=base)

    def parse_query(self, query: str, base: str) -> None:
        """The engine parses before it evaluates; an unknown function is no matter of syntax."""
        with _errors(), contextlib.suppress(RuntimeError):
            self._store.query(query, base_iri=base)

    def parse_update(self, update: str, base: str) -> None:
        """The engine parses before it does anything; that a graph is not there is no matter of syntax."""
        with _errors(), contextlib.suppress(RuntimeError):
            self._store.update(without_load(update), base_iri=base)

    def content(self) -> Graph:
        """All quads of the store."""
        return Graph(tuple(self._store))


def without_load(update: str) -> str:
    """An operation that fails stands before the first LOAD: all is parsed and nothing is fetched."""
    return update.replace("LOAD", "DROP GRAPH <urn:x-never:there> ; LOAD", 1)


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """The engine's errors in the words of the tests."""
    try:
        yield
    except SyntaxError as error:
        raise SyntaxRefused(str(error)) from None
    except (ValueError, OSError, RuntimeError) as error:
        raise Broken(str(error)) from None


def _written(results: QueryBoolean | QuerySolutions | QueryTriples, media_type: str) -> bytes:
    if isinstance(results, QueryTriples):
        return results.serialize(format=RdfFormat.from_media_type(media_type)) or b""
    return results.serialize(format=RESULT_FORMATS[media_type]) or b""
