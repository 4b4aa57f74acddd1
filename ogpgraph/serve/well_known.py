"""Where people are sent from below ``/.well-known/``, and programs from the nodes of the example queries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ogpgraph.negotiate import GRAPH_FORMATS, choose, prefers
from ogpgraph.serve.description import Descriptions
from ogpgraph.serve.exchange import header
from ogpgraph.serve.iri_paths import quoted

_VOID, _EXAMPLES = "/.well-known/void", "/.well-known/sparql-examples"
_VARY = {"Vary": "Accept"}


def routes(descriptions: Descriptions) -> list[Route]:
    """The routes of the nodes; documents of ``descriptions`` get pages for people."""
    descriptions.pages[_VOID] = _sent_to(f"/page{_VOID}")
    descriptions.pages[_EXAMPLES] = _sent_to("/queries/")
    return [Route(_EXAMPLES + "/{name:path}", _example, methods=["GET", "HEAD"])]


def _sent_to(page: str) -> Callable[[Request], Awaitable[Response]]:
    async def see_other(_: Request) -> Response:
        return RedirectResponse(page, 303, _VARY)

    return see_other


async def _example(request: Request) -> Response:
    """303 from an example query to its page, or to the document that holds it; from a prefix to the list."""
    name = request.path_params["name"]
    accept = header(request.scope, b"accept")
    if prefers(accept, "text/html", GRAPH_FORMATS):
        return RedirectResponse("/queries/" + ("" if name.startswith("prefixes") else quoted(name)), 303, _VARY)
    return RedirectResponse(f"{_EXAMPLES}?format={choose(accept, GRAPH_FORMATS).name}", 303, _VARY)
