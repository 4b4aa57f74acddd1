"""The data cube: its counts are those of SPARQL over the commitments, and it is well formed (vocab-data-cube)."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Store, Triple, parse

from ogpgraph.lift.cube import LEVELS, observations
from ogpgraph.lift.graph import Graph
from ogpgraph.lift.ratings import RATINGS, STAR_RULES, Rating
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP, ONTOLOGY_FOLDER, PREFIXES, QB, RDF, Vocabulary, turtle

pytest_plugins = ["fixtures_three_plans"]

PROLOGUE = (
    "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
    + f"""
PREFIX absence: <{BASE}scheme/absence/>
PREFIX cube: <{BASE}id/cube/>
PREFIX phase: <{BASE}scheme/phase/>
PREFIX star-rule: <{BASE}scheme/star-rule/>
"""
)
CUBES = [(rating, level) for rating in RATINGS for level in LEVELS]
every_cube = pytest.mark.parametrize(("rating", "level"), CUBES, ids=[rating.name + level for rating, level in CUBES])
every_rating = pytest.mark.parametrize("rating", RATINGS, ids=lambda rating: rating.name)
# What an observation is about, by what a commitment has: written here again, so that the code is held to it.
DIMENSIONS = {
    "": {},
    "-by-member": {"refMember": "member"},
    "-by-cycle": {"refCycle": "cycle"},
    "-by-policy-area": {"refPolicyArea": "policyArea"},
    "-by-member-and-cycle": {"refMember": "member", "refCycle": "cycle"},
}
RATED_BY = {"completion": "refCompletion", "star": "refStar", "early-results": "refEarlyResults"}


@pytest.fixture(scope="module", params=["the project's data", "three plans"])
def data(request: pytest.FixtureRequest) -> Store:
    """The release of the project, and the small one, which has what the project's data lack."""
    return request.getfixturevalue("store" if request.param == "the project's data" else "xanadu_store")


def rows(store: Store, query: str) -> set[tuple[str, ...]]:
    return {tuple(value.value for value in row) for row in store.query(PROLOGUE + query)}


def phase_rank(rating: Rating, variable: str) -> str:
    """A SPARQL expression for how late the phase of an assessment is; nothing where it does not count."""
    phases = ["midterm", "end-of-term", "results"]
    if rating.name != "completion" or variable == "reason":
        phases = ["header", *phases]
    return " ".join(f"(phase:{phase} {rank})" for rank, phase in enumerate(phases, start=1))


def outcome(rating: Rating) -> str:
    """A SPARQL pattern that binds ?outcome for every ?commitment: its rating, else the latest reason of absence."""
    latest, variable = (f"ogp:{node.value.rpartition('#')[2]}" for node in (rating.latest, rating.variable))
    reason = f"""?absence ogp:variable {variable} ; ogp:reason ?{{0}} ; ogp:absentFrom ?assessment{{1}} .
        ?assessment{{1}} ogp:assesses ?commitment ; ogp:phase ?phase{{1}} .
        VALUES (?phase{{1}} ?rank{{1}}) {{{{ {phase_rank(rating, "reason")} }}}}"""
    return f"""
      ?commitment a ogp:Commitment .
      OPTIONAL {{ ?commitment {latest} ?rated }}
      OPTIONAL {{
        SELECT ?commitment (MAX(?placed) AS ?last) WHERE {{
          {reason.format("reason", "1")}
          BIND(CONCAT(STR(?rank1), STR(?reason)) AS ?placed)
        }} GROUP BY ?commitment
      }}
      BIND(COALESCE(?rated, IRI(SUBSTR(?last, 2)), absence:no-assessment) AS ?outcome)"""


@every_cube
def test_each_count_is_what_sparql_counts_over_the_commitments(rating: Rating, level: str, data: Store) -> None:
    """Every observation of a data set and every group of commitments, the absences among them."""
    dimensions = DIMENSIONS[level]
    names = " ".join(f"?{name}" for name in dimensions)
    place = " ".join(f"ogp:{name} ?{name} ;" for name in dimensions)
    said = rows(
        data,
        f"""SELECT {names} ?rating ?n {{ ?o a qb:Observation ; qb:dataSet cube:{rating.name}{level} ; {place}
            ogp:{RATED_BY[rating.name]} ?rating ; ogp:commitmentsCounted ?n }}""",
    )
    shared = " ".join(f"?commitment ogp:{of} ?{name} ." for name, of in dimensions.items())
    counted = rows(
        data,
        f"""SELECT {names} ?outcome (COUNT(DISTINCT ?commitment) AS ?n) {{ {outcome(rating)} {shared} }}
            GROUP BY {names} ?outcome""",
    )
    assert said == counted
    assert said


@every_rating
def test_the_rating_of_a_commitment_is_that_of_its_latest_assessment(rating: Rating, data: Store) -> None:
    """No assessment of a later phase, or by a newer rule for stars, says something else; and no rating is left out."""
    latest, variable = (f"ogp:{node.value.rpartition('#')[2]}" for node in (rating.latest, rating.variable))
    ranked = f"""?a ogp:assesses ?commitment ; ogp:phase ?phase ; {variable} ?value .
        VALUES (?phase ?place) {{ {phase_rank(rating, "value")} }}
        OPTIONAL {{ ?a ogp:starRule ?rule }}
        BIND(?place * 10 + IF(!BOUND(?rule), 4, IF(?rule = star-rule:current, 3, IF(?rule = star-rule:2015-only, 2, 1)))
          AS ?rank)"""
    expected = rows(
        data,
        f"""SELECT ?commitment ?value {{
              {{ SELECT ?commitment (MAX(?rank) AS ?best) {{ {ranked} }} GROUP BY ?commitment }}
              {ranked} FILTER(?rank = ?best) }}""",
    )
    found = rows(data, f"SELECT ?commitment ?value {{ ?commitment {latest} ?value }}")
    assert found <= expected
    assert {commitment for commitment, _ in found} == {commitment for commitment, _ in expected}
    assert found


def test_the_rules_for_stars_are_all_ranked() -> None:
    assert set(STAR_RULES) == {*Vocabulary().schemes["star-rule"].concepts, ""}


@every_cube
def test_a_data_set_counts_every_commitment_once(rating: Rating, level: str, data: Store) -> None:
    total = "SELECT (SUM(?n) AS ?all) {{ ?o qb:dataSet cube:{} ; ogp:commitmentsCounted ?n }}"
    pattern = "?c a ogp:Commitment" + (" ; ogp:policyArea ?area" if level == "-by-policy-area" else "")
    assert rows(data, total.format(rating.name + level)) == rows(data, f"SELECT (COUNT(*) AS ?all) {{ {pattern} }}")


# ---- the rule, on data that show one thing


def counts(lines: str) -> dict[str, int]:
    """The observations of a few statements, by the end of their IRIs."""
    prefixes = f"@base <{BASE}> . @prefix ogp: <{OGP.iri}> . @prefix xsd: <{PREFIXES['xsd']}> ."
    graph = Graph(quad.triple for quad in parse(prefixes + lines, format=RdfFormat.TURTLE))
    for rating in RATINGS:
        graph.add(list(rating.latest_values(graph)))
    start = f"{BASE}id/cube/"
    return {
        triple.subject.value.removeprefix(start): int(triple.object.value)
        for triple in observations(graph)
        if triple.predicate == OGP.commitmentsCounted
    }


COMMITMENT = """<id/commitment/XA1> a ogp:Commitment ; ogp:member <id/member/XA> ; ogp:cycle "2015"^^xsd:gYear ;
  ogp:policyArea <scheme/policy-area/open-data>, <scheme/policy-area/education> .
"""


def assessment(name: str, phase: str, says: str) -> str:
    return f"<id/assessment/{name}> ogp:assesses <id/commitment/XA1> ; ogp:phase <scheme/phase/{phase}> ; {says} .\n"


def absent(name: str, variable: str, reason: str) -> str:
    return f"""<id/assessment/{name}/absence> ogp:absentFrom <id/assessment/{name}> ; ogp:variable ogp:{variable} ;
      ogp:reason <scheme/absence/{reason}> .\n"""


def test_a_commitment_counts_once_in_each_of_its_areas_and_nowhere_without_one() -> None:
    bare = '<id/commitment/XA2> a ogp:Commitment ; ogp:member <id/member/XA> ; ogp:cycle "2018"^^xsd:gYear .'
    found = counts(COMMITMENT + bare)
    assert {name: n for name, n in found.items() if name.startswith("star")} == {
        "star/absence/no-assessment": 2,
        "star-by-member/XA/absence/no-assessment": 2,
        "star-by-cycle/2015/absence/no-assessment": 1,
        "star-by-cycle/2018/absence/no-assessment": 1,
        "star-by-policy-area/education/absence/no-assessment": 1,
        "star-by-policy-area/open-data/absence/no-assessment": 1,
        "star-by-member-and-cycle/XA/2015/absence/no-assessment": 1,
        "star-by-member-and-cycle/XA/2018/absence/no-assessment": 1,
    }


LIMITED, COMPLETE = "ogp:completion <scheme/completion/limited>", "ogp:completion <scheme/completion/complete>"
RULE = "ogp:starRule <scheme/star-rule/{}> ; ogp:starred <scheme/star/{}>"
CASES = [
    (
        "a later phase wins",
        assessment("b", "midterm", COMPLETE) + assessment("a", "results", LIMITED),
        "completion/limited",
    ),
    (
        "a rating beats a later absence",
        assessment("a", "midterm", LIMITED)
        + assessment("b", "results", "ogp:x 1")
        + absent("b", "completion", "no-data"),
        "completion/limited",
    ),
    (
        "of two absences the later stands",
        assessment("a", "end-of-term", "ogp:x 1")
        + absent("a", "completion", "not-reviewed")
        + assessment("b", "header", "ogp:x 1")
        + absent("b", "completion", "drawn-value"),
        "absence/not-reviewed",
    ),
    ("a header gives no completion", assessment("a", "header", COMPLETE), "absence/no-assessment"),
    ("nor does a self-assessment", assessment("a", "self-assessment-midterm", COMPLETE), "absence/no-assessment"),
    (
        "an absence of another variable is none of this one",
        assessment("a", "midterm", "ogp:x 1") + absent("a", "starred", "no-data"),
        "absence/no-assessment",
    ),
]
STARS = [
    ("a header gives a star", assessment("a", "header", "ogp:starred <scheme/star/yes>"), "star/yes"),
    (
        "a report is later than a header",
        assessment("a", "header", "ogp:starred <scheme/star/yes>")
        + assessment("b", "midterm", "ogp:starred <scheme/star/no>"),
        "star/no",
    ),
    (
        "the newest rule of a phase counts",
        assessment("a", "midterm", RULE.format("pre-june-2014", "yes"))
        + assessment("b", "midterm", RULE.format("current", "no")),
        "star/no",
    ),
]


@pytest.mark.parametrize(
    ("cube", "why", "lines", "expected"),
    [("completion", *case) for case in CASES] + [("star", *case) for case in STARS],
    ids=[case[0] for case in CASES + STARS],
)
def test_what_a_commitment_counts_as(cube: str, why: str, lines: str, expected: str) -> None:
    found = counts(COMMITMENT + lines)
    assert {name: n for name, n in found.items() if name.startswith(f"{cube}/")} == {f"{cube}/{expected}": 1}, why


# ---- its structure


def test_the_values_of_a_rating_are_those_of_its_schemes_and_the_reasons_of_absence() -> None:
    schemes = {"completion": ["completion"], "star": ["star"], "early-results": ["early-results", "early-results-2021"]}
    triples = list(turtle(ONTOLOGY_FOLDER / "cube.ttl"))
    for name, own in schemes.items():
        codes = {t.object for t in triples if t.subject.value == f"{BASE}id/cube/codes/{name}" and "member" in str(t)}
        concepts = Vocabulary().schemes
        assert {c for c in codes if c.value.startswith(f"{BASE}scheme/")} == {
            concept for scheme in (*own, "absence") for concept in concepts[scheme].concepts.values()
        }


def test_every_data_set_is_labelled_and_explained_and_has_observations(store: Store) -> None:
    names = {f"{BASE}id/cube/{rating.name}{level}" for rating, level in CUBES}
    assert {row[0] for row in rows(store, "SELECT ?d { ?d a qb:DataSet }")} == names
    assert {row[0] for row in rows(store, "SELECT ?d { ?o qb:dataSet ?d }")} == names
    languages = rows(store, "SELECT ?d (LANG(?l) AS ?tag) { ?d a qb:DataSet ; rdfs:label ?l }")
    assert languages == {(name, tag) for name in names for tag in ("en", "fr", "es")}
    assert {row[0] for row in rows(store, "SELECT ?d { ?d a qb:DataSet ; rdfs:comment ?c }")} == names


def test_own_terms_of_the_structure_are_defined() -> None:
    known = Vocabulary().terms
    used = {term for t in turtle(ONTOLOGY_FOLDER / "cube.ttl") for term in (t.predicate, t.object) if term in OGP}
    assert used - known == set()


def test_observations_are_accounted_for_by_the_graph_of_their_rule(store: Store) -> None:
    default = rows(store, "SELECT ?o ?p ?v { ?o a qb:Observation ; ?p ?v }")
    graph = f"<{BASE}graph/derivation/cube>"
    assert rows(store, f"SELECT ?o ?p ?v {{ GRAPH {graph} {{ ?o a qb:Observation ; ?p ?v }} }}") == default
    assert rows(store, f"SELECT ?rule {{ ?rule a ogp:DerivationRule ; ogp:graph {graph} }}") == {
        (f"{BASE}id/derivation/cube",)
    }
    assert len(rows(store, f"SELECT ?source {{ {graph} prov:wasDerivedFrom ?source }}")) > 100


# The integrity constraints of the recommendation (section 11.1): what each finds is a violation.
CONSTRAINTS = {
    "IC-1 an observation has one data set": """?o a qb:Observation .
        OPTIONAL { SELECT ?o (COUNT(DISTINCT ?d) AS ?n) { ?o qb:dataSet ?d } GROUP BY ?o }
        FILTER(COALESCE(?n, 0) != 1) BIND(?o AS ?wrong)""",
    "IC-2 a data set has one structure": """?d a qb:DataSet .
        OPTIONAL { SELECT ?d (COUNT(DISTINCT ?s) AS ?n) { ?d qb:structure ?s } GROUP BY ?d }
        FILTER(COALESCE(?n, 0) != 1) BIND(?d AS ?wrong)""",
    "IC-3 a structure has a measure": """?wrong a qb:DataStructureDefinition
        FILTER NOT EXISTS { ?wrong qb:component/qb:componentProperty/a qb:MeasureProperty }""",
    "IC-4 a dimension has a range": """?wrong a qb:DimensionProperty FILTER NOT EXISTS { ?wrong rdfs:range ?range }""",
    "IC-5 a dimension of concepts has a code list": """?wrong a qb:DimensionProperty ; rdfs:range skos:Concept
        FILTER NOT EXISTS { ?wrong qb:codeList ?list }""",
    "IC-11 an observation has all dimensions": """?wrong qb:dataSet/qb:structure/qb:component/qb:dimension ?dimension
        FILTER NOT EXISTS { ?wrong ?dimension ?value }""",
    "IC-12 no two observations are of one place": """{ SELECT ?d ?m ?c ?a ?r (COUNT(*) AS ?n) (SAMPLE(?o) AS ?wrong) {
          ?o qb:dataSet ?d . OPTIONAL { ?o ogp:refMember ?m } OPTIONAL { ?o ogp:refCycle ?c }
          OPTIONAL { ?o ogp:refPolicyArea ?a } ?o ogp:refCompletion|ogp:refStar|ogp:refEarlyResults ?r
        } GROUP BY ?d ?m ?c ?a ?r } FILTER(?n > 1)""",
    "IC-14 an observation has the measure": """?wrong qb:dataSet/qb:structure/qb:component/qb:measure ?measure
        FILTER NOT EXISTS { ?wrong ?measure ?value }""",
    "IC-19a a value is in its scheme": """?wrong qb:dataSet/qb:structure/qb:component/qb:dimension ?dimension .
        ?dimension qb:codeList ?list . ?list a skos:ConceptScheme . ?wrong ?dimension ?value
        FILTER NOT EXISTS { ?value a skos:Concept ; skos:inScheme ?list }""",
    "IC-19b a value is in its collection": """?wrong qb:dataSet/qb:structure/qb:component/qb:dimension ?dimension .
        ?dimension qb:codeList ?list . ?list a skos:Collection . ?wrong ?dimension ?value
        FILTER NOT EXISTS { ?value a skos:Concept . ?list skos:member+ ?value }""",
}
OPEN_DATA, STAR = f"<{BASE}id/cube/star-by-policy-area/open-data/star/no>", f"<{BASE}id/cube/star-by-policy-area>"
# One damage for each constraint, as an update of the project's release.
DAMAGES = {
    "IC-1 an observation has one data set": f"INSERT DATA {{ {OPEN_DATA} qb:dataSet cube:star }}",
    "IC-2 a data set has one structure": f"DELETE WHERE {{ {STAR} qb:structure ?s }}",
    "IC-3 a structure has a measure": "DELETE WHERE { ogp:commitmentsCounted a qb:MeasureProperty }",
    "IC-4 a dimension has a range": "DELETE WHERE { ogp:refCycle rdfs:range ?r }",
    "IC-5 a dimension of concepts has a code list": "DELETE WHERE { ogp:refStar qb:codeList ?l }",
    "IC-11 an observation has all dimensions": f"DELETE WHERE {{ {OPEN_DATA} ogp:refPolicyArea ?a }}",
    "IC-12 no two observations are of one place": f"""INSERT {{ cube:double ?p ?v }} WHERE {{ {OPEN_DATA} ?p ?v }}""",
    "IC-14 an observation has the measure": f"DELETE WHERE {{ {OPEN_DATA} ogp:commitmentsCounted ?n }}",
    "IC-19a a value is in its scheme": f"INSERT DATA {{ {OPEN_DATA} ogp:refPolicyArea absence:no-data }}",
    "IC-19b a value is in its collection": f"INSERT DATA {{ {OPEN_DATA} ogp:refStar phase:header }}",
}


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_the_cube_is_well_formed(constraint: str, data: Store) -> None:
    assert rows(data, f"SELECT ?wrong {{ {CONSTRAINTS[constraint]} }}") == set()


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_each_constraint_finds_what_breaks_it(constraint: str, store: Store) -> None:
    """Without this an empty answer would prove nothing."""
    wanted = (QB.iri, OGP.iri, f"{BASE}id/cube/", f"{BASE}scheme/")
    damaged = Store()
    damaged.extend(
        quad
        for quad in store.quads_for_pattern(None, None, None, None)
        if not isinstance(quad.subject, BlankNode) and quad.subject.value.startswith(wanted)
    )
    damaged.update(PROLOGUE + DAMAGES[constraint])
    assert rows(damaged, f"SELECT ?wrong {{ {CONSTRAINTS[constraint]} }}") != set()


def test_the_other_constraints_have_nothing_to_break(data: Store) -> None:
    """IC-6 to 10, 13, 15 to 18, 20 and 21 are about attributes, slices, measure dimensions and hierarchies."""
    kinds = (QB.AttributeProperty, QB.SliceKey, QB.Slice, QB.HierarchicalCodeList)
    assert not [kind for kind in kinds if any(data.quads_for_pattern(None, RDF.type, kind))]
    properties = (QB.componentRequired, QB.sliceKey, QB.slice, QB.measureType, QB.parentChildProperty)
    assert not [p for p in properties if any(data.quads_for_pattern(None, p, None))]
    assert rows(data, "SELECT ?c { ?c qb:componentProperty qb:measureType }") == set()


def test_a_derived_observation_has_a_type() -> None:
    commitment = NamedNode(f"{BASE}id/commitment/XA1")
    made = list(observations(Graph([Triple(commitment, RDF.type, OGP.Commitment)])))
    assert {t.object for t in made if t.predicate == RDF.type} == {QB.Observation}
