"""The ontology documented: every term, how the release uses it, the picture of the classes, and the same as RDF."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from fastapi.testclient import TestClient
from page_context import context_of, page
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, parse
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ogpgraph.pages.class_diagram import HEIGHT, WIDTH, Box, Diagram, Line, class_diagram
from ogpgraph.pages.context import NotFound
from ogpgraph.pages.facts import Facts
from ogpgraph.pages.known_vocabularies import by_vocabulary, compact
from ogpgraph.pages.ontology import Use, ontology_page, query_for, read_ontology, uses_of
from ogpgraph.pages.ontology_terms import Branch, Ontology, OwnTerm
from ogpgraph.pages.terms import Term
from ogpgraph.release import Release
from ogpgraph.serve.application import application
from ogpgraph.settings import BASE, Settings
from ogpgraph.vocabulary import OGP, ONTOLOGY_FOLDER, OWL, RDF, RDFS, SKOS, turtle

pytest_plugins = ["fixtures_three_plans"]

HOME = NamedNode(BASE + "ontology")
WRITTEN = Dataset(Quad(t.subject, t.predicate, t.object) for t in turtle(ONTOLOGY_FOLDER / "ogp.ttl"))
TERMS = sorted((quad.subject.value for quad in WRITTEN.quads_for_predicate(RDFS.isDefinedBy)), key=str)
FORMS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE, "turtle"),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES, "nt"),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD, "json-ld"),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML, "xml"),
}


def written(term: str, predicate: NamedNode) -> list[Literal]:
    found = [quad.object for quad in WRITTEN.quads_for_subject(NamedNode(term)) if quad.predicate == predicate]
    return [value for value in found if isinstance(value, Literal)]


def local(term: str) -> str:
    return term.rpartition("#")[2]


@pytest.fixture(scope="module")
def html(store: pyoxigraph.Store) -> LexborHTMLParser:
    """The page of the project's own release."""
    return LexborHTMLParser(page(store, ontology_page, "/ontology"))


@pytest.fixture(scope="module")
def ontology(store: pyoxigraph.Store) -> Ontology:
    return asyncio.run(read_ontology(context_of(store)))


@pytest.fixture(scope="module")
def uses(store: pyoxigraph.Store, ontology: Ontology) -> dict[str, Use]:
    return asyncio.run(uses_of(context_of(store), ontology.terms.values()))


@pytest.fixture(scope="module")
def client(xanadu_out: Path, xanadu_release: Release) -> Iterator[TestClient]:
    with TestClient(application(Settings(out=str(xanadu_out), access_log="")), follow_redirects=False) as client:
        yield client


def section(html: LexborHTMLParser, name: str) -> LexborNode:
    found = html.css(f"section.term[id='{name}']")
    assert len(found) == 1, name
    return found[0]


# ---- what the page says of each term


def test_there_are_all_terms_and_no_others(html: LexborHTMLParser) -> None:
    assert len(TERMS) > 200
    assert sorted(each.attributes["id"] or "" for each in html.css("section.term")) == sorted(map(local, TERMS))


@pytest.mark.parametrize("term", TERMS, ids=local)
def test_a_term_has_its_anchor_its_names_and_its_definitions(term: str, html: LexborHTMLParser) -> None:
    found = section(html, local(term))
    heading, names = found.css_first("h3"), found.css_first("p.names")
    assert heading is not None
    assert names is not None
    by_language = {each.attributes["lang"]: each.text() for each in names.css("[lang]")} | {
        "en": heading.css_first("a").text()  # type: ignore[union-attr]
    }
    assert by_language == {value.language: value.value for value in written(term, RDFS.label)}
    for definition in written(term, SKOS.definition):
        where = "p.definition" if definition.language == "en" else f"details p[lang={definition.language}]"
        text = found.css_first(where)
        assert text is not None
        assert text.text().startswith(definition.value)
    for example in written(term, SKOS.example):
        assert example.value in found.text()


def test_the_links_to_terms_on_the_page_have_their_anchor(html: LexborHTMLParser) -> None:
    anchors = {each.attributes["id"] for each in html.css("[id]")}
    links = [(each.attributes["href"] or "").removeprefix("/ontology") for each in html.css("a")]
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= anchors


def test_the_contents_lead_to_every_part(html: LexborHTMLParser) -> None:
    named = {(each.attributes["href"] or "")[1:] for each in html.css("nav.contents a")}
    headings = {each.attributes["id"] for each in html.css("main > h2")}
    assert headings - named == {"sources"}


def test_no_heading_is_skipped_and_no_id_is_there_twice(html: LexborHTMLParser) -> None:
    levels = [int((each.tag or "h0")[1]) for each in html.css("h1, h2, h3, h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [each.attributes["id"] for each in html.css("[id]")]
    assert len(ids) == len(set(ids))


def test_a_property_tells_domain_range_inverse_and_what_it_is_a_case_of(html: LexborHTMLParser) -> None:
    said = facts_of(section(html, "replacedBy"))
    assert said["Domain"] == "commitment"
    assert said["Range"] == "commitment or initiative"
    assert said["Inverse"] == "replaces"
    assert said["Special case of"].split(", ")[-1] == "succeeded by"
    assert "extended by" in facts_of(section(html, "carriedForwardInto"))["Special cases"]
    assert "asymmetric" in facts_of(section(html, "succeededBy"))["Is"]


def test_both_sides_tell_the_inverse_that_only_one_states() -> None:
    one, other = OGP.one, OGP.other
    rows = [
        *declared(one, OWL.ObjectProperty),
        *declared(other, OWL.ObjectProperty),
        Quad(one, OWL.inverseOf, other),
    ]
    read = ontology_in(rows)
    assert {term.name: term.inverse for term in read.terms.values()} == {"one": [other.value], "other": [one.value]}


def test_a_deprecated_term_is_marked_and_names_what_replaced_it() -> None:
    old, new = OGP.old, OGP.new
    rows = [
        *declared(old, OWL.Class),
        *declared(new, OWL.Class),
        Quad(old, OWL.deprecated, Literal("true", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))),
        Quad(old, NamedNode("http://purl.org/dc/terms/isReplacedBy"), new),
    ]
    tree = LexborHTMLParser(page(store_of(rows), ontology_page, "/ontology"))
    assert "deprecated" in (section(tree, "old").attributes["class"] or "")
    assert facts_of(section(tree, "old"))["Replaced by"] == "new <b>"
    assert "deprecated" not in (section(tree, "new").attributes["class"] or "")


def test_terms_that_are_each_above_the_other_do_not_hang_the_page() -> None:
    rows = [
        *declared(OGP.A, OWL.Class),
        *declared(OGP.B, OWL.Class),
        Quad(OGP.A, RDFS.subClassOf, OGP.B),
        Quad(OGP.B, RDFS.subClassOf, OGP.A),
    ]
    assert "section" in page(store_of(rows), ontology_page)


def test_a_release_without_an_ontology_has_no_page() -> None:
    with pytest.raises(NotFound):
        page(pyoxigraph.Store(), ontology_page)


def test_another_version_links_into_itself(store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(store, ontology_page, "/versions/1/ontology", root="/versions/1"))
    targets = [each.attributes["href"] or "" for each in tree.css("main a")]
    assert [target for target in targets if target.startswith("/") and not target.startswith("/versions/1/")] == []
    assert "/versions/1/ontology#Commitment" in targets


def facts_of(found: LexborNode) -> dict[str, str]:
    names = [each.text(strip=True) for each in found.css("dl.facts dt")]
    return dict(zip(names, [" ".join(each.text().split()) for each in found.css("dl.facts dd")], strict=True))


def declared(node: NamedNode, kind: NamedNode) -> list[Quad]:
    label = Literal(f"{node.value.rpartition('#')[2]} <b>", language="en")
    return [Quad(node, RDF.type, kind), Quad(node, RDFS.isDefinedBy, HOME), Quad(node, RDFS.label, label)]


def store_of(rows: list[Quad]) -> pyoxigraph.Store:
    graph = NamedNode(BASE + "graph/ontology")
    store = pyoxigraph.Store()
    for quad in [*rows, Quad(HOME, RDF.type, OWL.Ontology)]:
        store.add(Quad(quad.subject, quad.predicate, quad.object, graph))
    return store


def ontology_in(rows: list[Quad]) -> Ontology:
    return asyncio.run(read_ontology(context_of(store_of(rows))))


# ---- the hierarchies


def test_every_class_and_every_property_stands_in_its_tree(ontology: Ontology) -> None:
    def names(branches: list[Branch]) -> set[str]:
        return {branch.term.name for branch in branches} | {
            name for branch in branches for name in names(branch.branches)
        }

    classes = ontology.tree("Class")
    assert names(classes) == {term.name for term in ontology.of_kind("Class")}
    kinds = ("Object property", "Datatype property", "Annotation property")
    assert names(ontology.tree(*kinds)) == {term.name for kind in kinds for term in ontology.of_kind(kind)}
    member = next(branch for branch in classes if branch.term.name == "Member")
    assert [branch.term.name for branch in member.branches] == ["LocalMember", "NationalMember"]


# ---- how the release uses them


def test_the_numbers_are_those_of_the_data(store: pyoxigraph.Store, uses: dict[str, Use]) -> None:
    by_property = counts(store, "SELECT ?term (COUNT(*) AS ?n) { ?s ?term ?o } GROUP BY ?term")
    by_class = counts(store, "SELECT ?term (COUNT(*) AS ?n) { ?s a ?term } GROUP BY ?term")
    asked = {term: use.number for term, use in uses.items() if use.number}
    expected = {term: number for term, number in (by_property | by_class).items() if term in uses}
    assert asked == expected
    assert len(asked) > 150


def test_the_classes_that_a_property_is_used_with_are_those_of_the_data(
    store: pyoxigraph.Store, uses: dict[str, Use]
) -> None:
    found: dict[str, dict[str, int]] = {}
    for row in store.query("SELECT ?class ?term (COUNT(*) AS ?n) { ?s a ?class ; ?term ?o } GROUP BY ?class ?term"):
        if row["term"].value in uses and row["term"] in OGP:
            found.setdefault(row["term"].value, {})[row["class"].value] = int(row["n"].value)
    assert {term: use.by_class for term, use in uses.items() if use.by_class} == found


def test_every_example_is_a_statement_of_the_data_and_stands_on_the_page(
    store: pyoxigraph.Store, uses: dict[str, Use], ontology: Ontology, html: LexborHTMLParser
) -> None:
    shown = 0
    for iri, use in uses.items():
        if use.example is None:
            continue
        subject, term = NamedNode(use.example.subject.value), NamedNode(iri)
        graph = NamedNode(use.example.graph) if use.example.graph else None
        if ontology.terms[iri].is_class:
            assert list(store.quads_for_pattern(subject, RDF.type, term, graph))
        else:
            assert use.example.value is not None
            values = {quad.object.value for quad in store.quads_for_pattern(subject, term, None, graph)}
            assert use.example.value.value in values
        links = [each.attributes["href"] for each in section(html, local(iri)).css("dd.example a")]
        assert links[0] == context_of(store).links.page(subject.value)
        shown += 1
    unused = [local(iri) for iri, use in uses.items() if not use.example]
    assert shown > 170
    assert [name for name in unused if uses[OGP[name].value].number] == []


def test_the_query_of_a_term_finds_all_its_uses(
    store: pyoxigraph.Store, uses: dict[str, Use], ontology: Ontology
) -> None:
    for iri, term in ontology.terms.items():
        found = len(list(store.query(query_for(term, uses[iri]))))
        assert found == (uses[iri].number or uses[iri].in_graphs) or term.kind == "Datatype", term.name
    assert list(store.query(query_for(ontology.terms[OGP.Code2015.value], Use())))


def test_a_term_that_only_captures_use_says_so(html: LexborHTMLParser, uses: dict[str, Use]) -> None:
    number = uses[OGP.listPosition.value].in_graphs
    assert number > 0
    assert f"not in the default graph; {number} statements" in facts_of(section(html, "listPosition"))["Used"]


def counts(store: pyoxigraph.Store, query: str) -> dict[str, int]:
    return {row["term"].value: int(row["n"].value) for row in store.query(query) if row["term"] in OGP}


# ---- alignments and reused vocabularies


def test_every_alignment_is_there_with_its_reason(html: LexborHTMLParser) -> None:
    alignments = Facts(
        {"subject": term_of(t.subject), "property": term_of(t.predicate), "value": term_of(t.object)}
        for t in turtle(ONTOLOGY_FOLDER / "alignments.ttl")
    )
    nodes = alignments.of_type(OGP.Alignment.value)
    assert len(nodes) > 50
    for node in nodes:
        said = section(html, local(alignments.first(node, OGP.alignsTerm.value))).text()
        assert compact(alignments.first(node, OGP.alignsTo.value)) in said
        assert alignments.text(node, OGP.alignmentReason.value) in said
    assert len(html.css("#alignments ~ div table tbody tr")) >= len(nodes)


def test_every_term_of_others_is_named_with_its_vocabulary(ontology: Ontology, html: LexborHTMLParser) -> None:
    named = {iri for _, terms in by_vocabulary(ontology.foreign()) for iri in terms}
    unnamed = {iri for iri in ontology.foreign() - named if not iri.startswith(BASE)}
    pages = ("https://github.com/", "https://opengovpartnership.org/", "https://www.opengovpartnership.org/")
    assert [iri for iri in unnamed if not iri.startswith((*pages, "https://creativecommons.org/"))] == []
    linked = {each.attributes["href"] for each in html.css("table.reused a")}
    assert named <= linked


def term_of(node: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple) -> Term:
    assert not isinstance(node, pyoxigraph.Triple)
    if isinstance(node, Literal):
        return Term("literal", node.value, node.language or "")
    return Term("iri" if isinstance(node, NamedNode) else "blank", node.value)


# ---- the picture


@pytest.fixture(scope="module")
def diagram(ontology: Ontology, uses: dict[str, Use]) -> Diagram:
    return class_diagram(ontology, {iri: use.number for iri, use in uses.items()})


def test_every_class_is_drawn_once_with_its_number(
    diagram: Diagram, ontology: Ontology, uses: dict[str, Use], html: LexborHTMLParser
) -> None:
    assert sorted(box.iri for box in diagram.boxes) == sorted(term.iri for term in ontology.of_kind("Class"))
    assert {box.name: box.number for box in diagram.boxes if box.number} == {
        term.name: uses[term.iri].number for term in ontology.of_kind("Class") if uses[term.iri].number
    }
    drawn = {each.attributes["href"] for each in html.css("svg g.class > a:first-child")}
    assert drawn == {f"/ontology#{box.name}" for box in diagram.boxes}


def test_every_relation_that_is_drawn_is_one_of_the_ontology(diagram: Diagram, ontology: Ontology) -> None:
    relations = [(line, name) for line in diagram.lines for name in line.names]
    assert len(relations) > 15
    for line, name in relations:
        term: OwnTerm = ontology.terms[name.iri]
        assert line.source.iri in term.domain
        assert line.target.iri in term.range
    above = {(line.source.name, line.target.name) for line in diagram.lines if not line.names}
    assert above == {("LocalMember", "Member"), ("NationalMember", "Member"), ("IRMReport", "ReviewDocument")}
    assert {text for box in diagram.boxes for _, text in box.loops} == {
        "succeeded by",
        "followed by",
        "successor institution",
    }


def test_nothing_in_the_picture_covers_anything_else(diagram: Diagram) -> None:
    boxes = {box.name: (box.left, box.top, box.left + WIDTH, box.top + HEIGHT) for box in diagram.boxes}
    names = {" ".join(row for _, row in line.rows): name_area(line) for line in diagram.lines if line.names}
    areas = list({**boxes, **names}.items())
    covered = [(one, other) for i, (one, a) in enumerate(areas) for other, b in areas[i + 1 :] if meet(a, b)]
    assert covered == []
    crossed = [
        (f"{line.source.name}-{line.target.name}", name)
        for line in diagram.lines
        for name, area in areas
        if name not in (line.source.name, line.target.name, " ".join(row for _, row in line.rows))
        and any(inside(point, area) for point in points_on(line))
    ]
    assert crossed == []
    assert all(box.left >= 0 and box.left + WIDTH <= diagram.width for box in diagram.boxes)


def test_a_class_without_a_place_comes_below_the_others() -> None:
    rows = [*declared(OGP.Commitment, OWL.Class), *declared(OGP.Newcomer, OWL.Class)]
    places: dict[str, Box] = {box.name: box for box in class_diagram(ontology_in(rows), {}).boxes}
    assert places["Newcomer"].y > places["Commitment"].y


def test_the_picture_in_words_says_the_same(diagram: Diagram, html: LexborHTMLParser) -> None:
    words = {" ".join(each.text().split()) for each in html.css("#diagram ~ details li")}
    for line in diagram.lines:
        middle = ", ".join(name.text for name in line.names) or "is a kind of"
        assert f"{' '.join(line.source.lines)} {middle} {' '.join(line.target.lines)}" in words


Area = tuple[float, float, float, float]


def name_area(line: Line) -> Area:
    w, h = line.name_width / 2, line.name_height / 2
    return line.x - w, line.y - h, line.x + w, line.y + h


def meet(a: Area, b: Area) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(point: tuple[float, float], area: Area) -> bool:
    return area[0] < point[0] < area[2] and area[1] < point[1] < area[3]


def points_on(line: Line) -> Iterator[tuple[float, float]]:
    for step in range(1, 200):
        share = step / 200
        yield line.x1 + (line.x2 - line.x1) * share, line.y1 + (line.y2 - line.y1) * share


# ---- as RDF, over HTTP


def canonical(raw: bytes, form: RdfFormat) -> set[Quad]:
    dataset = Dataset(parse(raw, format=form))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


@pytest.mark.parametrize("extension", FORMS)
def test_each_form_holds_what_the_file_of_the_release_holds(
    extension: str, client: TestClient, xanadu_release: Release
) -> None:
    media_type, form, name = FORMS[extension]
    file = (xanadu_release.folder / "ontology.ttl").read_bytes()
    by_extension, by_accept = (
        client.get(f"/ontology.{extension}"),
        client.get("/ontology", headers={"accept": media_type}),
    )
    assert by_extension.content == by_accept.content
    assert by_accept.headers["content-type"].partition(";")[0] == media_type
    assert canonical(by_accept.content, form) == canonical(file, RdfFormat.TURTLE)
    # a reader that did not write it
    graph = rdflib.Graph().parse(data=by_accept.content, format=name)
    assert len(graph) == len(canonical(file, RdfFormat.TURTLE))


def test_turtle_is_the_very_file_also_at_the_version_iri(client: TestClient, xanadu_release: Release) -> None:
    file = (xanadu_release.folder / "ontology.ttl").read_bytes()
    version = next(
        quad.object.value
        for quad in parse(file, format=RdfFormat.TURTLE)
        if quad.predicate == OWL.versionIRI and quad.subject == HOME
    )
    assert client.get("/ontology").content == file
    assert client.get(version.removeprefix(BASE.removesuffix("/"))).content == file


ACCEPTS = [
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
    ("text/html", "text/html"),
    (None, "text/turtle"),
    ("*/*", "text/turtle"),
    ("text/turtle", "text/turtle"),
    ("application/rdf+xml", "application/rdf+xml"),
    ("application/xml", "application/rdf+xml"),
    ("application/ld+json", "application/ld+json"),
    ("application/n-triples", "application/n-triples"),
    ("text/html;q=0.5, application/ld+json", "application/ld+json"),
    ("application/ld+json;q=0.5, text/html", "text/html"),
]


@pytest.mark.parametrize("path", ["/ontology", "/scheme/completion", "/shapes", "/scheme/"])
def test_each_address_answers_by_accept(path: str, client: TestClient) -> None:
    for accept, media_type in ACCEPTS:
        answer = client.get(path, headers={"accept": accept} if accept else {"accept": ""})
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media_type), accept
        assert {"Accept", "Accept-Encoding"} <= {name.strip() for name in answer.headers["vary"].split(",")}
        assert ("<!doctype html>" in answer.text.lower()) is (media_type == "text/html")
        head = client.head(path, headers={"accept": accept} if accept else {"accept": ""})
        assert head.content == b""
        assert head.headers["etag"] == answer.headers["etag"]
        again = client.get(path, headers={"accept": accept or "", "if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
    assert client.get(path, headers={"accept": "image/png"}).status_code == 406


def test_a_form_that_is_none_is_not_found(client: TestClient) -> None:
    for path in ("/ontology.exe", "/ontology/9.9.9", "/shapes/9.9.9", "/shapes.html", "/scheme/completion.exe"):
        assert client.get(path).status_code == 404, path


def test_links_in_headers_lead_to_the_other_forms(client: TestClient) -> None:
    links = client.get("/ontology", headers={"accept": "text/html"}).headers["link"]
    for extension, (media_type, *_) in FORMS.items():
        assert f'</ontology.{extension}>; rel="alternate"; type="{media_type}"' in links
    assert f'<{HOME.value}>; rel="canonical"' in links
    assert 'rel="license"' in links


def test_the_alignments_are_a_part_of_the_same_document(client: TestClient) -> None:
    to_page = client.get("/ontology/alignments", headers={"accept": "text/html"})
    assert (to_page.status_code, to_page.headers["location"]) == (303, "/ontology#alignments")
    subjects = {quad.subject for quad in parse(client.get("/ontology/alignments").content, format=RdfFormat.TURTLE)}
    assert NamedNode(BASE + "ontology/alignments") in subjects


@pytest.mark.parametrize("path", ["ontology", "scheme/", "scheme/completion", "shapes"])
def test_a_version_has_documents_of_its_own(path: str, client: TestClient, xanadu_release: Release) -> None:
    root = f"/versions/{xanadu_release.version}"
    own = client.get(f"{root}/{path}", headers={"accept": "text/html"})
    assert own.status_code == 200
    assert f'href="{root}/ontology' in own.text
    assert client.get(f"{root}/{path}").content == client.get(f"/{path}").content
    assert client.get(f"{root}/ontology.ttl").content == (xanadu_release.folder / "ontology.ttl").read_bytes()
    to_page = client.get(f"{root}/ontology/0.1.0", headers={"accept": "text/html"})
    assert (to_page.status_code, to_page.headers["location"]) == (303, f"{root}/ontology")


@pytest.fixture(scope="module")
def two_versions(xanadu_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the release in service and an older one that has another version of the ontology."""
    out = tmp_path_factory.mktemp("two")
    shutil.copytree(xanadu_release.folder, out / xanadu_release.version)
    (out / "latest").symlink_to(xanadu_release.version)
    older = out / "0.0.9-older"
    older.mkdir()
    file = (xanadu_release.folder / "ontology.ttl").read_bytes()
    (older / "ontology.ttl").write_bytes(file.replace(b"ontology/0.1.0>", b"ontology/0.0.9>"))
    (older / "manifest.json").write_text(json.dumps({"version": "0.0.9-older", "issued": "2020-01-01"}))
    return out


def test_the_version_iri_of_an_older_release_answers_with_its_file(two_versions: Path) -> None:
    with TestClient(application(Settings(out=str(two_versions), access_log="")), follow_redirects=False) as client:
        old = client.get("/ontology/0.0.9")
        assert old.content == (two_versions / "0.0.9-older" / "ontology.ttl").read_bytes()
        assert old.content != client.get("/ontology").content
        to_page = client.get("/ontology/0.0.9", headers={"accept": "text/html"})
        assert (to_page.status_code, to_page.headers["location"]) == (303, "/versions/0.0.9-older/ontology")
        newest = client.get("/ontology/0.1.0", headers={"accept": "text/html"})
        assert (newest.status_code, newest.headers["location"]) == (303, "/ontology")
