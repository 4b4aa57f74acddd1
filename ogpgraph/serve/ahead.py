"""Pages made before somebody asks for them: their first visitor waits no longer than the next one.

A page costs its first visitor some ten questions. Whoever serves a release visits its pages as a browser would, one
after the other in the reserved lane, as long as the release stays in service: what is made is kept like any page that
was asked for.
"""

from __future__ import annotations

import asyncio
import time
from urllib.parse import unquote

from starlette.types import Message

from ogpgraph.engine.job import EngineFailed, LimitReached
from ogpgraph.pages.links import Links
from ogpgraph.pages.queries import query_text
from ogpgraph.serve.crawlers import OWN_PAGES
from ogpgraph.serve.exchange import EXCHANGE, Exchange, Scope
from ogpgraph.serve.front import ASGI
from ogpgraph.serve.site import Pages, View
from ogpgraph.settings import Settings

# A release that is replaced at once, or a server that ends soon, shall not have begun.
FIRST_SECONDS = 30.0
# So many times what a page took is paused after it: a fifth of one processor where nobody asks, less where many do.
PAUSES = 4.0
# How long the engine is left alone that had no time for a page.
BUSY_SECONDS = 5.0
# What has a page.
_LISTS = ("sitemap", "in-graphs")
# People come to these first.
_KINDS = ("member", "plan", "commitment", "institution", "scheme", "initiative", "report", "lineage", "source")


class PagesAhead:
    """Visits the pages of each release that comes into service, through ``site``."""

    def __init__(self, site: ASGI, pages: Pages, settings: Settings) -> None:
        self._site, self._pages, self._settings = site, pages, settings

    async def run(self) -> None:
        """Make pages until this is cancelled; returns at once where there are none to make."""
        # Another engine serves others too: it gets only what somebody asks.
        if not self._settings.pages_ahead or not self._settings.page_cache_bytes or self._settings.engine:
            return
        made = ""
        while True:
            await asyncio.sleep(FIRST_SECONDS)
            view = self._pages.view()
            if view.engine.digest != made:
                made = view.engine.digest
                await self._make_all(view)

    async def _make_all(self, view: View) -> None:
        """The pages of a release, as long as it is the one in service."""
        for path in await self._paths(view):
            if self._pages.view().engine.digest != view.engine.digest:
                return
            begun = time.monotonic()
            is_busy = await self.visit(path) >= 500
            await asyncio.sleep(BUSY_SECONDS if is_busy else PAUSES * (time.monotonic() - begun))

    async def _paths(self, view: View) -> list[str]:
        """The pages of a release, the most wanted first."""
        links = Links(self._settings.base)
        try:
            rows = [row for query in _LISTS for row in await self._pages.ask(view, query_text(query))]
        except (EngineFailed, LimitReached):
            return []  # the engine has other work: whoever asks makes his page
        iris = (row["thing"].value for row in rows)
        paths = dict.fromkeys(links.page(iri).partition("#")[0] for iri in iris if links.is_ours(iri))
        return [*OWN_PAGES, *sorted(paths.keys() - set(OWN_PAGES), key=_rank)][: self._settings.pages_ahead]

    async def visit(self, path: str) -> int:
        """Ask for a page as browsers do, and throw it away; its status."""
        status = 0

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)

        scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": unquote(path),
            "query_string": b"",
            "headers": [(b"accept", b"text/html"), (b"accept-encoding", b"gzip")],
            EXCHANGE: Exchange("", "GET", path, client="", connection=None),
        }
        await self._site(scope, receive, send)
        return status


def _rank(path: str) -> tuple[int, str]:
    """Where a page stands in the order of making."""
    kind = path.removeprefix("/page/").removeprefix("/").removeprefix("id/").partition("/")[0]
    return (_KINDS.index(kind) if kind in _KINDS else len(_KINDS), path)
