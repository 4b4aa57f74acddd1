"""``/id/…`` and ``/data/….ttl``: an entity by its IRI, and what the graph says about it.

::

    /id/commitment/FR0042            303 to the form that the client likes best: its page or its data
    /page/id/commitment/FR0042       the page (entity_pages.py)
    /data/id/commitment/FR0042.ttl   the entity's statements, and those that point to it

An IRI that was given up answers 301 to the one that took its place, or 410; see ``ontology/retired.ttl``. These are
pages, not queries of strangers: they are answered in the reserved lane.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from pyoxigraph import Literal, NamedNode
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ogpgraph.engine.job import Engine, Job, Lane
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, Format, choose, choose_encoding, prefers
from ogpgraph.pages.links import Links
from ogpgraph.pages.queries import filled
from ogpgraph.pages.terms import rows_of
from ogpgraph.protocol.requests import Query
from ogpgraph.serve import link_headers
from ogpgraph.serve.bodies import Receive, Send
from ogpgraph.serve.cache import AnswerCache, Entry, key_of
from ogpgraph.serve.errors import Gone
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.iri_paths import entity_node, quoted
from ogpgraph.serve.memento import Memento
from ogpgraph.serve.releases import InService
from ogpgraph.serve.responder import Responder
from ogpgraph.serve.site import View, period_of
from ogpgraph.serve.site import about as release_facts
from ogpgraph.settings import Settings

# File name extension of each form that an entity has.
EXTENSIONS = {"turtle": "ttl", "ntriples": "nt", "jsonld": "jsonld", "rdfxml": "rdf"}
FORMATS = tuple(offered for offered in GRAPH_FORMATS if offered.name in EXTENSIONS)
_BY_EXTENSION = {EXTENSIONS[offered.name]: offered for offered in FORMATS}
_JSON = next(each for each in RESULT_FORMATS if each.name == "json")
# A concept or a member has thousands of statements that point to it; a page shows some, a query finds all.
_MOST_INCOMING = 1000
_PRIMARY_TOPIC = "<http://xmlns.com/foaf/0.1/primaryTopic>"


@dataclass(frozen=True, slots=True)
class Known:
    """What the graph knows of an entity, as far as its address depends on it."""

    types: tuple[str, ...]
    is_retired: bool
    replaced_by: str
    reason: str


class EntityData:
    """The ASGI application behind ``/data/<path below the base>.<extension>``, and the 303 of ``/id/…``.

    ``root``: where the release is served, ``/versions/<v>`` for what is not the one in service.
    """

    def __init__(
        self,
        releases: InService,
        cache: AnswerCache,
        settings: Settings,
        memento: Memento | None = None,
        root: str = "",
    ) -> None:
        self._releases, self._cache, self._settings = releases, cache, settings
        self._memento = memento or Memento(settings)
        self._links = Links(settings.base, root)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD with the statements about an entity, as ``data`` does."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        await self.data(scope, send, scope["path_params"]["path"])

    async def data(self, scope: Scope, send: Send, path_and_extension: str) -> None:
        """Send the statements about an entity; Gone where only an older version has some, else 404."""
        path, _, extension = path_and_extension.rpartition(".")
        if not path or extension not in _BY_EXTENSION:
            raise HTTPException(404)
        node = entity_node(self._settings.base, path)
        known = await self.known(node, scope)
        if known is None:
            await self._refuse_unknown(path)
        links = link_headers.of_document(self._links, node.value, extension, known.types)
        document = NamedNode(f"{self._settings.base}data/{quoted(path)}.{extension}")
        job = self._job(scope, about(node, document), _BY_EXTENSION[extension])
        period = period_of(release_facts(View(self._releases.engine, self._releases.folder)))
        send = _with_headers(send, {"Link": ", ".join(links), **period})
        responder = Responder(scope, send, exchange_of(scope), job, self._settings)
        await responder.answer_shared(self._releases, self._cache)

    async def see_other(self, scope: Scope, path: str | None = None) -> Response:
        """303 from an entity to its page or its data, by ``Accept``; with ``Accept-Datetime`` 302 to a version of it.

        301 to what replaced an entity; Gone where nothing did, or where only older versions know it; else 404.
        ``path`` is that below the base; without it the request is for ``/id/…``.
        """
        path = "id/" + scope["path_params"]["path"] if path is None else path
        node = entity_node(self._settings.base, path)
        if header(scope, b"accept-datetime") is not None and not self._links.root:
            response = await self._memento.negotiated(scope, path)
            response.headers["Vary"] = "Accept, Accept-Datetime"
            return response
        target = self._target(node.value, header(scope, b"accept"))
        known = await self.known(node, scope)
        if known is None:
            await self._refuse_unknown(path)
        elif known.replaced_by:
            return RedirectResponse(self._links.root + "/" + self._links.path(known.replaced_by), 301)
        elif known.is_retired:
            raise Gone(known.reason or "its IRI was given up", {"Link": f'</timemap/{quoted(path)}>; rel="timemap"'})
        links = link_headers.joined(link_headers.of_entity(self._links, node.value))
        return RedirectResponse(target, 303, {"Vary": "Accept, Accept-Datetime", **links})

    async def known(self, node: NamedNode, scope: Scope) -> Known | None:
        """What the graph knows of a node; None where it says nothing about it."""
        job = Job(Query(filled("entity-state", entity=node.value)), _JSON, lane=Lane.RESERVED)
        rows = rows_of(await self._answer(self._releases.engine, job, exchange_of(scope).client))
        if not rows:
            return None
        found = [{name: term.value for name, term in row.items()} for row in rows]
        kinds = {row["type"] for row in found if "type" in row}
        replaced_by = min(
            (row["replacedBy"] for row in found if self._links.path(row.get("replacedBy", ""))), default=""
        )
        retired = any(row.get("deprecated") == "true" for row in found)
        reason = next((row["note"] for row in found if "note" in row), "")
        return Known(tuple(sorted(kinds)), retired, replaced_by if retired else "", reason)

    async def _answer(self, engine: Engine, job: Job, client: str) -> bytes:
        key = key_of(engine.digest, job)
        entry = self._cache.find(key)
        if entry is None:
            asked = Job(job.query, job.format, lane=job.lane, client=client)
            async with engine.answer(asked) as answer:
                body = answer.complete
                if body is None:
                    body = b"".join([chunk async for chunk in answer])
                entry = Entry(body, answer.encoding)
            self._cache.keep(key, entry)
        return entry.body

    def _target(self, iri: str, accept: str | None) -> str:
        """The page where the client likes HTML best, else the data in the form that it likes best."""
        if prefers(accept, "text/html", FORMATS):
            return self._links.page(iri)
        return self._links.data(iri, EXTENSIONS[choose(accept, FORMATS).name])

    async def _refuse_unknown(self, path: str) -> NoReturn:
        if self._links.root:
            raise HTTPException(404)
        await self._memento.refuse_unknown(path)

    def _job(self, scope: Scope, query: Query, form: Format) -> Job:
        exchange = exchange_of(scope)
        exchange.lane = Lane.RESERVED.value
        encoding = choose_encoding(header(scope, b"accept-encoding"), ("zstd", "gzip"))
        return Job(query, form, encoding, Lane.RESERVED, exchange.client)


def about(node: NamedNode, document: NamedNode) -> Query:
    """What the default graph says about a node, and what points to it, bounded; and that the document is about it.

    Its parts, named by a fragment, are described with it. Of a node that the default graph does not know, because no
    claim with it stood: what the sources say.
    """
    return Query(
        f"CONSTRUCT {{ {document} {_PRIMARY_TOPIC} {node} . {node} ?property ?value . ?subject ?link {node} ."
        f" ?part ?about ?fact }} WHERE {{"
        f" {{ {node} ?property ?value }} UNION"
        f" {{ {{ SELECT ?part {{ {node} ?to ?part FILTER(STRSTARTS(STR(?part), {Literal(node.value + '#')})) }} }}"
        f" ?part ?about ?fact }} UNION"
        f" {{ SELECT ?subject ?link {{ ?subject ?link {node} }} ORDER BY ?link ?subject LIMIT {_MOST_INCOMING} }} UNION"
        f" {{ FILTER NOT EXISTS {{ {node} ?known ?thing }} GRAPH ?source {{ {node} ?property ?value }} }} }}"
    )


def _with_headers(send: Send, fields: dict[str, str]) -> Send:
    lines = [(name.lower().encode(), value.encode()) for name, value in fields.items()]

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:
            message["headers"] = [*message["headers"], *lines]
        await send(message)

    return sending
