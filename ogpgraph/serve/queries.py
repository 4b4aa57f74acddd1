"""The editor and the example queries over HTTP.

::

    /editor?query=…       the editor with a query in it        /editor/terms.json    what its script offers
    /queries/             the examples by topic, ?keyword=…    /queries/<name>       one of them
    /queries/<name>.rq    its text, for programs

Who likes RDF better than HTML is sent (303) to the same as RDF.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ogpgraph.engine.job import Job, Lane
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, Format, choose, prefers
from ogpgraph.pages.context import Context
from ogpgraph.pages.editor import editor_terms
from ogpgraph.pages.example_queries import FOLDER, example_of, queries_page, query_page
from ogpgraph.pages.links import DATA_FORMS, Links
from ogpgraph.protocol.requests import Query
from ogpgraph.serve.cache import AnswerCache, Entry, key_of
from ogpgraph.serve.exchange import exchange_of
from ogpgraph.serve.query_form import QueryForm
from ogpgraph.serve.site import Handler, Pages, View
from ogpgraph.settings import Settings

_JSON = next(each for each in RESULT_FORMATS if each.name == "json")
_TRIPLES = next(each for each in GRAPH_FORMATS if each.media_type == "application/n-triples")
_HTML = (Format("html", "text/html"),)
_VARY = {"Vary": "Accept, Accept-Encoding"}


class QueryPages:
    """Answers with the editor and with the example queries, of any version."""

    def __init__(self, pages: Pages, cache: AnswerCache, settings: Settings) -> None:
        self._pages, self._cache, self._settings = pages, cache, settings
        self._form = QueryForm(pages)
        self.handlers: dict[str, Handler] = {
            "/editor": self._editor,
            "/editor/terms.json": self._terms,
            "/queries/": self._list,
            "/queries/{name}.rq": self._text,
            "/queries/{name}": self._one,
        }

    def routes(self) -> list[Route]:
        """The routes of the release in service."""
        return self._pages.routes(self.handlers)

    async def _editor(self, request: Request, view: View) -> Response:
        return await self._form.page(request.scope, view)

    async def _terms(self, request: Request, view: View) -> Response:
        return await self._pages.document(request.scope, editor_terms, "application/json", view)

    async def _list(self, request: Request, view: View) -> Response:
        if wants_rdf(request):
            return _see_other(f"{view.root}/{FOLDER.rstrip('/')}")
        keyword = request.query_params.get("keyword", "")
        return await self._pages.respond(request.scope, lambda context: queries_page(context, keyword), view, _VARY)

    async def _text(self, request: Request, view: View) -> Response:
        name = request.path_params["name"]

        async def make(context: Context) -> str:
            return (await example_of(context, name)).file

        return await self._pages.document(request.scope, make, "application/sparql-query; charset=utf-8", view)

    async def _one(self, request: Request, view: View) -> Response:
        name = request.path_params["name"]
        links = Links(self._settings.base, view.root)
        if wants_rdf(request):
            form = choose(request.headers.get("accept"), GRAPH_FORMATS)
            extensions = {media_type: extension for extension, media_type, _ in DATA_FORMS}
            return _see_other(links.data(f"{links.base}{FOLDER}{name}", extensions.get(form.media_type, "ttl")))
        client = exchange_of(request.scope).client

        async def answer(query: str, is_graph: bool) -> bytes:
            return await self._public_answer(view, query, _TRIPLES if is_graph else _JSON, client)

        return await self._pages.respond(request.scope, lambda context: query_page(context, name, answer), view, _VARY)

    async def _public_answer(self, view: View, query: str, form: Format, client: str) -> bytes:
        """An example's answer, evaluated among the queries of strangers: some take longer than those of pages may."""
        job = Job(Query(query), form, lane=Lane.PUBLIC, client=client)
        key = key_of(view.engine.digest, job)
        entry = self._cache.find(key)
        if entry is None:
            async with view.engine.answer(job) as answer:
                body = answer.complete
                if body is None:
                    body = b"".join([chunk async for chunk in answer])
            entry = Entry(body, "identity")
            self._cache.keep(key, entry)
        return entry.body


def wants_rdf(request: Request) -> bool:
    """Whether a request accepts RDF and likes HTML less; who says nothing gets the page."""
    accept = request.headers.get("accept")
    return any(prefers(accept, form.media_type, _HTML) for form in GRAPH_FORMATS)


def _see_other(path: str) -> Response:
    return RedirectResponse(path, 303, {"Vary": "Accept"})
