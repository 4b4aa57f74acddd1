"""An endpoint over HTTP, as the tests ask and fill it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from tests.w3c.answers import Answer, Graph, Solutions, parsed
from tests.w3c.engines import Broken, Crashed, NotAllowed, SyntaxRefused, without_load
from tests.w3c.suites import Dataset, Node

_CONTENT = "SELECT ?s ?p ?o ?g { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
_EMPTY = "urn:x-empty"  # a graph that is nowhere


@dataclass(frozen=True)
class Addresses:
    """Where a server answers; URLs."""

    query: str
    update: str
    graphs: str  # graph store, graphs named by ?graph= or ?default
    graph: str  # prefix of graphs that are named by the request's own URL
    graph_names: str  # what stands for that prefix in the names of these graphs
    token: str = ""  # for writes


@dataclass(frozen=True)
class Response:
    """An answer of HTTP."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return (self.headers["content-type"] or "").partition(";")[0].strip().lower()


class Endpoint:
    """A server of the SPARQL 1.1 Protocol and the Graph Store Protocol; one connection, kept open."""

    def __init__(self, name: str, addresses: Addresses, library: Dataset | None = None) -> None:
        self.name = name
        self.addresses = addresses
        self._library = library or Dataset((), ())  # documents for `answer`
        self._connection = http.client.HTTPConnection(urlsplit(addresses.query).netloc, timeout=60)
        self._held: tuple[frozenset[Quad], frozenset[str]] | None = None

    def hold(self, quads: Collection[Quad], graphs: Collection[str]) -> None:
        """One update clears the store and fills it; none where it holds just that already."""
        wanted = frozenset(quads), frozenset(graphs)
        if wanted == self._held:
            return
        filled = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)}
        created = "".join(f"CREATE GRAPH <{graph}> ;\n" for graph in sorted(wanted[1] - filled))
        self.change(f"DROP ALL ;\n{created}INSERT DATA {{\n{''.join(map(_as_data, quads))}}}", None)
        self._held = wanted

    def ask(self, query: str, base: str | None, media_type: str) -> Answer:
        """The answer to a query that is sent as the body of a POST."""
        return self._asked(self.addresses.query, query, base, media_type)

    def answer(self, query: str, base: str, media_type: str, dataset: Dataset) -> Answer:
        """All documents are held as named graphs; the protocol's parameters say which of them are the dataset."""
        self.hold(self._library.quads, self._library.named)
        if dataset.by_query:
            return self.ask(query, base, media_type)
        parameters = [("default-graph-uri", iri) for iri in dataset.default or [_EMPTY]]
        parameters += [("named-graph-uri", iri) for iri in dataset.named]
        return self._asked(f"{self.addresses.query}?{urlencode(parameters)}", query, base, media_type)

    def change(self, update: str, base: str | None) -> None:
        """Apply an update that is sent as the body of a POST."""
        self._held = None
        self._posted(self.addresses.update, "update", _with_base(update, base), self.authorization)

    def parse_query(self, query: str, base: str) -> None:
        """The answer may have any format."""
        self._posted(self.addresses.query, "query", _with_base(query, base), {"Accept": "*/*"})

    def parse_update(self, update: str, base: str) -> None:
        """Parsed and done, up to a LOAD."""
        self.change(without_load(update), base)

    def content(self) -> Graph:
        """All quads, by a query."""
        found = self.ask(_CONTENT, None, "application/sparql-results+json")
        assert isinstance(found, Solutions)
        return Graph(tuple(_quad(dict(row)) for row in found.rows))

    @property
    def authorization(self) -> dict[str, str]:
        """The header that allows to write."""
        return {"Authorization": f"Bearer {self.addresses.token}"} if self.addresses.token else {}

    def request(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Response:
        """One request as it is given; a connection that was closed in between is opened again."""
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        for again in (True, False):
            try:
                self._connection.request(method, target, body, headers)
                answer = self._connection.getresponse()
                return Response(answer.status, answer.headers, answer.read())
            except (http.client.RemoteDisconnected, ConnectionError):
                self._connection.close()
                if not again:
                    raise
        raise AssertionError("a second failure is raised")

    def changed(self) -> None:
        """Somebody wrote by a request: what the endpoint holds is not known any more."""
        self._held = None

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _asked(self, url: str, query: str, base: str | None, media_type: str) -> Answer:
        response = self._posted(url, "query", _with_base(query, base), {"Accept": media_type})
        if response.media_type != media_type:
            raise Broken(f"asked for {media_type}, the answer is {response.media_type or 'of no type'}")
        return parsed(response.body, media_type)

    def _posted(self, url: str, kind: str, text: str, headers: dict[str, str]) -> Response:
        headers = {"Content-Type": f"application/sparql-{kind}", **headers}
        response = self.request("POST", url, headers, text.encode("utf-8"))
        if response.status < 300:
            return response
        said = f"{response.status}: {response.body.decode('utf-8', 'replace')[:300]}"
        if response.status == 400 and _is_about_syntax(response):
            raise SyntaxRefused(said)
        if response.status == 403:
            raise NotAllowed(said)
        raise Crashed(said) if response.status >= 500 else Broken(said)


def _is_about_syntax(response: Response) -> bool:
    """Problem details of a syntax error name its line; a server without problem details has only the status."""
    return response.media_type != "application/problem+json" or "line" in json.loads(response.body)


def _with_base(text: str, base: str | None) -> str:
    return f"BASE <{base}>\n{text}" if base else text


def _quad(row: dict[str, Node]) -> Quad:
    subject, predicate, graph = row["s"], row["p"], row.get("g", DefaultGraph())
    assert isinstance(subject, NamedNode | BlankNode)
    assert isinstance(predicate, NamedNode)
    assert isinstance(graph, NamedNode | DefaultGraph)
    return Quad(subject, predicate, row["o"], graph)


def _as_data(quad: Quad) -> str:
    """A quad as INSERT DATA wants it."""
    triple = f"{quad.triple} ."
    return f"{triple}\n" if isinstance(quad.graph_name, DefaultGraph) else f"GRAPH {quad.graph_name} {{ {triple} }}\n"
