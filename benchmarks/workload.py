"""What the servers are asked: entity-sized queries as pages send them, and heavy ones as researchers do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ogpgraph.settings import PROJECT

PREFIXES = (
    "PREFIX dcterms: <http://purl.org/dc/terms/> "
    "PREFIX ogp: <https://w3id.org/ogpgraph/ontology#> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
)
RESULTS_JSON = "application/sparql-results+json"

ENTITIES = (
    "SELECT ?entity ?class { VALUES ?class { ogp:Commitment ogp:Institution ogp:Assessment ogp:Source ogp:ActionPlan } "
    "?entity a ?class } ORDER BY ?class ?entity"
)
PREDICATES = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"

# What a page asks of an entity; %s is its IRI.
_OF_ANY = (
    "SELECT ?p ?o { %s ?p ?o }",
    "SELECT ?s ?p { ?s ?p %s } LIMIT 50",
    "SELECT ?label { %s rdfs:label ?label }",
)
_OF_CLASS = {
    "Commitment": (
        "SELECT ?plan ?planLabel ?area ?areaLabel { %s ogp:inPlan ?plan ; ogp:policyArea ?area . "
        '?plan rdfs:label ?planLabel . ?area skos:prefLabel ?areaLabel . FILTER(LANG(?areaLabel) = "en") }',
        "SELECT ?assessment ?phase ?p ?value { ?assessment ogp:assesses %s ; ogp:phase ?phase ; ?p ?value }",
    ),
    "Institution": (
        "SELECT ?commitment ?title { %s ogp:leads|ogp:supports ?commitment . ?commitment rdfs:label ?title }",
    ),
    "ActionPlan": (
        "SELECT ?commitment ?number ?title { %s ogp:hasCommitment ?commitment . ?commitment rdfs:label ?title "
        "OPTIONAL { ?commitment ogp:planNumber ?number } } ORDER BY ?number ?commitment LIMIT 100",
    ),
}


@dataclass(frozen=True)
class Heavy:
    """A query that reads much of the graph."""

    name: str
    text: str


HEAVY = (
    Heavy("aggregate: statements by property", "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"),
    Heavy(
        "aggregate: commitments by member and policy area",
        "SELECT ?member ?areaLabel (COUNT(DISTINCT ?c) AS ?n) { ?c ogp:member ?m ; ogp:policyArea ?area . "
        "?m rdfs:label ?member . ?area skos:prefLabel ?areaLabel . "
        'FILTER(LANG(?areaLabel) = "en" && LANG(?member) = "en") } GROUP BY ?member ?areaLabel',
    ),
    Heavy(
        "aggregate: early results by plan",
        "SELECT ?plan ?scale ?rank (COUNT(DISTINCT ?c) AS ?n) { ?a ogp:earlyResults ?value ; ogp:assesses ?c . "
        "?c ogp:inPlan ?plan . ?value skos:inScheme ?scale ; ogp:rank ?rank } GROUP BY ?plan ?scale ?rank",
    ),
    Heavy(
        "aggregate: institutions by number of commitments",
        "SELECT ?i (SAMPLE(?label) AS ?name) (COUNT(DISTINCT ?c) AS ?n) { ?i a ogp:Institution ; rdfs:label ?label ; "
        "ogp:leads|ogp:supports ?c } GROUP BY ?i HAVING (COUNT(DISTINCT ?c) > 1)",
    ),
    Heavy(
        "text: labels that contain a word",
        'SELECT ?s ?label { ?s rdfs:label ?label FILTER(CONTAINS(LCASE(?label), "open")) }',
    ),
    Heavy(
        "text: regular expression on every text",
        'SELECT (COUNT(*) AS ?n) { ?s ?p ?text FILTER(ISLITERAL(?text) && REGEX(?text, "transparen|particip", "i")) }',
    ),
    Heavy(
        "join: institutions that work together",
        "SELECT ?a ?b (COUNT(DISTINCT ?c) AS ?n) { ?a ogp:leads|ogp:supports ?c . ?b ogp:leads|ogp:supports ?c . "
        "FILTER(STR(?a) < STR(?b)) } GROUP BY ?a ?b",
    ),
    Heavy(
        "join: what captures say beside what the release says",
        "SELECT ?c ?said ?label { GRAPH ?g { ?c a ogp:Commitment ; dcterms:title ?said } ?c rdfs:label ?label }",
    ),
    Heavy(
        "path: what hangs on each plan over any number of steps",
        "SELECT ?plan ?x { ?plan a ogp:ActionPlan ; "
        "(ogp:hasCommitment|ogp:hasAssessment|ogp:hasMilestone|ogp:absent|ogp:succeededBy)+ ?x }",
    ),
)


def light_mix(entities: Sequence[tuple[str, str]]) -> list[str]:
    """Entity-sized queries, all different, in an order that is the same each time; from (IRI, class IRI) pairs."""
    queries = [
        PREFIXES + template.replace("%s", f"<{entity}>")
        for entity, kind in entities
        for template in (*_OF_ANY, *_OF_CLASS.get(kind.rpartition("#")[2], ()))
    ]
    random.Random(4).shuffle(queries)
    return queries


def export(statements: dict[str, int], rows: int = 100_000) -> Heavy:
    """An export of about ``rows`` rows without LIMIT, so that its answer is one and the same everywhere.

    It takes whole properties, the most frequent first, as long as they fit; the named graphs too where the default
    graph has fewer statements than that. ``statements`` counts those of each property in the default graph.
    """
    if sum(statements.values()) < rows:
        return Heavy("export: every statement", "SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
    chosen: list[str] = []
    left = rows
    for predicate, count in sorted(statements.items(), key=lambda each: (-each[1], each[0])):
        if count <= left:
            chosen.append(f"<{predicate}>")
            left -= count
    return Heavy(f"export: {rows - left:,} rows", f"SELECT ?s ?p ?o {{ VALUES ?p {{ {' '.join(chosen)} }} ?s ?p ?o }}")


def cube_lookups() -> list[Heavy]:
    """The example queries that read counts from the data cube of the release instead of counting."""
    found = []
    for path in sorted((PROJECT / "queries" / "examples").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        if "# keywords: data cube" in text:
            found.append(Heavy("cube: " + text.splitlines()[0].removeprefix("# title: "), text))
    return found


def target(path: str, query: str, parameters: str = "") -> str:
    """The target of a GET request for a query; ``parameters`` begin with &."""
    return f"{path}?query={quote(query, safe='')}{parameters}"
