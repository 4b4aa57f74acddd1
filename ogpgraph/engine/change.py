"""One write on a store: an update, or documents that replace, join or remove a graph.

It runs in a process of its own, forked from the one that holds the data, so whatever goes wrong is undone by ending
that process. What a write says lies in files, because it may be large; the candidate that comes of it is written
beside them, for the judge and for the disk.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, parse

from ogpgraph.engine import confinement
from ogpgraph.protocol.documents import NO_LOAD, NOWHERE
from ogpgraph.protocol.errors import BadRequest, QuerySyntaxError, Refused

# What a graph may be sent as: formats of one graph, not of a dataset.
DOCUMENT_FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}

# Entities abbreviate namespaces in RDF/XML. One that is made of others, or is long, makes gigabytes of a few lines.
_ENTITY = re.compile(rb'<!ENTITY[^<>"]*"([^"]*)"', re.IGNORECASE)
_LONGEST_ENTITY_BYTES = 300


class Operation(StrEnum):
    """What a write does: the update operation of SPARQL, and PUT, POST and DELETE of a graph store."""

    UPDATE = "update"
    REPLACE = "replace"
    MERGE = "merge"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Document:
    """A file with the text of an update or with RDF of a media type; relative IRIs are resolved against ``base``."""

    path: str
    base: str
    media_type: str = "application/sparql-update"


@dataclass(frozen=True, slots=True)
class Change:
    """A write as the process that applies it gets it; ``graph`` is an IRI, None the default graph."""

    operation: Operation
    documents: tuple[Document, ...] = ()
    graph: str | None = None
    must_exist: bool | None = None  # what If-Match: * (True) and If-None-Match: * (False) ask of the graph


@dataclass(frozen=True, slots=True)
class Applied:
    """What a write made of the dataset: N-Quads in a file, with their SHA-256 and number."""

    digest: str
    quads: int
    empty_graphs: tuple[str, ...]  # N-Quads cannot say that a graph without triples is there
    created: bool  # whether the graph of the write was not there before


class GraphMissing(Exception):
    """A graph that is not there cannot be removed: 404."""


class PreconditionFailed(Exception):
    """The graph is not in the state that the request asks for (If-Match, If-None-Match): 412."""


class Conflict(Exception):
    """An update that contradicts the state of the dataset, such as CREATE of a graph that is there: 409."""


_FAILURES: dict[str, type[Exception]] = {
    each.__name__: each
    for each in (BadRequest, QuerySyntaxError, Refused, GraphMissing, PreconditionFailed, Conflict, OSError)
}


def as_message(change: Change, candidate: Path, cpu_seconds: int) -> dict[str, Any]:
    """A change for :func:`apply` in another process, as JSON has it; the candidate dataset goes to that file.

    A process that uses more than ``cpu_seconds`` is ended (SIGPROF), even if nobody is left who waits for it.
    """
    return {**asdict(change), "candidate": str(candidate), "cpu_seconds": cpu_seconds}


def apply(store: Store, message: dict[str, Any]) -> dict[str, Any]:
    """Change the store and write the candidate dataset; what went wrong is in the answer (see :func:`outcome`)."""
    confinement.limit_cpu(message["cpu_seconds"])
    documents = tuple(Document(**each) for each in message["documents"])
    change = Change(Operation(message["operation"]), documents, message["graph"], message["must_exist"])
    try:
        created = _OPERATIONS[change.operation](store, change)
        applied = _written(store, Path(message["candidate"]), created)
    except tuple(_FAILURES.values()) as failure:
        kind = next(name for name, each in _FAILURES.items() if isinstance(failure, each))
        return {"failure": kind, "arguments": failure.args, "place": _place(failure)}
    except MemoryError:
        os.abort()  # as the engine does where its own allocation fails
    confinement.limit_cpu(0)
    return asdict(applied)


def outcome(answer: dict[str, Any]) -> Applied:
    """The answer of :func:`apply` as a value, or raised as the failure that it tells.

    BadRequest, QuerySyntaxError, Refused, GraphMissing, PreconditionFailed or Conflict; OSError where the disk takes
    no more.
    """
    if "failure" not in answer:
        return Applied(answer["digest"], answer["quads"], tuple(answer["empty_graphs"]), answer["created"])
    arguments = answer["place"] or answer["arguments"]
    raise _FAILURES[answer["failure"]](*arguments)


def _place(failure: Exception) -> tuple[int, int, str] | None:
    return (failure.line, failure.column, failure.message) if isinstance(failure, QuerySyntaxError) else None


def _update(store: Store, change: Change) -> bool:
    for document in change.documents:
        text = Path(document.path).read_text("utf-8")
        try:
            store.update(text, base_iri=document.base)
        except SyntaxError as error:
            raise QuerySyntaxError.of(str(error), text) from None
        except OSError as error:
            raise (Refused(NO_LOAD) if NOWHERE in text else Conflict(str(error))) from None
        except RuntimeError as error:
            raise Conflict(str(error)) from None
        except ValueError as error:
            raise BadRequest(str(error)) from None
    return False


def _replace(store: Store, change: Change) -> bool:
    created = not _exists(store, change)
    store.clear_graph(_graph(change))
    _add(store, change)
    return created


def _merge(store: Store, change: Change) -> bool:
    created = not _exists(store, change)
    _add(store, change)
    return created


def _remove(store: Store, change: Change) -> bool:
    if not _exists(store, change):
        raise GraphMissing(f"there is no graph <{change.graph}>")
    store.remove_graph(_graph(change))
    return False


_OPERATIONS = {
    Operation.UPDATE: _update,
    Operation.REPLACE: _replace,
    Operation.MERGE: _merge,
    Operation.REMOVE: _remove,
}


def _graph(change: Change) -> NamedNode | DefaultGraph:
    return NamedNode(change.graph) if change.graph else DefaultGraph()


def _exists(store: Store, change: Change) -> bool:
    """Whether the graph is there; PreconditionFailed where the request asks for the contrary."""
    graph = _graph(change)
    exists = isinstance(graph, DefaultGraph) or store.contains_named_graph(graph)
    if change.must_exist is not None and change.must_exist != exists:
        name = f"the graph <{change.graph}>" if change.graph else "the default graph"
        raise PreconditionFailed(f"{name} {'is there already' if exists else 'is not there'}")
    return exists


def _add(store: Store, change: Change) -> None:
    graph = _graph(change)
    if isinstance(graph, NamedNode):
        store.add_graph(graph)
    for document in change.documents:
        store.extend(Quad(each.subject, each.predicate, each.object, graph) for each in _triples(document))


def _triples(document: Document) -> Iterator[Triple]:
    """The triples of a document; nothing but the document is read, no context and no entity from elsewhere."""
    raw = Path(document.path).read_bytes()
    form = DOCUMENT_FORMATS[document.media_type]
    if form == RdfFormat.RDF_XML:
        _check_entities(raw)
    try:
        # Two documents may use one label for different blank nodes.
        for quad in parse(raw, form, base_iri=document.base, without_named_graphs=True, rename_blank_nodes=True):
            yield quad.triple
    except SyntaxError as error:
        message = f"the document is no {form.name}: {error.msg}"
        if error.lineno is None:
            raise BadRequest(message) from None
        raise QuerySyntaxError(error.lineno, error.offset or 1, message) from None


def _check_entities(raw: bytes) -> None:
    for value in _ENTITY.findall(raw):
        if b"&" in value or len(value) > _LONGEST_ENTITY_BYTES:
            raise BadRequest(
                "the document has an entity that is made of others or is longer than "
                f"{_LONGEST_ENTITY_BYTES} bytes: write out what it stands for"
            )


def _written(store: Store, candidate: Path, created: bool) -> Applied:
    """The dataset in a file that is on the disk when this returns."""
    empty = sorted(each.value for each in store.named_graphs() if _is_empty(store, each))
    with candidate.open("w+b") as file:
        # No state has the digest of an earlier one, even if it holds the same: a query that waited while the state
        # changed may have put its answer into a cache under the digest of the state before.
        file.write(f"# state {uuid.uuid4()}\n".encode())
        store.dump(file, format=RdfFormat.N_QUADS)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Applied(digest, len(store), tuple(empty), created)


def _is_empty(store: Store, graph: NamedNode | BlankNode) -> bool:
    return next(iter(store.quads_for_pattern(None, None, None, graph)), None) is None
