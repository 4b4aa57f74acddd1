"""``/ontology``, ``/scheme/…`` and ``/shapes``: pages for people and RDF for programs, at the same addresses.

::

    /ontology                 the page, or RDF by Accept; Turtle is the file ontology.ttl of the release, byte for byte
    /ontology.ttl             that form, whatever the client likes (.nt .jsonld .rdf)
    /ontology/0.1.0           the version IRI: the file of the release that has this version of the ontology
    /ontology/alignments      the alignments, which are part of the same document
    /scheme/                  all schemes
    /scheme/completion        one scheme with its concepts
    /scheme/completion/limited   303 to the page or the data of the concept
    /shapes                   shapes and the rules that SHACL-SPARQL can say, the files shapes.ttl and rules.ttl
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ogpgraph.negotiate import Format, choose, prefers
from ogpgraph.pages.context import About, Context
from ogpgraph.pages.links import DATA_FORMS, Links
from ogpgraph.pages.ontology import ontology_page
from ogpgraph.pages.rdf_documents import graph_document, rewritten
from ogpgraph.pages.schemes import concept_exists, scheme_page, schemes_document, schemes_page
from ogpgraph.pages.shapes import shapes_page
from ogpgraph.serve.entities import EXTENSIONS, FORMATS, entity_node
from ogpgraph.serve.exchange import header
from ogpgraph.serve.site import Handler, Make, Pages, View
from ogpgraph.settings import Settings
from ogpgraph.vocabulary import OWL

if TYPE_CHECKING:
    from ogpgraph.checks import Rule

_BY_EXTENSION = {EXTENSIONS[offered.name]: offered for offered in FORMATS}
_VARY = {"Vary": "Accept, Accept-Encoding"}
# The files of a release that a document is made of.
_FILES = {"ontology": ("ontology.ttl",), "shapes": ("shapes.ttl", "rules.ttl")}


class VocabularyPages:
    """Answers for the ontology, the schemes and the shapes, each as a page or as RDF."""

    def __init__(self, pages: Pages, settings: Settings) -> None:
        self._pages, self._settings = pages, settings
        self.handlers: dict[str, Handler] = {
            "/ontology": self.ontology,
            "/ontology.{extension}": self.ontology,
            "/ontology/{part}": self.ontology_part,
            "/shapes": self.shapes,
            "/shapes.{extension}": self.shapes,
            "/shapes/{part}": self.shapes_part,
            "/scheme": self.scheme_folder,
            "/scheme/": self.schemes,
            "/scheme/{name}.{extension}": self.scheme,
            "/scheme/{name}": self.scheme,
            "/scheme/{path:path}": self.concept,
        }

    def routes(self) -> list[Route]:
        """The routes of the release in service; those of another version give its view to ``handlers``."""
        return self._pages.routes(self.handlers)

    async def ontology(self, request: Request, view: View) -> Response:
        """The ontology."""
        return await self._answer(request, view, "ontology", ontology_page, self._files(view, "ontology"))

    async def ontology_part(self, request: Request, view: View) -> Response:
        """A version of the ontology, or its alignments."""
        if request.path_params["part"] != "alignments":
            return await self._version(request, view, "ontology")
        if self._form(request) is None:
            return RedirectResponse(f"{view.root}/ontology#alignments", 303, _VARY)
        return await self.ontology(request, view)

    async def shapes(self, request: Request, view: View) -> Response:
        """The shapes, with the rules."""

        async def make(context: Context) -> str:
            return await shapes_page(context, await asyncio.to_thread(_rules))

        return await self._answer(request, view, "shapes", make, self._files(view, "shapes"))

    async def shapes_part(self, request: Request, view: View) -> Response:
        """A version of the shapes."""
        return await self._version(request, view, "shapes")

    async def scheme_folder(self, request: Request, view: View) -> Response:
        """The list of schemes is a folder."""
        return RedirectResponse(f"{view.root}/scheme/", 301)

    async def schemes(self, request: Request, view: View) -> Response:
        """All schemes."""
        return await self._answer(request, view, "scheme/", schemes_page, _schemes)

    async def scheme(self, request: Request, view: View) -> Response:
        """One scheme with its concepts; 404 where there is none of the name."""
        name = request.path_params["name"]
        iri = entity_node(self._settings.base, f"scheme/{name}").value
        graph = entity_node(self._settings.base, f"graph/scheme/{name}").value
        return await self._answer(
            request,
            view,
            f"scheme/{name}",
            lambda context: scheme_page(context, iri),
            lambda form: _graph(graph, form),
        )

    async def concept(self, request: Request, view: View) -> Response:
        """303 from a concept or a collection to its page or its data; 404 where there is none."""
        path = f"scheme/{request.path_params['path']}"
        node = entity_node(self._settings.base, path)
        if not await self._pages.rows(request.scope, concept_exists(node.value), view):
            raise HTTPException(404)
        form = self._form(request)
        links = Links(self._settings.base, view.root)
        location = links.data(node.value, EXTENSIONS[form.name]) if form else links.page(node.value)
        return RedirectResponse(location, 303, {"Vary": "Accept"})

    def _form(self, request: Request) -> Format | None:
        """The form of RDF that is asked for, None for the page; 404 for an extension that names none, NotAcceptable."""
        extension = request.path_params.get("extension")
        if extension is not None:
            if extension not in _BY_EXTENSION:
                raise HTTPException(404)
            return _BY_EXTENSION[extension]
        accept = header(request.scope, b"accept")
        return None if prefers(accept, "text/html", FORMATS) else choose(accept, FORMATS)

    async def _answer(
        self, request: Request, view: View, document: str, page: Make, rdf: Callable[[Format], Make]
    ) -> Response:
        form = self._form(request)
        headers = _VARY | {"Link": ", ".join(self._links(view, document))}
        if form is None:
            return await self._pages.respond(request.scope, page, view, headers)
        # What is kept is found by its path, and the path that is asked for has several forms.
        scope = {**request.scope, "path": f"{view.root}/{document}.{EXTENSIONS[form.name]}"}
        return await self._pages.document(scope, rdf(form), form.media_type, view, headers)

    def _links(self, view: View, document: str) -> list[str]:
        """The links of RFC 8288 from a document to its other forms."""
        forms = (f'<{view.root}/{document}.{ext}>; rel="alternate"; type="{kind}"' for ext, kind, _ in DATA_FORMS)
        return [
            f'<{self._settings.base}{document}>; rel="canonical"',
            *(forms if not document.endswith("/") else ()),
            f'<{About("").licence}>; rel="license"',
        ]

    def _files(self, view: View, name: str, folder: Path | None = None) -> Callable[[Format], Make]:
        """The files of a release in a form; the graph itself where no file is at hand."""
        place = folder or view.folder
        files = [place / file for file in _FILES[name] if (place / file).is_file()] if place else []

        def in_form(form: Format) -> Make:
            assert isinstance(form.engine, RdfFormat)
            if not files:
                return _graph(f"{self._settings.base}graph/{name}", form)
            return lambda _: asyncio.to_thread(_rewritten, files, form)

        return in_form

    async def _version(self, request: Request, view: View, name: str) -> Response:
        """The document of the release that has a version: that of the view before newer ones before older ones."""
        iri = entity_node(self._settings.base, f"{name}/{request.path_params['part']}").value
        folder = await asyncio.to_thread(self._folder_of_version, view, name, iri)
        if folder is None:
            raise HTTPException(404)
        if self._form(request) is None:
            root = view.root if folder == view.folder else f"/versions/{folder.name}"
            return RedirectResponse(f"{root}/{name}", 303, _VARY)
        document = f"{name}/{request.path_params['part']}"
        return await self._answer(request, view, document, _no_page, self._files(view, name, folder))

    def _folder_of_version(self, view: View, name: str, iri: str) -> Path | None:
        others = [] if view.root else _releases(Path(self._settings.out))
        folders = [view.folder, *others] if view.folder else others
        return next((folder for folder in folders if iri in _versions(folder / _FILES[name][0])), None)


async def _no_page(_: Context) -> str:
    raise HTTPException(404)


def _graph(graph: str, form: Format) -> Make:
    assert isinstance(form.engine, RdfFormat)
    engine_form = form.engine
    return lambda context: graph_document(context, graph, engine_form)


def _schemes(form: Format) -> Make:
    assert isinstance(form.engine, RdfFormat)
    engine_form = form.engine
    return lambda context: schemes_document(context, engine_form)


def _rewritten(files: list[Path], form: Format) -> str:
    assert isinstance(form.engine, RdfFormat)
    return rewritten("\n".join(file.read_bytes().decode() for file in files), form.engine)


def _releases(out: Path) -> list[Path]:
    """The folders of the releases in ``out``, the newest first."""
    if not out.is_dir():
        return []
    found = []
    for manifest in out.glob("*/manifest.json"):
        folder = manifest.parent
        if not folder.is_symlink() and not folder.name.startswith("."):
            found.append((json.loads(manifest.read_text("utf-8")).get("issued", ""), folder.name, folder))
    return [folder for _, _, folder in sorted(found, reverse=True)]


@lru_cache(128)
def _versions(file: Path) -> frozenset[str]:
    """The version IRIs that a document of a release gives; releases do not change."""
    if not file.is_file():
        return frozenset()
    quads = parse(file.read_bytes(), format=RdfFormat.TURTLE)
    return frozenset(str(quad.object.value) for quad in quads if quad.predicate == OWL.versionIRI)


@lru_cache(1)
def _rules() -> list[Rule]:
    """The rules across entities. What checks a release takes half a second to import: it is loaded when first asked."""
    from ogpgraph import checks

    return checks.rules()
