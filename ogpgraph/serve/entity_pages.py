"""``/page/<path below the base>``: an entity as HTML."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ogpgraph.pages.entity import entity_page
from ogpgraph.pages.links import Links
from ogpgraph.pages.queries import filled
from ogpgraph.serve import link_headers
from ogpgraph.serve.entities import entity_node
from ogpgraph.serve.site import Pages, View
from ogpgraph.settings import Settings


class EntityPages:
    """Answers with the pages of entities."""

    def __init__(self, pages: Pages, settings: Settings) -> None:
        self._pages, self._settings = pages, settings

    def routes(self) -> list[Route]:
        """The route of the release in service."""
        return [Route("/page/{path:path}", self._current, methods=["GET", "HEAD"])]

    async def page(self, request: Request, path: str, view: View) -> Response:
        """The page of the entity at a path below the base; 404 where the release says nothing of it."""
        if not path:
            raise HTTPException(404)
        iri = entity_node(self._settings.base, path).value
        state = await self._pages.rows(request.scope, filled("entity-state", entity=iri), view)
        types = {row["type"].value for row in state if "type" in row}
        links = link_headers.of_document(Links(self._settings.base, view.root), iri, "html", types)
        headers = link_headers.joined(links)
        return await self._pages.respond(request.scope, lambda context: entity_page(context, iri), view, headers)

    async def _current(self, request: Request) -> Response:
        return await self.page(request, request.path_params["path"], self._pages.view())
