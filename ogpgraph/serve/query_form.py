"""What a browser gets at ``/sparql`` without a query, and at ``/editor``: the query editor."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.responses import Response

from ogpgraph.pages.context import Context
from ogpgraph.pages.editor import editor_page
from ogpgraph.serve.exchange import Scope
from ogpgraph.serve.site import Pages, View

# The table of answers sizes its columns by a style element that it makes: styles may stand in the page, scripts not.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_LONGEST = 100_000  # characters of a query that a page is made for


class QueryForm:
    """Answers with the editor."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def at_endpoint(self, scope: Scope) -> Response:
        """The editor at an endpoint: ``/sparql``, or ``/versions/<version>/sparql`` for that version."""
        root = scope["path"].removesuffix("/sparql")
        return await self.page(scope, replace(self._pages.view(), root=root))

    async def page(self, scope: Scope, view: View) -> Response:
        """The editor with the query that the address holds; 414 for one that is too long for an address."""
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=100).get("query", [""])[0]
        if len(query) > _LONGEST:
            raise HTTPException(414)

        async def make(context: Context) -> str:
            return await editor_page(context, query)

        headers = {"Content-Security-Policy": _POLICY, "Vary": "Accept, Accept-Encoding"}
        return await self._pages.respond(scope, make, view, headers)
