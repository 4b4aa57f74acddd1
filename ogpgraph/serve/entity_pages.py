"""``/page/<path below the base>``: an entity as HTML."""

from __future__ import annotations

from collections import OrderedDict

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ogpgraph.pages.entity import entity_page
from ogpgraph.pages.links import Links
from ogpgraph.pages.queries import filled
from ogpgraph.pages.statements import facts_of
from ogpgraph.serve import link_headers
from ogpgraph.serve.entities import entity_node
from ogpgraph.serve.exchange import exchange_of
from ogpgraph.serve.memento import Memento
from ogpgraph.serve.site import Handler, Pages, View
from ogpgraph.settings import Settings

_MOST_TYPES_KEPT = 10_000


class EntityPages:
    """Answers with the pages of entities."""

    def __init__(self, pages: Pages, settings: Settings, memento: Memento) -> None:
        self._pages, self._settings, self._memento = pages, settings, memento
        self._types: OrderedDict[str, frozenset[str]] = OrderedDict()  # by release and entity, asked last at the end
        self.handlers: dict[str, Handler] = {"/page/{path:path}": self.page}

    def routes(self) -> list[Route]:
        """The route of the release in service."""
        return self._pages.routes(self.handlers)

    async def page(self, request: Request, view: View) -> Response:
        """The page of the entity at a path below the base; Gone where only an older release knows it, else 404."""
        path = request.path_params["path"]
        if not path:
            raise HTTPException(404)
        iri = entity_node(self._settings.base, path).value
        types = await self._types_of(iri, view, exchange_of(request.scope).client)
        links = link_headers.of_document(Links(self._settings.base, view.root), iri, "html", types)
        headers = link_headers.joined(links)
        try:
            return await self._pages.respond(request.scope, lambda context: entity_page(context, iri), view, headers)
        except HTTPException as error:
            if error.status_code == 404 and not view.root:
                await self._memento.refuse_unknown(path)
            raise

    async def _types_of(self, iri: str, view: View, client: str) -> frozenset[str]:
        """The classes of an entity, by the question that its page starts from; kept for when the page is."""
        key = f"{view.engine.digest} {iri}"
        types = self._types.get(key)
        if types is None:
            rows = await self._pages.ask(view, filled("entity", entity=iri), client)
            types = frozenset(facts_of(iri, rows).types)
        self._types[key] = types
        self._types.move_to_end(key)
        if len(self._types) > _MOST_TYPES_KEPT:
            self._types.popitem(last=False)
        return types
