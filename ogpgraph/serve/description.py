"""What the server says of itself and of its data: Service Description, VoID, DCAT and the example queries.

::

    /sparql (GET without a query)      SPARQL 1.1 Service Description: what the endpoint can, its graphs and their size
    /.well-known/void                  VoID of the default graph and of each named graph, with partitions
    /.well-known/sparql-examples       the example queries, as SIB's editors read them
    /catalog                           DCAT: the dataset and its files; a page for who likes HTML best

The release holds all that depends on the data; here it is written in the form that the client likes best. Added to an
application by::

    descriptions = Descriptions(releases, settings)
    app.router.routes += descriptions.routes()      # and descriptions.service answers /sparql without a query
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ogpgraph.engine.job import Lane
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, Format, choose, choose_encoding, named, prefers
from ogpgraph.search.names import FOLD, MATCHES, SCORE
from ogpgraph.serve.cache import tag_matches
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.origin import origin_of
from ogpgraph.serve.releases import InService
from ogpgraph.settings import BASE, Settings
from ogpgraph.vocabulary import DCTERMS, PREFIXES, RDF, RDFS, SD, text

# The path of each document, with its file in a release.
DOCUMENTS = {
    "/.well-known/void": "void.ttl",
    "/.well-known/sparql-examples": "sparql-examples.ttl",
    "/catalog": "catalogue.ttl",
}
_SERVICE = "service.ttl"

# The W3C's names of formats (https://www.w3.org/ns/formats/), by our names.
_FORMATS = "http://www.w3.org/ns/formats/"
FORMAT_NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "nquads": "N-Quads",
    "trig": "TriG",
}
_SIMPLE_ENTAILMENT = NamedNode("http://www.w3.org/ns/entailment/Simple")
_LIMITS = (
    *("queries_at_once", "queue_length", "client_queries", "query_seconds", "query_cpu_seconds"),
    *("query_memory_bytes", "query_depth", "result_bytes", "body_bytes"),
)

# A description is written once and kept with this in the place of the endpoint's address.
_ENDPOINT = "https://endpoint.invalid/sparql"


@dataclass(frozen=True, slots=True)
class Written:
    """A description in one form and encoding."""

    body: bytes
    etag: str


class Descriptions:
    """Answers with descriptions of the release in service; each is written once a release."""

    def __init__(self, releases: InService, settings: Settings, root: str = "") -> None:
        """``root``: where the release is served, ``/versions/<v>`` for what is not the one in service."""
        self._releases, self._settings, self._root = releases, settings, root
        self._kept: dict[tuple[str, ...], Written] = {}
        # Pages that stand at the path of a document, for who likes HTML best.
        self.pages: dict[str, Callable[[Request], Awaitable[Response]]] = {}
        self._kept_of: Path | None = None  # the release that these describe
        self._writing = asyncio.Lock()  # one at a time: who asks for the same meanwhile finds it kept

    def routes(self) -> list[Route]:
        """The routes of the documents, for GET and HEAD."""
        return [Route(path, self._document(path, name), methods=["GET", "HEAD"]) for path, name in DOCUMENTS.items()]

    async def service(self, scope: Scope) -> Response:
        """The Service Description: what GET on the endpoint without a query is answered.

        NotAcceptable where the client likes none of the forms, EngineFailed (503) before a release is loaded.
        """
        form, encoding = _form(scope), _encoding(scope)
        graphs = self._described_graphs()
        template = await self._written((_SERVICE, form.name), lambda: _service(self._settings, graphs, form))
        endpoint = self._endpoint(scope)
        body = template.body.replace(_ENDPOINT.encode(), endpoint.encode())
        if encoding == "gzip":
            body = await asyncio.to_thread(gzip.compress, body, 1, mtime=0)
        etag = _tag(f"{template.etag} {endpoint} {encoding}".encode())
        return self._response(scope, form, encoding, Written(body, etag))

    def _document(self, path: str, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def document(request: Request) -> Response:
            folder = self._folder()
            if path in self.pages and _likes_html(request.scope):
                return await self.pages[path](request)
            if folder is None or not (folder / name).is_file():
                raise HTTPException(404)
            form, encoding = _form(request.scope), _encoding(request.scope)
            written = await self._written(
                (name, form.name, encoding), lambda: _encoded(_written_file(folder / name, form), encoding)
            )
            return self._response(request.scope, form, encoding, written)

        return document

    def _folder(self) -> Path | None:
        """The folder of the release in service; None where another endpoint answers. EngineFailed before one is."""
        assert self._releases.engine  # raises while nothing is in service
        return self._releases.folder

    def _described_graphs(self) -> Path | None:
        """The file that describes the graphs; neither a remote endpoint has it nor a written copy of a release."""
        folder = self._folder()
        if folder is None or not (folder / _SERVICE).is_file():
            return None
        return folder / _SERVICE

    def _endpoint(self, scope: Scope) -> str:
        """The address by which the client knows the endpoint."""
        return f"{origin_of(scope, self._settings)}{self._root}/sparql"

    async def _written(self, key: tuple[str, ...], write: Callable[[], bytes]) -> Written:
        """The description under a key, written outside the event loop where it is not kept yet."""
        folder = self._releases.folder
        if folder == self._kept_of and key in self._kept:
            return self._kept[key]
        async with self._writing:
            if folder != self._kept_of:
                self._kept, self._kept_of = {}, folder
            if key not in self._kept:
                body = await asyncio.to_thread(write)
                self._kept[key] = Written(body, _tag(body))
            return self._kept[key]

    def _response(self, scope: Scope, form: Format, encoding: str, written: Written) -> Response:
        exchange_of(scope).lane = Lane.RESERVED.value
        headers = {
            "ETag": written.etag,
            "Vary": "Accept, Accept-Encoding",
            "Cache-Control": f"public, max-age={self._settings.cache_seconds}",
        }
        if tag_matches(header(scope, b"if-none-match"), written.etag):
            return Response(status_code=304, headers=headers)
        headers["Content-Type"] = form.content_type
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        return Response(written.body, headers=headers)


def service_triples(settings: Settings) -> Iterator[Triple]:
    """What the endpoint can and within which limits (Service Description, section 3)."""
    # What makes releases takes a while to import: a server that starts does not wait for it.
    from ogpgraph.release.catalogue import LICENCE
    from ogpgraph.release.void import SD_DATASET

    endpoint, service = NamedNode(_ENDPOINT), NamedNode(f"{_ENDPOINT}#service")
    yield Triple(service, RDF.type, SD.Service)
    yield Triple(service, DCTERMS.title, text("SPARQL endpoint of OGP Graph"))
    yield Triple(service, SD.endpoint, endpoint)
    yield Triple(service, SD.supportedLanguage, SD.SPARQL11Query)
    if settings.update_token:
        yield Triple(service, SD.supportedLanguage, SD.SPARQL11Update)
    if settings.service_endpoints:
        yield Triple(service, SD.feature, SD.BasicFederatedQuery)
    for offered in (*RESULT_FORMATS, *GRAPH_FORMATS):
        yield Triple(service, SD.resultFormat, NamedNode(_FORMATS + FORMAT_NAMES[offered.name]))
    for taken in GRAPH_FORMATS if settings.update_token else ():
        yield Triple(service, SD.inputFormat, NamedNode(_FORMATS + FORMAT_NAMES[taken.name]))
    for function in () if settings.engine else (MATCHES, SCORE, FOLD):
        yield Triple(service, SD.extensionFunction, function)
        yield Triple(function, RDF.type, SD.Function)
    yield Triple(service, SD.defaultEntailmentRegime, _SIMPLE_ENTAILMENT)
    yield Triple(service, SD.defaultDataset, SD_DATASET)
    yield Triple(service, DCTERMS.license, LICENCE)
    yield Triple(service, RDFS.comment, text(_limits(settings)))
    for path in DOCUMENTS:
        yield Triple(service, RDFS.seeAlso, NamedNode(BASE + path.removeprefix("/")))


def _limits(settings: Settings) -> str:
    units = {each.name: each.metadata["unit"] for each in fields(Settings)}
    return "Limits: " + ", ".join(f"{name} {getattr(settings, name)} {units[name]}" for name in _LIMITS) + "."


def _form(scope: Scope) -> Format:
    """The form that ``format=`` names, else what the client likes best; UnknownFormat or NotAcceptable."""
    parameters = parse_qsl(scope["query_string"].decode("latin-1"))
    wanted = next((value for name, value in parameters if name in ("format", "output")), None)
    return named(wanted, GRAPH_FORMATS) if wanted else choose(header(scope, b"accept"), GRAPH_FORMATS)


def _likes_html(scope: Scope) -> bool:
    """Whether a page is wanted: no form is named, and the client likes HTML better than every form of RDF."""
    named_form = {"format", "output"} & {name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"))}
    return not named_form and prefers(header(scope, b"accept"), "text/html", GRAPH_FORMATS)


def _triples(path: Path) -> Iterator[Triple]:
    return (quad.triple for quad in parse(path.read_bytes(), format=RdfFormat.TURTLE))


def _written_file(path: Path, form: Format) -> bytes:
    return path.read_bytes() if form.engine == RdfFormat.TURTLE else _serialized(_triples(path), form)


def _serialized(triples: Iterable[Triple], form: Format) -> bytes:
    assert isinstance(form.engine, RdfFormat)
    # The line formats know no prefixes.
    prefixes = None if form.engine in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS) else PREFIXES
    raw = serialize(triples, format=form.engine, prefixes=prefixes)
    assert raw is not None
    return raw


def _service(settings: Settings, graphs: Path | None, form: Format) -> bytes:
    """The Service Description with a stand-in for the address of the endpoint."""
    from ogpgraph.release.void import sd_dataset

    dataset = _triples(graphs) if graphs else sd_dataset()
    return _serialized([*service_triples(settings), *dataset], form)


def _encoding(scope: Scope) -> str:
    return choose_encoding(header(scope, b"accept-encoding"), ("gzip",))


def _encoded(body: bytes, encoding: str) -> bytes:
    return gzip.compress(body, 6, mtime=0) if encoding == "gzip" else body


def _tag(content: bytes) -> str:
    """A strong entity tag."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
