"""Schemes and shapes documented: every concept with its uses, every constraint in words, and the same as RDF."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from fastapi.testclient import TestClient
from page_context import context_of, page
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple, parse
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ogpgraph import checks
from ogpgraph.pages.context import NotFound
from ogpgraph.pages.facts import Facts
from ogpgraph.pages.schemes import Scheme, query_for, read_scheme, scheme_page, schemes_page
from ogpgraph.pages.shapes import Part, constraints_of, read_shapes, shapes_page
from ogpgraph.pages.terms import rows_of
from ogpgraph.release import Release
from ogpgraph.serve.application import application
from ogpgraph.settings import BASE, Settings
from ogpgraph.vocabulary import ONTOLOGY_FOLDER, RDF, RDFS, SH, SHAPES_FOLDER, SKOS, turtle

pytest_plugins = ["fixtures_three_plans"]

FILES = {path.stem: path for path in sorted((ONTOLOGY_FOLDER / "schemes").glob("*.ttl"))}
FORMS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
}


def iri(name: str) -> str:
    return f"{BASE}scheme/{name}"


def written(name: str) -> list[Triple]:
    return list(turtle(FILES[name]))


@pytest.fixture(scope="module")
def client(xanadu_out: Path, xanadu_release: Release) -> Iterator[TestClient]:
    with TestClient(application(Settings(out=str(xanadu_out), access_log="")), follow_redirects=False) as client:
        yield client


def read(store: pyoxigraph.Store, name: str) -> Scheme:
    return asyncio.run(read_scheme(context_of(store), iri(name)))


def tree_of(store: pyoxigraph.Store, name: str, root: str = "") -> LexborHTMLParser:
    return LexborHTMLParser(page(store, lambda context: scheme_page(context, iri(name)), f"/scheme/{name}", root))


def number(store: pyoxigraph.Store, pattern: str) -> int:
    (row,) = store.query(f"PREFIX skos: <{SKOS.iri}> SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
    return int(row["n"].value)


def text(node: LexborNode | LexborHTMLParser, selector: str) -> str:
    found = node.css_first(selector)
    assert found is not None, selector
    return " ".join(found.text().split())


# ---- the list


def test_the_list_has_every_scheme_with_the_number_of_its_concepts(store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(store, schemes_page, "/scheme/"))
    listed = {
        (row.css_first("th a").attributes["href"] or ""): int(text(row, "td.number"))  # type: ignore[union-attr]
        for row in tree.css("tbody tr")
    }
    assert listed == {f"/scheme/{name}": number(store, f"?concept skos:inScheme <{iri(name)}>") for name in FILES}
    assert text(tree, "p.lead").startswith(f"{len(FILES)} lists of values with {sum(listed.values())} concepts")


# ---- one scheme


@pytest.mark.parametrize("name", FILES)
def test_every_concept_is_there_once_in_each_language_with_its_definition(name: str, store: pyoxigraph.Store) -> None:
    tree = tree_of(store, name)
    rows = {row.attributes["id"]: row for row in tree.css("table.scheme-table tbody tr")}
    concepts = {t.subject for t in written(name) if t.predicate == RDF.type and t.object == SKOS.Concept}
    assert {f"{iri(name)}/{key}" for key in rows} == {node.value for node in concepts if isinstance(node, NamedNode)}
    assert len(tree.css("table.scheme-table tbody tr")) == len(concepts)
    for triple in written(name):
        if triple.subject in concepts and isinstance(triple.object, Literal):
            assert isinstance(triple.subject, NamedNode)
            row = rows[triple.subject.value.removeprefix(f"{iri(name)}/")]
            if triple.predicate == SKOS.prefLabel:
                place = "th a" if triple.object.language == "en" else f"th [lang={triple.object.language}]"
                assert triple.object.value in [each.text() for each in row.css(place)]
            elif triple.predicate in (SKOS.definition, SKOS.altLabel, SKOS.notation, SKOS.historyNote):
                assert triple.object.value in row.text()
    counted = number(store, f"?concept skos:inScheme <{iri(name)}>")
    assert f"{counted};" in tree.body.text()
    assert len(rows) == counted


@pytest.mark.parametrize("name", ["policy-area", "completion", "absence", "basis"])
def test_the_uses_of_a_concept_are_those_of_the_data(name: str, store: pyoxigraph.Store) -> None:
    observations = NamedNode(BASE + "id/cube/").value
    for concept in read(store, name).concepts:
        quads = store.quads_for_pattern(None, None, NamedNode(concept.iri), pyoxigraph.DefaultGraph())
        users = [quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)]
        expected = [user for user in users if user.startswith(BASE + "id/") and not user.startswith(observations)]
        assert concept.uses == len(expected), concept.key
        assert sum(concept.by_property.values()) == concept.uses
        asked = {row["subject"].value for row in store.query(query_for(concept.iri))}
        assert set(expected) <= asked


def test_the_uses_stand_on_the_page_with_a_bar_as_long(store: pyoxigraph.Store) -> None:
    concepts = {concept.key: concept for concept in read(store, "policy-area").concepts}
    most = max(concept.uses for concept in concepts.values())
    rows = tree_of(store, "policy-area").css("table.scheme-table tbody tr")
    assert most > 50
    for row in rows:
        concept = concepts[row.attributes["id"] or ""]
        last = row.css("td")[-1]
        assert last.text().strip().startswith(str(concept.uses))
        bars = last.css("svg rect:last-child")
        assert [float(bar.attributes["width"] or 0) for bar in bars] == (
            [round(100 * concept.uses / most, 1)] if concept.uses else []
        )


def test_a_scale_is_drawn_from_the_least_to_the_most(store: pyoxigraph.Store) -> None:
    steps = [each.attributes["href"] for each in tree_of(store, "completion").css("ol.scale a")]
    assert steps == ["#no-evidence-available", "#not-started", "#limited", "#substantial", "#complete"]
    in_table = [row.attributes["id"] for row in tree_of(store, "completion").css("table.scheme-table tbody tr")]
    assert in_table == [(step or "")[1:] for step in steps] + ["unclear", "withdrawn"]
    assert tree_of(store, "policy-area").css("ol.scale") == []


def test_a_narrower_concept_stands_below_its_broader_one(store: pyoxigraph.Store) -> None:
    scheme = read(store, "policy-area")
    place = {concept.iri: index for index, concept in enumerate(scheme.concepts)}
    pairs = [
        (t.subject.value, t.object.value)
        for t in written("policy-area")
        if t.predicate == SKOS.broader and isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode)
    ]
    firsts = {narrower: min(b for n, b in pairs if n == narrower) for narrower, _ in pairs}
    for narrower, broader in firsts.items():
        assert place[narrower] > place[broader]
        assert scheme.concepts[place[narrower]].depth == scheme.concepts[place[broader]].depth + 1
    assert len(firsts) > 20


def test_the_generations_of_the_policy_areas_are_there_with_their_members(store: pyoxigraph.Store) -> None:
    members: dict[str, set[str]] = {}
    for t in written("policy-area"):
        if t.predicate == SKOS.member and isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode):
            members.setdefault(t.subject.value, set()).add(t.object.value)
    scheme, tree = read(store, "policy-area"), tree_of(store, "policy-area")
    assert {each.iri: set(each.members) for each in scheme.collections} == members
    generations = scheme.lists("generation")
    assert len(generations) > 4
    for each in generations:
        found = tree.css_first(f"section[id='{each.key}']")
        assert found is not None
        assert each.label in found.text()
        assert len(found.css("details a")) == len(members[each.iri])
    for row, concept in zip(tree.css("table.scheme-table tbody tr"), scheme.concepts, strict=True):
        dots = [each.attributes["class"] for each in row.css("svg.dots circle")]
        assert dots == ["in" if concept.iri in members[each.iri] else "out" for each in generations]


def test_matches_and_replacements_are_named_and_linked(store: pyoxigraph.Store) -> None:
    row = tree_of(store, "policy-area").css_first("tr[id='anti-corruption']")
    assert row is not None
    assert "Replaced by Anti Corruption and Integrity." in " ".join(row.text().split())
    links = [each.attributes["href"] for each in row.css("td a")]
    assert "/page/scheme/policy-area/anti-corruption-and-integrity" in links


def test_concepts_that_are_each_broader_than_the_other_are_not_lost() -> None:
    graph, scheme = NamedNode(BASE + "graph/scheme/odd"), NamedNode(iri("odd"))
    one, other = NamedNode(iri("odd") + "/one"), NamedNode(iri("odd") + "/other")
    store = pyoxigraph.Store()
    store.add(Quad(scheme, RDF.type, SKOS.ConceptScheme, graph))
    for a, b in ((one, other), (other, one)):
        store.add(Quad(a, RDF.type, SKOS.Concept, graph))
        store.add(Quad(a, SKOS.prefLabel, Literal("<i>odd</i>", language="en"), graph))
        store.add(Quad(a, SKOS.broader, b, graph))
    assert {concept.iri for concept in read(store, "odd").concepts} == {one.value, other.value}
    assert "<i>odd" not in page(store, lambda context: scheme_page(context, scheme.value))


def test_what_is_no_scheme_is_not_found(store: pyoxigraph.Store) -> None:
    with pytest.raises(NotFound):
        page(store, lambda context: scheme_page(context, iri("nothing")))


def test_another_version_links_into_itself(store: pyoxigraph.Store) -> None:
    rules = checks.rules()
    trees = [
        tree_of(store, "policy-area", "/versions/1"),
        LexborHTMLParser(page(store, schemes_page, root="/versions/1")),
        LexborHTMLParser(page(store, lambda context: shapes_page(context, rules), root="/versions/1")),
    ]
    for tree in trees:
        targets = [each.attributes["href"] or "" for each in tree.css("main a")]
        assert [each for each in targets if each.startswith("/") and not each.startswith("/versions/1/")] == []
        assert any(each.startswith("/versions/1/") for each in targets)


# ---- as RDF, over HTTP


def canonical(triples: Iterator[Triple] | list[Triple]) -> set[Quad]:
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def sent(client: TestClient, path: str, form: RdfFormat) -> set[Quad]:
    answer = client.get(path)
    assert answer.status_code == 200
    return canonical([quad.triple for quad in parse(answer.content, format=form)])


@pytest.mark.parametrize("extension", FORMS)
@pytest.mark.parametrize("name", ["completion", "policy-area", "page-label"])
def test_a_scheme_as_data_is_the_scheme_with_all_its_concepts(name: str, extension: str, client: TestClient) -> None:
    assert sent(client, f"/scheme/{name}.{extension}", FORMS[extension]) == canonical(written(name))


def test_every_scheme_answers(client: TestClient) -> None:
    for name in FILES:
        assert sent(client, f"/scheme/{name}.nt", RdfFormat.N_TRIPLES) == canonical(written(name)), name
        html = client.get(f"/scheme/{name}", headers={"accept": "text/html"})
        assert html.status_code == 200
        assert f"{iri(name)}" in html.text


def test_all_schemes_as_data_say_what_each_is(client: TestClient) -> None:
    triples = {quad.triple for quad in parse(client.get("/scheme/").content, format=RdfFormat.TURTLE)}
    assert {iri(name) for name in FILES} == {t.subject.value for t in triples if isinstance(t.subject, NamedNode)}
    assert Triple(NamedNode(iri("star")), RDF.type, SKOS.ConceptScheme) in triples


@pytest.mark.parametrize(
    ("accept", "place"),
    [
        ("text/html", "/page/scheme/completion/limited"),
        ("text/turtle", "/data/scheme/completion/limited.ttl"),
        ("application/ld+json", "/data/scheme/completion/limited.jsonld"),
        ("*/*", "/data/scheme/completion/limited.ttl"),
    ],
)
def test_a_concept_leads_to_its_page_or_its_data(accept: str, place: str, client: TestClient) -> None:
    answer = client.get("/scheme/completion/limited", headers={"accept": accept})
    assert (answer.status_code, answer.headers["location"], answer.headers["vary"]) == (303, place, "Accept")
    assert client.get(place).status_code == 200


def test_collections_lead_to_their_page_and_what_never_was_is_not_found(client: TestClient) -> None:
    html = {"accept": "text/html"}
    generation = client.get("/scheme/policy-area/generation/g2", headers=html)
    assert generation.headers["location"] == "/page/scheme/policy-area/generation/g2"
    paths = (
        "/scheme/completion/never",
        "/scheme/never",
        "/scheme/never.ttl",
        "/scheme/completion/limited.ttl",
        "/scheme/a/%3E",
    )
    for path in paths:
        assert client.get(path, headers=html).status_code == 404, path
    assert client.get("/scheme/completion/limited", headers={"accept": "image/png"}).status_code == 406
    assert client.get("/scheme").headers["location"] == "/scheme/"


# ---- shapes and rules


@pytest.fixture(scope="module")
def shapes_html(store: pyoxigraph.Store) -> LexborHTMLParser:
    rules = checks.rules()
    return LexborHTMLParser(page(store, lambda context: shapes_page(context, rules), "/shapes"))


def shape_triples() -> list[Triple]:
    return [t for path in sorted(SHAPES_FOLDER.glob("*.ttl")) for t in turtle(path)]


def test_every_shape_and_every_constraint_of_a_property_has_its_place_and_its_message(
    shapes_html: LexborHTMLParser,
) -> None:
    places = {each.attributes["id"]: each for each in shapes_html.css("section.shape, tbody tr")}
    triples = shape_triples()
    named = {t.subject for t in triples if t.predicate == RDF.type and t.object in (SH.NodeShape, SH.PropertyShape)}
    of_nodes = {t.subject for t in triples if t.predicate == SH.targetClass}
    shown = 0
    for triple in triples:
        if triple.predicate == SH.message and isinstance(triple.object, Literal) and triple.object.language == "en":
            assert isinstance(triple.subject, NamedNode)
            place = places.get(triple.subject.value.rpartition("#")[2])
            if place is not None:
                assert triple.object.value in place.text()
                shown += 1
    missing = {node for node in named if isinstance(node, NamedNode) and node.value.rpartition("#")[2] not in places}
    # Parts of shapes of values stand within the row of their shape.
    parents = {t.object: t.subject for t in triples if t.predicate == SH.property}
    assert {node for node in missing if parents.get(node) in of_nodes or node not in parents} == set()
    assert shown > 300


def test_a_property_says_how_many_values_of_what_kind(shapes_html: LexborHTMLParser) -> None:
    row = shapes_html.css_first("tr[id='ActionPlanShape-identifier']")
    assert row is not None
    cells = [" ".join(each.text().split()) for each in row.css("td")]
    assert cells[0] == "exactly one"
    assert cells[1] == "of datatype xsd:string, written like ^[A-Z]{2,4}-[0-9]{4}$"
    assert cells[2].startswith("Violation: An action plan has exactly one identifier")


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("sh:nodeKind sh:IRI", ["an IRI"]),
        ("sh:minLength 1", ["not empty"]),
        ("sh:minLength 3", ["3 characters or more"]),
        ("sh:minInclusive 2 ; sh:maxInclusive 5", ["2 or more", "5 or less"]),
        ('sh:languageIn ( "en" "fr" )', ["in the language en, fr"]),
        ("sh:uniqueLang true", ["one for each language"]),
        ("sh:uniqueLang false", []),
        ("sh:in ( 1 2 )", ["one of 1, 2"]),
        ("sh:or ( [ sh:nodeKind sh:IRI ] [ sh:minLength 1 ] )", ["either", "an IRI", "or", "not empty"]),
        ("sh:xone ( [ sh:minLength 2 ] )", ["exactly one of", "2 characters or more"]),
        ("sh:node [ sh:nodeKind sh:Literal ]", ["a literal"]),
    ],
)
def test_a_constraint_in_words(constraint: str, words: list[str]) -> None:
    store = pyoxigraph.Store()
    store.load(f"PREFIX sh: <{SH.iri}> <urn:s> {constraint} .".encode(), format=RdfFormat.TURTLE)
    answer = store.query("SELECT ?subject ?property ?value { ?subject ?property ?value }")
    raw = answer.serialize(format=pyoxigraph.QueryResultsFormat.JSON)  # type: ignore[union-attr]
    found = constraints_of(Facts(rows_of(raw)), "urn:s")  # type: ignore[arg-type]
    assert [part.words for part in found] == words


def test_shapes_that_others_refer_to_are_linked(store: pyoxigraph.Store) -> None:
    rows = asyncio.run(context_of(store).rows("shapes-graph", graph=f"{BASE}graph/shapes"))
    shapes = {shape.iri: shape for shape in read_shapes(Facts(rows))}
    absence = shapes[f"{BASE}shapes#AbsenceShape"]
    reason = next(check for check in absence.properties if check.name == "reason")
    assert Part("fits", iri=f"{BASE}shapes#InSchemeAbsence") in reason.constraints
    assert f"{BASE}shapes#InSchemeAbsence" in shapes
    assert next(check.path for check in absence.properties) == RDFS.label.value


def test_every_rule_says_what_it_refuses(shapes_html: LexborHTMLParser) -> None:
    rows = {row.attributes["id"]: row for row in shapes_html.css("tbody tr") if "Rule-" in (row.attributes["id"] or "")}
    rules = checks.rules()
    assert set(rows) == {f"Rule-{rule.name}" for rule in rules}
    for rule in rules:
        row = rows[f"Rule-{rule.name}"]
        assert text(row, "th") == rule.title
        said = row.text()
        assert rule.message in said
        assert rule.target in said
        assert rule.query.strip() in said
        assert rule.severity.value.capitalize() in said
        assert ("also as a SHACL-SPARQL shape" in said) is rule.fits_shacl


@pytest.mark.parametrize("extension", FORMS)
def test_shapes_as_data_are_the_shapes_and_the_rules(
    extension: str, client: TestClient, xanadu_release: Release
) -> None:
    files = [xanadu_release.folder / name for name in ("shapes.ttl", "rules.ttl")]
    triples = [quad.triple for file in files for quad in parse(file.read_bytes(), format=RdfFormat.TURTLE)]
    found = sent(client, f"/shapes.{extension}", FORMS[extension])
    assert found == canonical(triples)
    assert {quad.subject for quad in found} >= {t.subject for t in shape_triples() if isinstance(t.subject, NamedNode)}


def test_the_version_of_the_shapes_answers(client: TestClient) -> None:
    assert client.get("/shapes/0.1.0").content == client.get("/shapes.ttl").content
    assert client.get("/shapes/0.1.0", headers={"accept": "text/html"}).headers["location"] == "/shapes"
