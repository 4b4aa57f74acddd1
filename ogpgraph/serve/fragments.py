"""``/fragments``: the statements that match a pattern, a page at a time, for clients that do the rest of a query.

::

    /fragments?subject=&predicate=&object=&page=     Triple Pattern Fragments of the default graph
    /fragments?graph=<IRI>&subject=…                 those of a named graph, as of a dataset of its own

By ``Accept`` the page is HTML or a form of RDF; what no client should be refused for is Turtle. A pattern that nothing
matches is an empty fragment with status 200, which every client in use expects, where the draft of 2014 wants 404; a
page behind the last one is 404, with the controls that the specification wants there too.
"""

from __future__ import annotations

from collections import OrderedDict
from urllib.parse import parse_qsl, quote_from_bytes, urlencode

from pyoxigraph import NamedNode, RdfFormat
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ogpgraph.engine.job import Job, Lane
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, Format, NotAcceptable, choose, prefers
from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.fragment_patterns import GRAPH, PLACES, Pattern, page_of, pattern_of
from ogpgraph.pages.fragments import Addresses, Fragment, fragment_document, fragment_of, fragment_page
from ogpgraph.pages.terms import Row, rows_of
from ogpgraph.protocol.errors import BadRequest
from ogpgraph.protocol.requests import Query
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.iri_paths import quoted
from ogpgraph.serve.origin import origin_of
from ogpgraph.serve.site import Handler, Pages, View, about
from ogpgraph.settings import Settings

_JSON = next(each for each in RESULT_FORMATS if each.name == "json")
_TURTLE = next(each for each in GRAPH_FORMATS if each.name == "turtle")
# To skip this many statements takes no longer than a page; what takes longer waits among the queries of strangers.
_MOST_SKIPPED = 20_000
_MOST_TOTALS = 10_000
_MOST_PARAMETERS = 10
# What an IRI may have in its query as it stands (RFC 3986, section 3.4); browsers encode the rest, some clients not.
_OF_QUERIES = "%:/?@!$&'()*+,;=-._~"


class PastTheEnd(Exception):
    """A page behind the last one of its fragment; ``document`` has the controls."""

    def __init__(self, document: str) -> None:
        self.document = document
        super().__init__("there is no such page")


class Fragments:
    """Answers with fragments."""

    def __init__(self, pages: Pages, settings: Settings) -> None:
        self._pages, self._settings = pages, settings
        self._most_rows = max(1, settings.fragment_triples)
        self._totals: OrderedDict[tuple[str, Pattern], int] = OrderedDict()  # by dataset; those asked last at the end
        self.handlers: dict[str, Handler] = {"/fragments": self.fragment}

    def routes(self) -> list[Route]:
        """The route of the release in service; another version gives its view to ``handlers``."""
        return self._pages.routes(self.handlers)

    async def fragment(self, request: Request, view: View) -> Response:
        """A page of a fragment; BadRequest for what is no pattern, 404 behind the last page."""
        scope = request.scope
        terms, page = _asked(scope)
        try:
            pattern = pattern_of(terms)
        except ValueError as error:
            raise BadRequest(str(error)) from None
        headers = {"Vary": "Accept, Accept-Encoding"}
        form = _form(header(scope, b"accept"))
        if form is None:

            async def html(context: Context) -> str:
                fragment = await self._fragment(scope, view, pattern, page)
                if fragment.is_past_the_end:
                    raise NotFound(f"page {page}")
                return fragment_page(context, fragment, terms)

            return await self._pages.respond(scope, html, view, headers)
        return await self._document(scope, view, pattern, page, form, headers)

    async def _document(
        self, scope: Scope, view: View, pattern: Pattern, page: int, form: Format, headers: dict[str, str]
    ) -> Response:
        """The fragment in a form of RDF. It names the address that was asked for: what is kept is kept by it."""
        addresses = _addresses(scope, self._settings, pattern.graph)
        engine_form = form.engine
        assert isinstance(engine_form, RdfFormat)

        async def rdf(_: Context) -> str:
            fragment = await self._fragment(scope, view, pattern, page)
            document = fragment_document(fragment, addresses, about(view), engine_form)
            if fragment.is_past_the_end:
                raise PastTheEnd(document)
            return document

        asked = {**scope, "path": f"{origin_of(scope, self._settings)}{scope['path']}.{form.name}"}
        try:
            return await self._pages.document(asked, rdf, form.media_type, view, headers)
        except PastTheEnd as past:
            return Response(past.document, 404, headers | {"Cache-Control": "no-store"}, form.media_type)

    async def _fragment(self, scope: Scope, view: View, pattern: Pattern, page: int) -> Fragment:
        is_dear = pattern.repeats_a_variable or page * self._most_rows > _MOST_SKIPPED
        lane = Lane.PUBLIC if is_dear else Lane.RESERVED
        exchange_of(scope).lane = lane.value
        client = exchange_of(scope).client

        async def ask(query: str) -> list[Row]:
            async with view.engine.answer(Job(Query(query), _JSON, lane=lane, client=client)) as answer:
                body = answer.complete
                return rows_of(body if body is not None else b"".join([chunk async for chunk in answer]))

        key = (view.engine.digest, pattern)
        fragment = await fragment_of(ask, pattern, page, self._most_rows, self._totals.get(key))
        if not fragment.is_past_the_end:
            self._totals[key] = fragment.total
            self._totals.move_to_end(key)
            while len(self._totals) > _MOST_TOTALS:
                self._totals.popitem(last=False)
        return fragment


def _asked(scope: Scope) -> tuple[dict[str, str], int]:
    """The terms by their places and the number of the page; BadRequest where they are not those of a pattern."""
    try:
        parameters = parse_qsl(
            scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS
        )
    except ValueError as error:
        raise BadRequest(str(error)) from None
    names = [name for name, _ in parameters]
    if len(set(names)) < len(names) or not set(names) <= {*PLACES, GRAPH, "page"}:
        raise BadRequest(f"a fragment is asked for by {', '.join(PLACES)}, {GRAPH} and page, each once at most")
    terms = dict(parameters)
    try:
        page = page_of(terms.pop("page", "1"))
    except ValueError as error:
        raise BadRequest(str(error)) from None
    return terms, page


def _form(accept: str | None) -> Format | None:
    """The form of RDF that is asked for, None for the page. A client that likes none of them gets Turtle."""
    if prefers(accept, "text/html", GRAPH_FORMATS):
        return None
    try:
        return choose(accept, GRAPH_FORMATS)
    except NotAcceptable:
        return _TURTLE


def _addresses(scope: Scope, settings: Settings, graph: NamedNode | None) -> Addresses:
    """The addresses as the client has written them; BadRequest where that is no IRI."""
    start = f"{origin_of(scope, settings)}{quoted(scope['path'])}"
    parts = quote_from_bytes(scope["query_string"], safe=_OF_QUERIES).split("&")
    kept = [part for part in parts if part and not part.startswith("page=")]
    query = "&".join(parts)
    try:
        return Addresses(
            interface=f"{start}?{urlencode({GRAPH: graph.value})}" if graph else start,
            fragment=f"{start}?{'&'.join(kept)}" if kept else start,
            page=NamedNode(f"{start}?{query}" if query else start).value,
        )
    except ValueError:
        raise BadRequest("the address of the request is no IRI") from None
