"""The server as an ASGI application: which path is answered by whom.

::

    Connections --plain queries by GET--> PromptAnswers
    Front (ids, headers, log, metrics) --/sparql, /update--> SparqlEndpoint
                                       --everything else---> FastAPI's routes
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

import ogpgraph
from ogpgraph.pages.context import About
from ogpgraph.serve import metrics as figures
from ogpgraph.serve import well_known
from ogpgraph.serve.access_log import AccessLog
from ogpgraph.serve.ahead import PagesAhead
from ogpgraph.serve.assets import Assets
from ogpgraph.serve.bodies import Receive, Send
from ogpgraph.serve.cache import AnswerCache
from ogpgraph.serve.connections import Connections
from ogpgraph.serve.crawlers import Crawlers
from ogpgraph.serve.description import Descriptions
from ogpgraph.serve.dumps import DumpPages
from ogpgraph.serve.endpoint import SparqlEndpoint
from ogpgraph.serve.entities import EntityData
from ogpgraph.serve.entity_pages import EntityPages
from ogpgraph.serve.errors import add_error_handlers
from ogpgraph.serve.exchange import Scope
from ogpgraph.serve.fragments import Fragments
from ogpgraph.serve.front import ASGI, Front
from ogpgraph.serve.graph_store import DIRECT, INDIRECT, GraphStore
from ogpgraph.serve.judgement import Judge
from ogpgraph.serve.lineage import LineagePages
from ogpgraph.serve.long_texts import LongTexts
from ogpgraph.serve.memento import Memento
from ogpgraph.serve.metrics import Metrics
from ogpgraph.serve.openapi import described
from ogpgraph.serve.prompt import PromptAnswers
from ogpgraph.serve.queries import QueryPages
from ogpgraph.serve.query_form import QueryForm
from ogpgraph.serve.reconcile import ReconciliationService
from ogpgraph.serve.releases import Releases
from ogpgraph.serve.search import SearchPages
from ogpgraph.serve.site import Handler, Pages
from ogpgraph.serve.start import StartPage
from ogpgraph.serve.update import Writes
from ogpgraph.serve.versions import VersionSite
from ogpgraph.serve.vocabularies import VocabularyPages
from ogpgraph.settings import Settings


class Application(FastAPI):
    """FastAPI with the front before its own middlewares."""

    front: Front
    connections: Connections
    cache: AnswerCache
    access_log: AccessLog
    releases: Releases

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        """Requests go to the front, the events of start and end to the framework."""
        if scope["type"] == "http":
            await self.front(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def by_routes(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the framework's routes."""
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The description of the interface, with what the framework cannot see."""
        if not self.openapi_schema:
            self.openapi_schema = described(super().openapi())
        return self.openapi_schema


def application(settings: Settings, releases: Releases | None = None) -> Application:
    """The server of the latest release in ``settings.out``, or of the engine that ``settings.engine`` names.

    ``releases`` is given where loading has begun before.
    """
    releases = releases or Releases(settings)
    cache = AnswerCache(settings.cache_bytes)
    connections = Connections(settings)
    # Pages have their own room: the queries of a minute would push all of them out of that of the answers.
    kept_pages = AnswerCache(settings.page_cache_bytes)
    metrics = Metrics(releases, cache, kept_pages, connections)
    access_log = AccessLog(settings.access_log)
    judge = Judge(settings, LongTexts(settings.queue_seconds))
    connections.take_prompt = PromptAnswers(releases, cache, judge, settings, access_log, metrics).take

    writes = Writes(releases, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await releases.start()
        preparing = asyncio.gather(pages.prepare(), judge.prepare())
        ahead = asyncio.create_task(pages_ahead.run())
        yield
        ahead.cancel()
        await asyncio.gather(preparing, ahead, return_exceptions=True)
        writes.close()
        await asyncio.gather(releases.close(), versions.archive.close())
        access_log.close()

    app = Application(
        title="OGP Graph",
        version=ogpgraph.__version__,
        description="The Open Government Partnership as linked data: a SPARQL 1.1 endpoint.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.connections, app.cache, app.access_log, app.releases = connections, cache, access_log, releases
    descriptions = Descriptions(releases, settings)
    pages = Pages(releases, cache, kept_pages, settings)
    form = QueryForm(pages)
    endpoint = SparqlEndpoint(releases, cache, judge, settings, descriptions.service, writes, form)
    graphs = GraphStore(releases, cache, settings, writes)
    own: dict[str, ASGI] = {"/sparql": endpoint, "/update": endpoint, INDIRECT: graphs}
    writable = bool(settings.update_token)
    app.front = Front(own, app.by_routes, releases, settings.trusted_proxies, access_log, metrics, writable)
    app.router.routes.append(Mount(DIRECT.rstrip("/"), graphs))
    _add_routes(app, releases, metrics)
    memento = Memento(settings)
    _add_entities(app, EntityData(releases, cache, settings, memento))
    app.router.routes += descriptions.routes() + well_known.routes(descriptions)
    entity_pages = EntityPages(pages, settings, memento)
    pages_ahead = PagesAhead(app.by_routes, pages, settings)
    app.router.routes += entity_pages.routes() + _page_routes(pages, cache, descriptions, settings)
    app.router.routes += memento.routes() + Crawlers(pages, cache, settings).routes()
    in_versions = _in_versions(entity_pages, pages, cache, settings)
    versions = VersionSite(releases, pages, cache, judge, settings, memento, in_versions)
    app.router.routes += versions.routes()
    add_error_handlers(app, lambda: About(releases.version), settings.base)
    return app


def _page_routes(pages: Pages, cache: AnswerCache, descriptions: Descriptions, settings: Settings) -> list[Route]:
    """What is a page, and is not the page of one entity."""
    return [
        *DumpPages(pages, settings, descriptions).routes(),
        *SearchPages(pages, settings).routes(),
        *LineagePages(pages, settings).routes(),
        *ReconciliationService(pages, settings).routes(),
        *VocabularyPages(pages, settings).routes(),
        *Fragments(pages, settings).routes(),
        *QueryPages(pages, cache, settings).routes(),
        *StartPage(pages).routes(),
        *Assets().routes(),
    ]


def _add_routes(app: FastAPI, releases: Releases, metrics: Metrics) -> None:
    @app.get("/health", responses={503: {"description": "Not ready: no release is loaded yet."}})
    async def health() -> JSONResponse:
        """What is served, and whether it is ready."""
        return JSONResponse(releases.health(), 200 if releases.ready else 503, {"Cache-Control": "no-store"})

    @app.get("/metrics")
    async def metrics_text() -> Response:
        """Figures for Prometheus."""
        return Response(metrics.text(), media_type=figures.CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _add_entities(app: FastAPI, entities: EntityData) -> None:
    @app.api_route("/id/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    async def entity(request: Request) -> Response:
        return await entities.see_other(request.scope)

    app.router.routes.append(Route("/data/{path:path}", entities))


def _in_versions(entity_pages: EntityPages, pages: Pages, cache: AnswerCache, settings: Settings) -> dict[str, Handler]:
    """What answers for any release, by path; below ``/versions/<v>`` as for the one in service."""
    return {
        **entity_pages.handlers,
        **LineagePages(pages, settings).handlers,
        **SearchPages(pages, settings).handlers,
        **VocabularyPages(pages, settings).handlers,
        **Fragments(pages, settings).handlers,
        **QueryPages(pages, cache, settings).handlers,
    }
