"""``/lineage/<path below the base>``: the lineage of a member, a plan or a commitment as a page; with an ending as SVG,
Graphviz, GraphML or JSON."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ogpgraph.pages.lineage import lineage_document, lineage_page
from ogpgraph.pages.lineage_forms import FORMS
from ogpgraph.serve.iri_paths import entity_node
from ogpgraph.serve.site import Handler, Pages, View
from ogpgraph.settings import Settings


class LineagePages:
    """Answers with lineages."""

    def __init__(self, pages: Pages, settings: Settings) -> None:
        self._pages, self._settings = pages, settings
        self.handlers: dict[str, Handler] = {"/lineage/{path:path}": self.page}

    def routes(self) -> list[Route]:
        """The route of the release in service."""
        return self._pages.routes(self.handlers)

    async def page(self, request: Request, view: View) -> Response:
        """The page or document at a path below ``/lineage/``; 404 where there is nothing that has a lineage."""
        path = request.path_params["path"]
        name, _, ending = path.rpartition(".")
        form = ending if name and ending in FORMS else ""
        path = name if form else path
        if not path:
            raise HTTPException(404)
        iri = entity_node(self._settings.base, path).value
        if not form:
            return await self._pages.respond(request.scope, lambda context: lineage_page(context, iri), view)
        headers = {"Link": f'<{iri}>; rel="describes"'}
        return await self._pages.document(
            request.scope, lambda context: lineage_document(context, iri, form), FORMS[form][0], view, headers
        )
