"""The description of the interface (OpenAPI): what the framework cannot see of the plain ASGI parts."""

from __future__ import annotations

import re
from typing import Any

from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS
from ogpgraph.pages.fragment_patterns import GRAPH, PLACES
from ogpgraph.pages.lineage_forms import FORMS
from ogpgraph.search.asked import MOST_PAGES
from ogpgraph.search.facets import FACETS
from ogpgraph.search.wording import MOST_CHARACTERS
from ogpgraph.serve.entities import EXTENSIONS
from ogpgraph.serve.errors import MEDIA_TYPE
from ogpgraph.serve.reconcile_openapi import reconciliation_paths

_IRI_LIST = {"type": "array", "items": {"type": "string", "format": "iri"}}
_QUERY_TEXT = {"type": "string", "example": "SELECT * { ?s ?p ?o } LIMIT 10"}


_HTML, _JSON = ("text/html; charset=utf-8",), ("application/json",)
_RDF = tuple(each.content_type for each in GRAPH_FORMATS)
# What answers by GET and has no parameters but its path: what it is, and what media types it has.
DOCUMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "/": ("The start page", _HTML),
    "/id/{path}": ("303 from an entity to its page or its data, by Accept; 410 for what was withdrawn", ()),
    "/page/{path}": ("An entity for people", _HTML),
    "/lineage/{path}": (
        "The lineage of a member, a plan or a commitment: drawn, or as a graph where the path ends with a form",
        (*_HTML, *(media_type for media_type, _ in FORMS.values())),
    ),
    "/lineage/{path}.svg": ("The drawing alone", ("image/svg+xml",)),
    "/lineage/{path}.json": ("The lineage as a graph", _JSON),
    "/lineage/{path}.graphml": ("The lineage as GraphML", ("application/graphml+xml",)),
    "/lineage/{path}.dot": ("The lineage for Graphviz", ("text/vnd.graphviz",)),
    "/search": ("Full-text search for people; parameters as of /search.json", _HTML),
    "/editor": ("The query editor; `query` is the query that stands in it", _HTML),
    "/queries/": ("The example queries; `keyword` narrows them", (*_HTML, *_RDF)),
    "/queries/{name}": ("An example query with the first part of its answer", (*_HTML, *_RDF)),
    "/queries/{name}.rq": ("The text of an example query", ("application/sparql-query",)),
    "/ontology": ("The ontology, explained or as RDF", (*_HTML, *_RDF)),
    "/ontology/{version}": ("The ontology of a version", _RDF),
    "/scheme/": ("The lists of values", (*_HTML, *_RDF)),
    "/scheme/{name}": ("A list of values, explained or as RDF", (*_HTML, *_RDF)),
    "/shapes": ("Shapes and rules, explained or as RDF", (*_HTML, *_RDF)),
    "/cite": ("How to cite a release", _HTML),
    "/dumps/": ("The files of every release", _HTML),
    "/dumps/{version}/{file}": ("A file of a release, in ranges too", ("application/octet-stream",)),
    "/versions/": ("Every release as it was", (*_HTML, *_JSON, *_RDF)),
    "/timegate/{path}": ("302 to an entity as it was at `Accept-Datetime` (RFC 7089)", ()),
    "/timemap/{path}": ("When an entity was otherwise (RFC 7089)", ("application/link-format",)),
    "/.well-known/void": ("VoID, and the description of the service", _RDF),
    "/.well-known/sparql-examples": ("The example queries as SHACL", _RDF),
    "/catalog": ("The catalogue (DCAT)", _RDF),
}

_MOVED = {
    "301": "It is at another address for good.",
    "302": "The version that is asked for is at another address.",
    "303": "What describes it is at another address.",
    "304": "The client has this answer already.",
}


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """The framework's description with what its routes do not tell: the plain ASGI parts, and the pages."""
    paths = schema.setdefault("paths", {})
    paths["/sparql"] = {"get": _query_by_get(), "post": _query_by_post()}
    paths["/data/{path}"] = {"get": _data()}
    paths["/fragments"] = {"get": _fragments()}
    paths["/search.json"] = {"get": _search()}
    paths.update(reconciliation_paths(_parameter, _problem))
    paths |= {path: {"get": _document(path, *told)} for path, told in DOCUMENTS.items() if path not in paths}
    return schema


def _parameter(name: str, schema: dict[str, Any], what: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": what}


def _dataset_parameters() -> list[dict[str, Any]]:
    names = [offered.name for offered in (*RESULT_FORMATS, *GRAPH_FORMATS)]
    return [
        _parameter("default-graph-uri", _IRI_LIST, "Graphs whose merge is the default graph of the query."),
        _parameter("named-graph-uri", _IRI_LIST, "Named graphs of the query."),
        _parameter("format", {"type": "string", "enum": sorted(set(names))}, "Form of the answer, before Accept."),
    ]


def _query_by_get() -> dict[str, Any]:
    query = _parameter("query", _QUERY_TEXT, "The query; without it the service is described.")
    return {
        "summary": "Answer a SPARQL query",
        "operationId": "query_by_get",
        "parameters": [query, *_dataset_parameters()],
        "responses": _query_responses(),
    }


def _query_by_post() -> dict[str, Any]:
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": _QUERY_TEXT, "default-graph-uri": _IRI_LIST, "named-graph-uri": _IRI_LIST},
    }
    content = {
        "application/x-www-form-urlencoded": {"schema": form},
        "application/sparql-query": {"schema": _QUERY_TEXT},
    }
    return {
        "summary": "Answer a SPARQL query that is sent as a form or as it is",
        "operationId": "query_by_post",
        "parameters": _dataset_parameters(),
        "requestBody": {"required": True, "content": content},
        "responses": _query_responses(),
    }


def _query_responses() -> dict[str, Any]:
    types = [offered.content_type for offered in (*RESULT_FORMATS, *GRAPH_FORMATS)]
    content: dict[str, Any] = {each: {} for each in (*types, "text/html; charset=utf-8")}
    answer = {"description": "The answer, in the form that the client likes best.", "content": content}
    return {
        "200": answer,
        "304": {"description": "The client has this answer already."},
        "400": _problem("No query, or one that does not parse: `line` and `column` say where."),
        "403": _problem("A query that is refused, such as one with SERVICE to an endpoint that is not listed."),
        "406": _problem("Nothing that the answer can be is acceptable; `offered` lists what it can be."),
        "408": _problem("The request took too long to arrive."),
        "413": _problem("The request or its answer is too large; `limit` names the setting."),
        "415": _problem("A body that is no query."),
        "429": _problem("The client takes more than its share; `limit` names the setting."),
        "503": _problem("A limit was met; `limit` names the setting."),
    }


def _data() -> dict[str, Any]:
    example = f"id/commitment/FR0042.{EXTENSIONS['turtle']}"
    path = {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}, "example": example}
    types: dict[str, Any] = {offered.content_type: {} for offered in GRAPH_FORMATS if offered.name in EXTENSIONS}
    return {
        "summary": "What the graph says about one entity",
        "operationId": "entity_data",
        "parameters": [path],
        "responses": {
            "200": {"description": "Its statements, and those that point to it.", "content": types},
            "304": {"description": "The client has this answer already."},
            "404": _problem("The graph says nothing about it."),
            "406": _problem("No content coding that is acceptable."),
        },
    }


def _fragments() -> dict[str, Any]:
    term = {"type": "string", "example": "ogp:Commitment"}
    types: dict[str, Any] = {offered.content_type: {} for offered in GRAPH_FORMATS}
    return {
        "summary": "The statements that match a pattern, a page at a time (Triple Pattern Fragments)",
        "operationId": "fragment",
        "parameters": [
            *(_parameter(place, term, f"The {place}: a term; empty or ?name for any.") for place in PLACES),
            _parameter(GRAPH, {"type": "string", "format": "iri"}, "A named graph; without it the default graph."),
            _parameter("page", {"type": "integer", "minimum": 1}, "Which page of the fragment."),
        ],
        "responses": {
            "200": {"description": "Statements, their number, and the way to others.", "content": types},
            "304": {"description": "The client has this answer already."},
            "400": _problem("Something that is no term of its place."),
            "404": {"description": "A page behind the last one: the controls without statements.", "content": types},
            "503": _problem("A limit was met; `limit` names the setting."),
        },
    }


def _document(path: str, what: str, types: tuple[str, ...]) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", path)
    content: dict[str, Any] = {each: {} for each in types}
    return {
        "summary": what,
        "operationId": "get" + re.sub(r"\W+", "_", path).rstrip("_"),
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names],
        "responses": {
            "200": {"description": what, "content": content},
            **{code: {"description": said} for code, said in _MOVED.items()},
            "400": _problem("Parameters or an Accept-Datetime that cannot be meant."),
            "404": _problem("There is no such thing."),
            "406": _problem("Nothing that the answer can be is acceptable."),
            "410": _problem("There was such a thing; it was withdrawn."),
            "501": _problem("Another endpoint answers here, which cannot do this."),
            "503": _problem("A limit was met, or something is still being loaded."),
        },
    }


def _search() -> dict[str, Any]:
    page = {"type": "integer", "minimum": 1, "maximum": MOST_PAGES}
    words = {"type": "string", "maxLength": MOST_CHARACTERS, "example": '"open data" -school'}
    chosen = [
        _parameter(facet.name, {"type": "array", "items": {"type": "string"}}, f"{facet.label} that results have.")
        for facet in FACETS
    ]
    return {
        "summary": "Full-text search",
        "operationId": "search",
        "parameters": [
            _parameter("q", words, "Words that must be there, phrases in quotation marks, -words that must not."),
            *chosen,
            _parameter("page", page, "Which page of the results."),
        ],
        "responses": {
            "200": {"description": "Results, facets and the SPARQL query.", "content": {"application/json": {}}},
            "304": {"description": "The client has this answer already."},
            "400": _problem("A search that cannot be meant, or is too long."),
            "404": _problem("There is no such page of the results."),
            "406": _problem("No content coding that is acceptable."),
            "501": _problem("Another endpoint answers here, whose data are not indexed."),
            "503": _problem("The index is still being made, or a limit was met."),
        },
    }


def _problem(what: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }
    return {"description": what, "content": {MEDIA_TYPE: {"schema": schema}}}
