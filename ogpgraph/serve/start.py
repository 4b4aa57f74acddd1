"""``/``: the start page; who likes RDF better is sent (303) to the description of the dataset."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ogpgraph.pages.start import start_page
from ogpgraph.serve.queries import wants_rdf
from ogpgraph.serve.site import Pages, View


class StartPage:
    """Answers with the start page."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def routes(self) -> list[Route]:
        """The route of the release in service."""
        return self._pages.routes({"/": self.page})

    async def page(self, request: Request, view: View) -> Response:
        """The start page of a release."""
        if wants_rdf(request):
            return RedirectResponse("/.well-known/void", 303, {"Vary": "Accept"})
        return await self._pages.respond(request.scope, start_page, view, {"Vary": "Accept, Accept-Encoding"})
