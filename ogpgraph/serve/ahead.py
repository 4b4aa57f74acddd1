"""Pages made before somebody asks for them: their first visitor waits no longer than the next one.

A page costs its first visitor some ten questions. Whoever serves a release makes the pages of its main entities at a
slow pace in the reserved lane, as long as it stays in service, and keeps them like any page that was asked for.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from ogpgraph.engine.job import EngineFailed, LimitReached
from ogpgraph.pages.context import NotFound
from ogpgraph.pages.queries import query_text
from ogpgraph.serve.entity_pages import EntityPages
from ogpgraph.serve.site import Pages, View
from ogpgraph.settings import Settings

# A release that is replaced at once, or a server that ends soon, shall not have begun; a page takes some ten
# milliseconds, so that this takes a tenth of one processor.
FIRST_SECONDS = 30.0
PAUSE_SECONDS = 0.1
# People come to these first.
_KINDS = ("member", "plan", "commitment", "institution", "scheme", "initiative", "report", "lineage", "source")


class PagesAhead:
    """Makes the pages of each release that comes into service."""

    def __init__(self, pages: Pages, entity_pages: EntityPages, settings: Settings) -> None:
        self._pages, self._entity_pages, self._settings = pages, entity_pages, settings

    async def run(self) -> None:
        """Make pages until this is cancelled; returns at once where there are none to make."""
        # Another engine serves others too: it gets only what somebody asks.
        if not self._settings.pages_ahead or self._settings.engine:
            return
        made = ""
        while True:
            await asyncio.sleep(FIRST_SECONDS)
            view = self._pages.view()
            if view.engine.digest != made:
                made = view.engine.digest
                await self._make_all(view)

    async def _make_all(self, view: View) -> None:
        """The pages of a release, as long as it is the one in service and the engine has time."""
        try:
            for iri in await self._entities(view):
                await asyncio.sleep(PAUSE_SECONDS)
                if self._pages.view().engine.digest != view.engine.digest:
                    return
                with suppress(NotFound):
                    await self._entity_pages.ahead(iri, view)
        except (EngineFailed, LimitReached):
            return  # the engine has other work: whoever asks makes the rest

    async def _entities(self, view: View) -> list[str]:
        """The main entities that have pages, the most wanted kinds first."""
        rows = await self._pages.ask(view, query_text("sitemap"))
        of_kind: dict[str, list[str]] = {kind: [] for kind in _KINDS}
        for row in rows:
            iri = row["thing"].value
            kind = iri.removeprefix(self._settings.base).removeprefix("id/").partition("/")[0]
            if kind in of_kind and "#" not in iri:
                of_kind[kind].append(iri)
        return [iri for kind in _KINDS for iri in of_kind[kind]][: self._settings.pages_ahead]
