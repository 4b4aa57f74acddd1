"""The SPARQL 1.1 Graph Store HTTP Protocol: graphs read, replaced, joined and removed as wholes.

``/graphs?graph=<IRI>`` and ``/graphs?default`` name a graph indirectly, ``/graph/<path>`` is itself the graph
``<base>graph/<path>`` (section 4). Reading is open to all, with the cache and the limits of queries.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode
from starlette.responses import RedirectResponse, Response

from ogpgraph.engine.change import DOCUMENT_FORMATS, Applied, Operation
from ogpgraph.engine.job import Job, Lane
from ogpgraph.engine.writer import Write
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, choose, choose_encoding, named, prefers
from ogpgraph.pages.links import Links
from ogpgraph.protocol.errors import BadRequest, UnsupportedMediaType
from ogpgraph.protocol.requests import Query
from ogpgraph.serve.bodies import Receive, Send, read_body, refuse
from ogpgraph.serve.cache import AnswerCache, etag_of, key_of
from ogpgraph.serve.errors import EXPECTED, answer_to, problem
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.multipart import content_type_of, parts
from ogpgraph.serve.releases import Releases
from ogpgraph.serve.responder import Responder
from ogpgraph.serve.update import Writes
from ogpgraph.settings import Settings

DIRECT = "/graph/"
INDIRECT = "/graphs"

_ALLOW = "GET, HEAD, OPTIONS, PUT, POST, DELETE"
_ACCEPT = ", ".join(DOCUMENT_FORMATS)
_OPERATIONS = {"PUT": Operation.REPLACE, "POST": Operation.MERGE, "DELETE": Operation.REMOVE}
_ENCODINGS = ("identity", "gzip", "zstd")  # what a tag may have been given for


@dataclass(frozen=True, slots=True)
class Target:
    """The graph that a request names: ``iri`` is None for the default graph; ``is_new`` where it names none."""

    iri: str | None
    is_new: bool = False

    @property
    def pattern(self) -> str:
        """The graph as a pattern of SPARQL."""
        return f"GRAPH {NamedNode(self.iri)} {{ ?s ?p ?o }}" if self.iri else "?s ?p ?o"


class GraphStore:
    """The ASGI application behind ``/graphs`` and ``/graph/…``."""

    def __init__(self, releases: Releases, cache: AnswerCache, settings: Settings, writes: Writes) -> None:
        self._releases, self._cache, self._settings, self._writes = releases, cache, settings, writes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every error that is expected is answered as problem details."""
        method = scope["method"]
        response: Response | None
        try:
            if method in ("GET", "HEAD"):
                response = await self._read(scope, send)
            elif method in _OPERATIONS:
                response = await self._write(scope, receive, send)
            else:
                response = _no_method(method)
        except EXPECTED as error:
            response = answer_to(error, exchange_of(scope))
        if response:
            await response(scope, receive, send)

    async def _read(self, scope: Scope, send: Send) -> Response | None:
        """Send the graph (section 5.2); a response only where there is none."""
        target = target_of(scope, self._settings.base)
        if target.is_new:
            raise BadRequest("say which graph: '?graph=' and its IRI, or '?default'")
        exchange = exchange_of(scope)
        exchange.lane = Lane.PUBLIC.value
        if scope["path"].startswith(DIRECT) and prefers(header(scope, b"accept"), "text/html", GRAPH_FORMATS):
            page = Links(self._settings.base).page(target.iri or "")  # its own address is where a browser comes from
            return RedirectResponse(page, 303, {"Vary": "Accept"})
        if target.iri and not await self._exists(target.iri, exchange.client):
            return problem(404, "Not found", f"there is no graph <{target.iri}>")
        wanted = dict(_parameters(scope)).get("format")
        form = named(wanted, GRAPH_FORMATS) if wanted else choose(header(scope, b"accept"), GRAPH_FORMATS)
        encoding = choose_encoding(header(scope, b"accept-encoding"), ("zstd", "gzip"))
        job = Job(_content(target), form, encoding, Lane.PUBLIC, exchange.client)
        responder = Responder(scope, send, exchange, job, self._settings)
        await responder.answer_shared(self._releases, self._cache)
        return None

    async def _exists(self, graph: str, client: str) -> bool:
        node = NamedNode(graph)
        # A source whose every claim another one makes too has a graph that states nothing: it is empty, not missing.
        query = Query(
            f"ASK {{ {{ GRAPH {node} {{}} }} UNION {{ ?source <{self._settings.base}ontology#graph> {node} }} }}"
        )
        async with self._releases.engine.answer(Job(query, RESULT_FORMATS[0], client=client)) as answer:
            raw = answer.complete or b"".join([chunk async for chunk in answer])
        return bool(json.loads(raw)["boolean"])

    async def _write(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        """Replace, join or remove a graph (sections 5.3 to 5.5); None where the answer is sent already."""
        if denied := self._writes.denied(scope):
            await refuse(denied, receive, send)
            return None
        try:
            target = self._target(scope)
            most_bytes, most_seconds = self._settings.update_body_bytes, self._settings.body_seconds
            body = await read_body(scope, receive, most_bytes, most_seconds, "update_body_bytes")
        except EXPECTED as error:
            await refuse(answer_to(error, exchange_of(scope)), receive, send)
            return None
        applied = await self._writes.done(scope, self._asked(scope, target, body))
        return applied if isinstance(applied, Response) else _done(applied, target)

    def _target(self, scope: Scope) -> Target:
        """The graph that is written; POST to the store itself makes a new one (section 5.5)."""
        target = target_of(scope, self._settings.base)
        if target.is_new and scope["method"] != "POST":
            raise BadRequest("say which graph: '?graph=' and its IRI, or '?default'")
        return Target(f"{self._settings.base}graph/{uuid.uuid4()}", is_new=True) if target.is_new else target

    def _asked(self, scope: Scope, target: Target, body: bytes) -> Write:
        operation = _OPERATIONS[scope["method"]]
        documents: tuple[tuple[bytes, str, str], ...] = ()
        if operation is not Operation.REMOVE:
            base = target.iri or f"{self._settings.base}graphs"
            content_type = header(scope, b"content-type") or ""
            documents = tuple((raw, base, media_type) for media_type, raw in _documents(content_type, body))
        if_match, if_none_match = header(scope, b"if-match"), header(scope, b"if-none-match")

        def may_begin(digest: str) -> bool:
            tags = _tags(digest, target)
            return (if_match in (None, "*") or _names(if_match, tags)) and not _names(if_none_match, tags)

        must_exist = True if if_match else False if if_none_match == "*" else None
        return Write(operation, documents, target.iri, must_exist, may_begin)


def target_of(scope: Scope, base: str) -> Target:
    """The graph that a request names by its path or by its parameters; BadRequest where that is no graph's name."""
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
    if path.startswith(DIRECT):
        name = path.removeprefix(DIRECT)
        if {"", ".", ".."} & set(name.split("/")):
            raise BadRequest(f"'{path}' names no graph: a segment of it is empty or made of dots")
        return Target(_valid(f"{base}graph/{name}"))
    graphs = [value for name, value in _parameters(scope) if name == "graph"]
    defaults = [value for name, value in _parameters(scope) if name == "default"]
    if len(graphs) + len(defaults) > 1:
        raise BadRequest("name one graph: either '?default' or one '?graph=' with its IRI")
    if defaults and defaults[0]:
        raise BadRequest(f"'default' has no value, here it is '{defaults[0]}'")
    if graphs:
        return Target(_valid(graphs[0]))
    return Target(None, is_new=not defaults)


def _valid(iri: str) -> str:
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise BadRequest(f"'{iri}' names no graph: it is no absolute IRI ({error})") from None


def _parameters(scope: Scope) -> list[tuple[str, str]]:
    """The parameters of the address, decoded once."""
    try:
        return parse_qsl(scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:  # also UnicodeDecodeError
        raise BadRequest(f"the parameters of the address are no UTF-8 with percent signs ({error})") from None


def _content(target: Target) -> Query:
    return Query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {target.pattern} }}")


def _documents(content_type: str, body: bytes) -> list[tuple[str, bytes]]:
    """The documents of a body with their media types: one, or the parts of multipart/form-data."""
    declared = content_type_of(content_type)
    if declared.get_content_type() != "multipart/form-data":
        return [(_media_type(content_type), body)]
    found = parts(body, str(declared.get_param("boundary", "")))
    return [(_media_type(part_type), raw) for part_type, raw in found]


def _media_type(content_type: str) -> str:
    declared = content_type_of(content_type)
    media_type = declared.get_content_type()
    if media_type not in DOCUMENT_FORMATS or not content_type:
        raise UnsupportedMediaType(f"a graph is not sent as '{content_type}', but as one of {_ACCEPT}")
    charset = str(declared.get_param("charset", "utf-8"))
    if charset.lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(f"a graph is sent in UTF-8, not in '{charset}'")
    return media_type


def _tags(digest: str, target: Target) -> set[str]:
    """The entity tags that a graph has in its forms."""
    query = _content(target)
    return {etag_of(key_of(digest, Job(query, form, encoding))) for form in GRAPH_FORMATS for encoding in _ENCODINGS}


def _names(condition: str | None, tags: set[str]) -> bool:
    """Whether a list of entity tags names one of some; weak tags never do (RFC 9110, section 13.1.1)."""
    return condition is not None and any(tag.strip() in tags for tag in condition.split(","))


def _done(applied: Applied, target: Target) -> Response:
    """201 where the graph is new, with its address where the server chose it; else 204."""
    headers = {"Location": str(target.iri)} if target.is_new else {}
    return Response(status_code=201 if applied.created else 204, headers=headers)


def _no_method(method: str) -> Response:
    headers = {"Allow": _ALLOW}
    if method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    return problem(405, "Method not allowed", f"{method} is no method of a graph, but {_ALLOW} are", headers)
