"""The three tests of SPARQL 1.1 Service Description, section 4 of the specification; their manifest is prose."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tests.w3c.answers import GRAPH_FORMATS, Graph, difference, parsed
from tests.w3c.endpoints import Endpoint
from tests.w3c.engines import Broken
from tests.w3c.evaluation import PASSED, Outcome, failed
from tests.w3c.suites import RDF, Case, Description, Node

SD = "http://www.w3.org/ns/sparql-service-description#"

# Domain and range of the vocabulary's properties; a range without a class is any IRI.
_PROPERTIES = {
    "endpoint": ("Service", ""),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "EntailmentRegime"),
    "entailmentRegime": ("NamedGraph", "EntailmentRegime"),
    "defaultSupportedEntailmentProfile": ("Service", "EntailmentProfile"),
    "supportedEntailmentProfile": ("NamedGraph", "EntailmentProfile"),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "languageExtension": ("Service", "Feature"),
    "supportedLanguage": ("Service", "Language"),
    "propertyFeature": ("Service", "Feature"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "resultFormat": ("Service", ""),
    "inputFormat": ("Service", ""),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", ""),
    "graph": ("NamedGraph", "Graph"),
}
_NARROWER = {"GraphCollection": ("Dataset",)}


def describe(case: Case, endpoint: Endpoint) -> Outcome:
    """Ask for the description and judge it."""
    try:
        graph = _asked(endpoint, "text/turtle")
        description = Description(iter(graph.quads))
        if case.name == "returns-rdf":
            wrong = _other_types(endpoint, graph)
        elif case.name == "has-endpoint-triple":
            wrong = _endpoint(endpoint, description)
        else:
            wrong = _schema(graph, description)
    except Broken as error:
        wrong = str(error)
    return failed(wrong) if wrong else PASSED


def _asked(endpoint: Endpoint, accept: str) -> Graph:
    response = endpoint.request("GET", endpoint.addresses.query, {"Accept": accept})
    if response.status != 200 or response.media_type not in GRAPH_FORMATS:
        raise Broken(f"GET without a query, Accept: {accept}: {response.status} {response.media_type}")
    answer = parsed(response.body, response.media_type, endpoint.addresses.query)
    assert isinstance(answer, Graph)
    return answer


def _other_types(endpoint: Endpoint, graph: Graph) -> str:
    """The same graph for whoever takes anything, and in the plainest form."""
    if not graph.quads:
        return "the description is empty"
    others = [_asked(endpoint, accept) for accept in ("*/*", "application/n-triples")]
    return next(filter(None, (difference(graph, other) for other in others)), "")


def _endpoint(endpoint: Endpoint, description: Description) -> str:
    services = description.subjects_of(f"{SD}Service")
    found = {each.value for service in services for each in description.all(service, f"{SD}endpoint")}
    return "" if endpoint.addresses.query in found else f"sd:endpoint is {sorted(found)}"


def _schema(graph: Graph, description: Description) -> str:
    """Every property of the vocabulary is used with subjects and objects of its classes."""
    if not description.subjects_of(f"{SD}Service"):
        return "there is no sd:Service"
    for quad in graph.quads:
        if not quad.predicate.value.startswith(SD):
            continue
        name = quad.predicate.value.removeprefix(SD)
        if name not in _PROPERTIES:
            return f"sd:{name} is no property of the vocabulary"
        domain, range_ = _PROPERTIES[name]
        if not _is_a(description, quad.subject, domain):
            return f"{quad.subject}, subject of sd:{name}, is no sd:{domain}"
        if isinstance(quad.object, Literal) or (not range_ and isinstance(quad.object, BlankNode)):
            return f"{quad.object}, object of sd:{name}, is no IRI"
        if range_ and not _is_a(description, quad.object, range_):
            return f"{quad.object}, object of sd:{name}, is no sd:{range_}"
    return ""


def _is_a(description: Description, node: Node | Triple, name: str) -> bool:
    """Of the class by its type; an IRI that has no type of the vocabulary gets it from the property."""
    assert not isinstance(node, Triple)
    kinds = {each.value.removeprefix(SD) for each in description.all(node, f"{RDF}type") if each.value.startswith(SD)}
    return not kinds.isdisjoint({name, *_NARROWER.get(name, ())}) if kinds else isinstance(node, NamedNode)
