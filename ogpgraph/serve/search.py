"""``/search``: full-text search as a page, as JSON, and as browsers learn of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ogpgraph.engine.job import EngineFailed, LimitReached
from ogpgraph.pages.context import Context
from ogpgraph.pages.links import Links
from ogpgraph.pages.search import open_search, search_json, search_page
from ogpgraph.protocol.errors import BadRequest
from ogpgraph.search.asked import PAGE_HITS, Search, search_of
from ogpgraph.search.index import Found, Index, TooSlow
from ogpgraph.serve.exchange import Scope
from ogpgraph.serve.origin import origin_of
from ogpgraph.serve.site import Handler, Pages, View
from ogpgraph.settings import Settings

_MOST_PARAMETERS = 100
_OPEN_SEARCH = "application/opensearchdescription+xml"

Show = Callable[[Context, Search, Found], Awaitable[str]]


@runtime_checkable
class HasIndex(Protocol):
    """An engine whose dataset is here, so that there is an index of it."""

    async def search_index(self) -> Path:
        """The file of the index; EngineFailed (503) where it is not there in a moment."""
        ...


class SearchPages:
    """Answers searches."""

    def __init__(self, pages: Pages, settings: Settings) -> None:
        self._pages, self._settings = pages, settings
        self.handlers: dict[str, Handler] = {"/search": self.page, "/search.json": self.json}

    def routes(self) -> list[Route]:
        """The routes of the release in service."""
        return self._pages.routes({**self.handlers, "/search/opensearch.xml": self.description})

    async def page(self, request: Request, view: View) -> Response:
        """What was found, for people.

        BadRequest where the search cannot be meant, EngineFailed (501) where there can be no index and (503) where it
        is not there yet, LimitReached where the search takes too long.
        """
        return await self._pages.respond(request.scope, self._made(request, view, search_page), view)

    async def json(self, request: Request, view: View) -> Response:
        """The same for programs; raises the same."""
        made = self._made(request, view, search_json)
        return await self._pages.document(request.scope, made, "application/json", view)

    async def description(self, request: Request, view: View) -> Response:
        """How browsers search here (OpenSearch 1.1, https://github.com/dewitt/opensearch)."""
        text = open_search(origin_of(request.scope, self._settings), Links(self._settings.base, view.root))
        headers = {"Vary": "Host", "Cache-Control": f"public, max-age={self._settings.cache_seconds}"}
        return Response(text, headers=headers, media_type=_OPEN_SEARCH)

    def _made(self, request: Request, view: View, show: Show) -> Callable[[Context], Awaitable[str]]:
        search = _asked(request.scope)

        async def make(context: Context) -> str:
            return await show(context, search, await self._found(view, search))

        return make

    async def _found(self, view: View, search: Search) -> Found:
        if not isinstance(view.engine, HasIndex):
            raise EngineFailed("another endpoint answers here: its data are not indexed for full-text search", 501)
        seconds = self._settings.reserved_seconds
        index = Index(await view.engine.search_index(), seconds)
        most = 0 if search.asks_nothing else PAGE_HITS
        try:
            return await asyncio.to_thread(
                index.search, search.wanted, search.chosen, (search.page - 1) * PAGE_HITS, most
            )
        except TooSlow as error:
            raise LimitReached(503, "reserved_seconds", seconds, str(error)) from None


def _asked(scope: Scope) -> Search:
    query = scope["query_string"].decode("latin-1")
    try:
        return search_of(parse_qsl(query, max_num_fields=_MOST_PARAMETERS))
    except ValueError as error:  # also of parse_qsl, for too many fields
        raise BadRequest(str(error)) from None
