"""``/page/<path below the base>``: an entity as HTML."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ogpgraph.pages.entity import entity_page
from ogpgraph.pages.links import DATA_FORMS, Links
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
        headers = {"Link": ", ".join(_links(Links(self._settings.base, view.root), iri))}
        return await self._pages.respond(request.scope, lambda context: entity_page(context, iri), view, headers)

    async def _current(self, request: Request) -> Response:
        return await self.page(request, request.path_params["path"], self._pages.view())


def _links(links: Links, iri: str) -> list[str]:
    """The links of RFC 8288 from a page to its subject and to the same in other forms."""
    forms = [
        f'<{links.data(iri, extension)}>; rel="alternate describedby"; type="{kind}"'
        for extension, kind, _ in DATA_FORMS
    ]
    return [f'<{iri}>; rel="canonical"', f'<{iri}>; rel="describes"', *forms]
