"""What the servers are asked beside the light mix (``benchmarks.visits``): short questions, and heavy ones.

Short questions are how a program may ask for an entity: the CONSTRUCT of ``/data/…``, the statements with the labels of
their values, who points to it with labels, and two or three questions that only its class has (the milestones of a
commitment, the commitments of a plan). As many entities are drawn from each class, and each is asked everything once.
The label of an entity is the shortest: one triple. Both are measured beside the light mix, without a bar.

Heavy queries read much of the graph, and are judged by kind.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import NamedNode

from ogpgraph.serve.entities import about
from ogpgraph.settings import PROJECT

PREFIXES = (
    "PREFIX dcterms: <http://purl.org/dc/terms/> "
    "PREFIX ogp: <https://w3id.org/ogpgraph/ontology#> "
    "PREFIX org: <http://www.w3.org/ns/org#> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
)
RESULTS_JSON = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"

ENTITIES = (
    "SELECT ?entity ?class { VALUES ?class { "
    "ogp:Commitment ogp:ActionPlan ogp:Institution ogp:IRMReport ogp:Assessment ogp:Source } "
    "?entity a ?class } ORDER BY ?class ?entity"
)
PREDICATES = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"

# What may be asked of an entity; %s is its IRI.
_OF_ANY = (
    "SELECT ?property ?value ?label { %s ?property ?value "
    'OPTIONAL { ?value rdfs:label|skos:prefLabel ?label FILTER(LANG(?label) IN ("en", "")) } }',
    "SELECT ?property ?subject ?label { ?subject ?property %s OPTIONAL { ?subject rdfs:label ?label } } "
    "ORDER BY ?property ?subject ?label LIMIT 100",
)
_OF_CLASS = {
    "Commitment": (
        "SELECT ?milestone ?number ?description ?start ?end { %s ogp:hasMilestone ?milestone . "
        "OPTIONAL { ?milestone ogp:number ?number } OPTIONAL { ?milestone dcterms:description ?description } "
        "OPTIONAL { ?milestone ogp:dueStart ?start } OPTIONAL { ?milestone ogp:dueEnd ?end } } ORDER BY ?number",
        "SELECT ?assessment ?phase ?aspect ?rating ?label { ?assessment ogp:assesses %s ; ogp:phase ?phase ; "
        '?aspect ?rating . ?rating skos:prefLabel ?label FILTER(LANG(?label) = "en") }',
        "SELECT ?statement ?relation ?other ?title { { ?statement ogp:earlier %s "
        "OPTIONAL { ?statement ogp:later ?other . ?other rdfs:label ?title } } UNION { ?statement ogp:later %s "
        "OPTIONAL { ?statement ogp:earlier ?other . ?other rdfs:label ?title } } "
        "OPTIONAL { ?statement ogp:relation ?relation } }",
    ),
    "ActionPlan": (
        "SELECT ?commitment ?number ?title { %s ogp:hasCommitment ?commitment . ?commitment dcterms:title ?title "
        "OPTIONAL { ?commitment ogp:planNumber ?number } } ORDER BY ?number ?commitment ?title LIMIT 100",
        "SELECT ?report ?type ?title { ?report ogp:reviewsPlan %s ; ogp:reportType ?type ; rdfs:label ?title }",
    ),
    "Institution": (
        "SELECT ?commitment ?role ?title ?plan { VALUES ?role { ogp:leads ogp:supports } %s ?role ?commitment . "
        "?commitment rdfs:label ?title OPTIONAL { ?commitment ogp:inPlan ?plan } }",
        "SELECT ?earlier ?later ?change { { ?earlier ogp:successorInstitution %s } UNION "
        "{ %s ogp:successorInstitution ?later } UNION { %s org:changedBy|org:resultedFrom ?change } }",
    ),
    "IRMReport": (
        "SELECT ?assessment ?commitment ?title ?completion { ?assessment ogp:inReport %s ; ogp:assesses ?commitment . "
        "?commitment rdfs:label ?title OPTIONAL { ?assessment ogp:completion ?completion } }",
        "SELECT ?commitment ?title { ?commitment ogp:reviewedIn %s ; rdfs:label ?title }",
    ),
    "Assessment": (
        "SELECT ?aspect ?rating ?label { %s ?aspect ?rating . ?rating skos:prefLabel ?label "
        'FILTER(LANG(?label) = "en") }',
        "SELECT ?commitment ?title ?plan ?planLabel { %s ogp:assesses ?commitment . ?commitment rdfs:label ?title "
        "OPTIONAL { ?commitment ogp:inPlan ?plan . ?plan rdfs:label ?planLabel } }",
    ),
    "Source": (
        "SELECT ?described ?class ?label { %s ogp:describes ?described . ?described a ?class ; rdfs:label ?label }",
        "SELECT ?subject ?label { ?subject dcterms:source %s ; rdfs:label ?label } ORDER BY ?subject ?label LIMIT 100",
    ),
}
_ONE_TRIPLE = "SELECT ?label { %s rdfs:label ?label }"
# Entities of each class, at most: the classes of a small release have fewer.
_ENTITIES_OF_CLASS = 150


@dataclass(frozen=True)
class Heavy:
    """A query that reads much of the graph; its name is its kind, a colon and what it asks."""

    name: str
    text: str

    @property
    def kind(self) -> str:
        """What it is judged with: aggregate, text, join, export, path or cube."""
        return self.name.partition(":")[0]


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


def short_questions(entities: Sequence[tuple[str, str]]) -> list[str]:
    """What a program may ask of entities, all different, in an order that is the same each time.

    From (IRI, class IRI) pairs, as ``ENTITIES`` gives them; a CONSTRUCT for each entity, everything else SELECT.
    """
    chance, queries = random.Random(4), []
    for kind, members in drawn(entities, chance).items():
        for entity in members:
            questions = (*_OF_ANY, *_OF_CLASS[kind])
            queries.append(about(NamedNode(entity), NamedNode(f"{entity}.nt")).text)
            queries += [PREFIXES + question.replace("%s", f"<{entity}>") for question in questions]
    chance.shuffle(queries)
    return queries


def lookups(entities: Sequence[tuple[str, str]]) -> list[str]:
    """The labels of the same entities: one triple each."""
    members = [entity for found in drawn(entities, random.Random(4)).values() for entity in found]
    return [PREFIXES + _ONE_TRIPLE.replace("%s", f"<{entity}>") for entity in members]


def drawn(entities: Sequence[tuple[str, str]], chance: random.Random) -> dict[str, list[str]]:
    """As many entities of each class, by the local name of the class."""
    found: dict[str, list[str]] = {}
    for entity, kind in entities:
        found.setdefault(kind.rpartition("#")[2], []).append(entity)
    count = min(_ENTITIES_OF_CLASS, *map(len, found.values()))
    return {kind: chance.sample(members, count) for kind, members in found.items()}


def media_type(query: str) -> str:
    """What the answer of a query is asked for in: JSON for rows, N-Triples for a graph."""
    return N_TRIPLES if query.startswith("CONSTRUCT") else RESULTS_JSON


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
