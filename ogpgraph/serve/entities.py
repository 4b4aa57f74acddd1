"""``/id/…`` and ``/data/….ttl``: an entity by its IRI, and what the graph says about it.

::

    /id/commitment/FR0042            303 to the form that the client likes best
    /data/id/commitment/FR0042.ttl   the entity's statements, and those that point to it

These are pages, not queries of strangers: they are answered in the reserved lane.
"""

from __future__ import annotations

from urllib.parse import quote

from pyoxigraph import NamedNode
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from ogpgraph.engine.job import Job, Lane
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, Format, choose, choose_encoding, prefers
from ogpgraph.protocol.requests import Query
from ogpgraph.serve.bodies import Receive, Send
from ogpgraph.serve.cache import AnswerCache, Entry, key_of
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.releases import Releases
from ogpgraph.serve.responder import Responder
from ogpgraph.settings import Settings

# File name extension of each form that an entity has.
EXTENSIONS = {"turtle": "ttl", "ntriples": "nt", "jsonld": "jsonld", "rdfxml": "rdf"}
FORMATS = tuple(offered for offered in GRAPH_FORMATS if offered.name in EXTENSIONS)
_BY_EXTENSION = {EXTENSIONS[offered.name]: offered for offered in FORMATS}
# A concept or a member has thousands of statements that point to it; a page shows some, a query finds all.
_MOST_INCOMING = 1000
# What a path keeps as it is in an IRI: as ogpgraph.iris mints them.
_SAFE = "/-._~"


class EntityData:
    """The ASGI application behind ``/data/<path below the base>.<extension>``."""

    def __init__(self, releases: Releases, cache: AnswerCache, settings: Settings) -> None:
        self._releases, self._cache, self._settings = releases, cache, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD with the statements about an entity; 404 where there is none."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        path, _, extension = scope["path_params"]["path"].rpartition(".")
        if not path or extension not in _BY_EXTENSION:
            raise HTTPException(404)
        node = entity_node(self._settings.base, path)
        if not await self.exists(node, scope):
            raise HTTPException(404)
        job = self._job(scope, about(node), _BY_EXTENSION[extension])
        responder = Responder(scope, send, exchange_of(scope), job, self._settings)
        await responder.answer_shared(self._releases, self._cache)

    async def see_other(self, scope: Scope) -> Response:
        """303 from ``/id/…`` to the data of the entity, in the form that the client likes best."""
        path = "id/" + scope["path_params"]["path"]
        accept = header(scope, b"accept")
        # A browser likes HTML best, then XML; the form that a person can read is Turtle.
        chosen = FORMATS[0] if prefers(accept, "text/html", FORMATS) else choose(accept, FORMATS)
        if not await self.exists(entity_node(self._settings.base, path), scope):
            raise HTTPException(404)
        location = f"/data/{quote(path, safe=_SAFE)}.{EXTENSIONS[chosen.name]}"
        return RedirectResponse(location, 303, {"Vary": "Accept"})

    async def exists(self, node: NamedNode, scope: Scope) -> bool:
        """Whether the graph says anything about a node."""
        query = Query(f"ASK {{ {{ {node} ?property ?value }} UNION {{ ?subject ?property {node} }} }}")
        job = Job(query, RESULT_FORMATS[0], lane=Lane.RESERVED, client=exchange_of(scope).client)
        engine = self._releases.engine
        key = key_of(engine.digest, job)
        entry = self._cache.find(key)
        if entry is None:
            async with engine.answer(job) as answer:
                assert answer.complete is not None  # true or false is always short
                entry = Entry(answer.complete, answer.encoding)
            self._cache.keep(key, entry)
        return b"true" in entry.body

    def _job(self, scope: Scope, query: Query, form: Format) -> Job:
        exchange = exchange_of(scope)
        exchange.lane = Lane.RESERVED.value
        encoding = choose_encoding(header(scope, b"accept-encoding"), ("zstd", "gzip"))
        return Job(query, form, encoding, Lane.RESERVED, exchange.client)


def entity_node(base: str, path: str) -> NamedNode:
    """The node of a path below the base; 404 where the path makes no IRI.

    The node's own text form is what goes into a query, so nothing that a client writes can end the IRI there.
    """
    try:
        return NamedNode(base + quote(path, safe=_SAFE))
    except ValueError:
        raise HTTPException(404) from None


def about(node: NamedNode) -> Query:
    """What the default graph says about a node, and what points to it, bounded."""
    return Query(
        f"CONSTRUCT {{ {node} ?property ?value . ?subject ?link {node} }} WHERE {{"
        f" {{ {node} ?property ?value }} UNION"
        f" {{ SELECT ?subject ?link {{ ?subject ?link {node} }} ORDER BY ?link ?subject LIMIT {_MOST_INCOMING} }} }}"
    )
