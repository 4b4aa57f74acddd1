"""``/versions/``: the releases that there are, and below ``/versions/<v>/`` each of them as it was.

::

    /versions/                  the list, as HTML, JSON or RDF
    /versions/<v>/              one version
    /versions/<v>/sparql        the query operation on it; /catalog and /.well-known/… describe it
    /versions/<v>/id/…          its entities: 303 to /versions/<v>/page/… or /versions/<v>/data/…
    /versions/<v>/ontology …    what else has a handler for a View

What has no state of its own in a version (search, the example queries) leads to that of the release in service. Answers
are Mementos: see ``memento.py``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, compile_path

from ogpgraph.load.history import following
from ogpgraph.negotiate import GRAPH_FORMATS, Format, choose, prefers
from ogpgraph.pages.versions import as_json, as_rdf, version_page, versions_page
from ogpgraph.protocol import requests
from ogpgraph.serve import link_headers
from ogpgraph.serve.archive import Archive, UnknownVersion
from ogpgraph.serve.bodies import Receive, Send
from ogpgraph.serve.cache import AnswerCache
from ogpgraph.serve.description import Descriptions
from ogpgraph.serve.endpoint import SparqlEndpoint
from ogpgraph.serve.entities import EntityData
from ogpgraph.serve.errors import problem
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.iri_paths import quoted
from ogpgraph.serve.judgement import Judge
from ogpgraph.serve.long_texts import LongTexts
from ogpgraph.serve.memento import Memento
from ogpgraph.serve.query_form import QueryForm
from ogpgraph.serve.releases import Releases, Served
from ogpgraph.serve.site import Handler, Pages, View
from ogpgraph.settings import Settings

_JSON = Format("json", "application/json")
_MOST_DESCRIBED = 4  # versions whose descriptions are kept, some megabytes each
# What a version has no state of, by the first part of its path: it leads to that of the release in service.
_OF_TODAY = {
    *("search", "search.json", "editor", "queries", "lineage", "cite", "dumps", "versions", "assets", "reconcile"),
}


class ReadOnly:
    """Refuses every write: a version does not change."""

    def __init__(self, settings: Settings) -> None:
        self.long_texts = LongTexts(settings.queue_seconds)

    def denied(self, scope: Scope) -> Response | None:
        """The refusal."""
        return problem(403, "Read-only", "a version that was released does not change")

    async def __call__(self, scope: Scope, update: requests.Update) -> Response:
        """The refusal again."""
        return problem(403, "Read-only", "a version that was released does not change")


class VersionSite:
    """Answers below ``/versions/``; ``handlers`` make what others own, by path template (``/page/{path:path}``)."""

    def __init__(
        self,
        releases: Releases,
        pages: Pages,
        cache: AnswerCache,
        judge: Judge,
        settings: Settings,
        memento: Memento,
        handlers: Mapping[str, Handler],
    ) -> None:
        self.archive = Archive(releases, settings)
        self._releases, self._pages, self._cache, self._judge, self._settings = releases, pages, cache, judge, settings
        self._memento, self._write = memento, ReadOnly(settings)
        self._handlers = [(compile_path(template), handler) for template, handler in handlers.items()]
        self._descriptions: OrderedDict[str, Descriptions] = OrderedDict()  # by version, the one asked last at the end

    def routes(self) -> list[Route]:
        """The list, and everything below a version."""
        return [
            Route("/versions", self._without_slash, methods=["GET", "HEAD"]),
            Route("/versions/", self._list, methods=["GET", "HEAD"]),
            Route("/versions/{version}", self._without_slash, methods=["GET", "HEAD"]),
            Route("/versions/{version}/{rest:path}", self),
        ]

    async def _list(self, request: Request) -> Response:
        scope, releases = request.scope, self.archive.published
        current = self._releases.version
        accept = header(scope, b"accept")
        headers = {"Vary": "Accept, Accept-Encoding"}
        if prefers(accept, "text/html", (*GRAPH_FORMATS, _JSON)):
            # The list depends on the folder, not on the release: its state stands in for the query of the request.
            state = " ".join(each.version for each in releases).encode()
            return await self._pages.respond(
                {**scope, "query_string": state},
                lambda context: versions_page(context, releases, current),
                None,
                headers,
            )
        headers |= {"Cache-Control": f"public, max-age={self._settings.cache_seconds}"}
        form = choose(accept, (_JSON, *GRAPH_FORMATS))
        body = as_json(releases, current) if form is _JSON else as_rdf(releases, self._settings.base, form)
        return Response(body, headers=headers, media_type=form.content_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application below a version; 404 where there is no such version."""
        version, rest = scope["path_params"]["version"], scope["path_params"]["rest"]
        try:
            async with self.archive.use(version) as served:
                exchange_of(scope).version = served.engine.version
                await self._answer(served, rest, scope, receive, self._as_memento(scope, send, version, rest))
        except UnknownVersion:
            raise HTTPException(404) from None

    async def _answer(self, served: Served, rest: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request below a version."""
        root = f"/versions/{served.engine.version}"
        first, _, below = rest.partition("/")
        if rest == "sparql":
            describe = self._described(View(served.engine, served.folder, root)).service
            form = QueryForm(self._pages.over(served))
            endpoint = SparqlEndpoint(served, self._cache, self._judge, self._settings, describe, self._write, form)
            await endpoint(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        entities = EntityData(served, self._cache, self._settings, self._memento, root)
        if first == "data":
            await entities.data(scope, send, below)
            return
        view = View(served.engine, served.folder, root)
        response = await self._response(Request(scope, receive), rest, view, entities)
        await response(scope, receive, send)

    async def _response(self, request: Request, rest: str, view: View, entities: EntityData) -> Response:
        first, _, below = rest.partition("/")
        if not rest:
            return await self._version_page(request, view)
        if first == "id" or (first == "graph" and below):
            return await entities.see_other(request.scope, rest)
        for (pattern, _, convertors), handler in self._handlers:
            if match := pattern.match(f"/{rest}"):
                found = match.groupdict()
                request.scope["path_params"] = {name: convertors[name].convert(found[name]) for name in found}
                return await handler(request, view)
        for route in self._described(view).routes():
            if route.path == f"/{rest}":
                response: Response = await route.endpoint(request)
                return response
        if first in _OF_TODAY:
            query = request.url.query
            return RedirectResponse(f"/{quoted(rest)}" + (f"?{query}" if query else ""), 302)
        raise HTTPException(404)

    def _described(self, view: View) -> Descriptions:
        """What describes a version, which keeps what it has written."""
        version = view.engine.version
        found = self._descriptions.pop(version, None) or Descriptions(
            Served(view.engine, view.folder), self._settings, view.root
        )
        self._descriptions[version] = found
        while len(self._descriptions) > _MOST_DESCRIBED:
            self._descriptions.popitem(last=False)
        return found

    async def _version_page(self, request: Request, view: View) -> Response:
        releases, version = self.archive.published, view.engine.version
        release = next((each for each in releases if each.version == version), None)
        if release is None:  # a written copy, or another endpoint: it has no page in the list
            raise HTTPException(404)
        before, after = following(releases, version)
        base = self._settings.base
        form = None
        if not prefers(header(request.scope, b"accept"), "text/html", GRAPH_FORMATS):
            form = choose(header(request.scope, b"accept"), (_JSON, *GRAPH_FORMATS))
        if form:
            body = as_json((release,), self._releases.version) if form is _JSON else as_rdf((release,), base, form)
            return Response(body, headers={"Vary": "Accept"}, media_type=form.content_type)
        links = [link_headers.link("/versions/", "collection")]
        links += [link_headers.link(f"/versions/{before.version}/", "predecessor-version")] if before else []
        links += [link_headers.link(f"/versions/{after.version}/", "successor-version")] if after else []
        state = f"{before and before.version} {after and after.version} {self._releases.version}".encode()
        return await self._pages.respond(
            {**request.scope, "query_string": state},
            lambda context: version_page(context, release, before, after, self._releases.version),
            view,
            {"Vary": "Accept, Accept-Encoding", **link_headers.joined(links)},
        )

    async def _without_slash(self, request: Request) -> Response:
        return RedirectResponse(quoted(request.url.path) + "/", 301)

    def _as_memento(self, scope: Scope, send: Send, version: str, rest: str) -> Send:
        """``send`` that says of an answer which time it is of; refusals and redirections to today say nothing."""
        first, _, below = rest.partition("/")
        path = below if first == "page" else below.rpartition(".")[0] if first == "data" else rest

        async def sending(message: Any) -> None:
            # 302 leads to what is of today.
            if message["type"] == "http.response.start" and message["status"] < 400 and message["status"] != 302:
                said = self._memento.headers_of(scope, version, path)
                message["headers"] = [*message["headers"], *said]
            await send(message)

        return sending
