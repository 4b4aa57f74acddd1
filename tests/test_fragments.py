"""Triple Pattern Fragments: terms as the specification spells them, paging, metadata, forms, HTTP, the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse
from selectolax.lexbor import LexborHTMLParser
from two_versions import OLDER

from ogpgraph.load import open_release
from ogpgraph.pages import fragments
from ogpgraph.pages.fragment_patterns import pattern_of, spelled
from ogpgraph.pages.fragments import HYDRA
from ogpgraph.release import Release
from ogpgraph.serve.application import application
from ogpgraph.settings import BASE, Settings
from ogpgraph.vocabulary import DCTERMS, FOAF, OGP, RDF, RDFS, VOID, XSD

pytest_plugins = ["fixtures_three_plans", "fixtures_two_versions"]

ORIGIN = "http://testserver"
N_QUADS = "application/n-quads"
COMMITMENT = NamedNode(f"{BASE}id/commitment/XA0001")
SIZE = 7
FORMS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    N_QUADS: RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
}
WITH_GRAPHS = ("application/ld+json", N_QUADS, "application/trig")


@dataclass(frozen=True)
class Site:
    """A server of pages of ``SIZE`` statements, and the graph that it holds."""

    client: TestClient
    store: Store

    def get(self, query: str = "", accept: str = N_QUADS, root: str = "", **headers: str) -> Response:
        return self.client.get(f"{root}/fragments{query}", headers={"Accept": accept, **headers})


@contextmanager
def served(release: Release, size: int = SIZE) -> Iterator[Site]:
    settings = Settings(out=str(release.folder.parent), access_log="", release_check_seconds=0, fragment_triples=size)
    with TestClient(application(settings)) as client:
        yield Site(client, open_release(release.folder))


@pytest.fixture(scope="module")
def site(xanadu_release: Release) -> Iterator[Site]:
    with served(xanadu_release) as site:
        yield site


@dataclass(frozen=True)
class Read:
    """A page of a fragment, as a client reads it from N-Quads."""

    data: list[Triple]
    metadata: set[Triple]

    def one(self, subject: str, predicate: NamedNode) -> str | None:
        """The only object, None where there is none."""
        found = [t.object.value for t in self.metadata if t.subject == NamedNode(subject) and t.predicate == predicate]
        assert len(found) <= 1
        return found[0] if found else None


def read(answer: Response) -> Read:
    quads = list(parse(answer.content, format=RdfFormat.N_QUADS))
    apart = NamedNode(f"{answer.request.url}#metadata")
    assert {quad.graph_name for quad in quads} <= {DefaultGraph(), apart}
    return Read(
        [quad.triple for quad in quads if quad.graph_name == DefaultGraph()],
        {quad.triple for quad in quads if quad.graph_name == apart},
    )


def all_pages(site: Site, query: str) -> tuple[list[list[Triple]], list[str]]:
    """The data of each page and the total that each tells, followed by ``hydra:next`` as a client does."""
    pages, totals, url = [], [], f"{ORIGIN}/fragments{query}"
    while url:
        answer = site.client.get(url, headers={"Accept": N_QUADS})
        assert answer.status_code == 200
        found = read(answer)
        pages.append(found.data)
        totals.append(found.one(url, VOID.triples) or "")
        url = found.one(url, HYDRA.next) or ""
    return pages, totals


def asked(**terms: object) -> str:
    """The query string of a pattern; terms are spelled as rdflib-like clients spell them."""
    return "?" + urlencode({place: spelled(term) for place, term in terms.items()})  # type: ignore[arg-type]


SOME = (COMMITMENT, RDF.type, NamedNode(f"{OGP.iri}Commitment"))
PATTERNS = {
    "subject": (COMMITMENT, None, None),
    "predicate": (None, DCTERMS.title, None),
    "object": (None, None, SOME[2]),
    "class": (None, RDF.type, SOME[2]),
    "subject and predicate": (COMMITMENT, RDF.type, None),
    "subject and object": (COMMITMENT, None, SOME[2]),
    "one statement": SOME,
    "literal": (None, DCTERMS.identifier, Literal("XA0001")),
    "number": (None, None, Literal("1", datatype=XSD.integer)),
    "nothing": (NamedNode("http://nothing.example/"), None, None),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_the_pages_of_a_fragment_are_what_matches(name: str, site: Site) -> None:
    subject, predicate, target = PATTERNS[name]
    expected = [quad.triple for quad in site.store.quads_for_pattern(subject, predicate, target, DefaultGraph())]
    pages, totals = all_pages(site, asked(subject=subject, predicate=predicate, object=target))
    found = [triple for page in pages for triple in page]
    assert without_blank_nodes(found) == without_blank_nodes(expected)
    assert len(found) == len(expected)
    assert {len(page) for page in pages[:-1]} <= {SIZE}
    assert set(totals) == {str(len(expected))}
    assert bool(expected) == (name != "nothing")


def test_all_pages_are_the_whole_graph(xanadu_release: Release) -> None:
    with served(xanadu_release, 5000) as site:
        pages, totals = all_pages(site, "")
        graph = [quad.triple for quad in site.store.quads_for_pattern(None, None, None, DefaultGraph())]
    assert without_blank_nodes([triple for page in pages for triple in page]) == without_blank_nodes(graph)
    assert (len(pages), set(totals)) == (-(-len(graph) // 5000), {str(len(graph))})


def without_blank_nodes(triples: list[Triple]) -> Counter[Triple]:
    """Blank nodes are called something else in each answer."""
    return Counter(triple for triple in triples if not {type(triple.subject), type(triple.object)} & {BlankNode})


def test_a_literal_is_found_by_every_part_of_it(site: Site) -> None:
    titles = site.store.quads_for_pattern(None, DCTERMS.title, None, DefaultGraph())
    title = next(quad.object for quad in titles if isinstance(quad.object, Literal) and quad.object.language == "en")
    plain, other = Literal(title.value), Literal(title.value, language="fr")
    numbers = [len(read(site.get(asked(object=term))).data) for term in (title, plain, other)]
    in_store = [
        len(list(site.store.quads_for_pattern(None, None, term, DefaultGraph()))) for term in (title, plain, other)
    ]
    assert numbers == [min(number, SIZE) for number in in_store]
    assert numbers[0] > 0 == numbers[1]


TERMS = {
    "http://example.org/a": NamedNode("http://example.org/a"),
    "<http://example.org/a>": NamedNode("http://example.org/a"),
    "ogp:Commitment": NamedNode(f"{OGP.iri}Commitment"),
    "urn:uuid:1": NamedNode("urn:uuid:1"),
    '"text"': Literal("text"),
    '""': Literal(""),
    '"a "quoted" word"': Literal('a "quoted" word'),
    '"a\\nb"': Literal("a\\nb"),
    '"two\nlines"': Literal("two\nlines"),
    '"one"@en"': Literal('one"@en'),
    '"été"@fr': Literal("été", language="fr"),
    '"x"@en-gb': Literal("x", language="en-gb"),
    '"42"^^http://www.w3.org/2001/XMLSchema#integer': Literal("42", datatype=XSD.integer),
    '"42"^^<http://www.w3.org/2001/XMLSchema#integer>': Literal("42", datatype=XSD.integer),
    '"42"^^xsd:integer': Literal("42", datatype=XSD.integer),
    '"} INSERT DATA { <a:b> <a:b> <a:b> }"': Literal("} INSERT DATA { <a:b> <a:b> <a:b> }"),
}


@pytest.mark.parametrize("text", TERMS)
def test_terms_are_read_as_the_specification_spells_them(text: str) -> None:
    assert pattern_of({"object": text}).object == TERMS[text]


@pytest.mark.parametrize("term", TERMS.values(), ids=str)
def test_a_term_is_read_as_it_is_spelled(term: NamedNode | Literal) -> None:
    assert pattern_of({"object": spelled(term)}).object == term


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("subject=_:b0", "blank node"),
        ("subject=%22text%22", "literal"),
        ("predicate=%22text%22", "literal"),
        ("object=%22text", "literal is"),
        ("object=%22text%22@", "literal is"),
        ("object=%22text%22@e_n", "literal is"),
        ("object=%22text%22%5E%5Einteger", "no term"),
        ("object=relative", "no term"),
        ("object=http://a.example/%3E%20%7D", "no term"),
        ("graph=?g", "named graph"),
        ("graph=%22text%22", "literal"),
        ("page=0", "page is"),
        ("page=two", "page is"),
        ("page=-1", "page is"),
        ("page=9999999999", "page is"),
        ("subject=a:b&subject=a:c", "once at most"),
        ("values=1", "once at most"),
        ("subject=%zz", "no term"),
        ("&".join(["a=1"] * 50), "fields"),
    ],
)
def test_what_is_no_pattern_is_refused(query: str, says: str, site: Site) -> None:
    answer = site.get(f"?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert says in answer.json()["detail"]


def test_a_variable_that_is_repeated_is_the_same(site: Site) -> None:
    same = {quad.triple for quad in site.store.quads_for_pattern(None, None, None, DefaultGraph())}
    itself = [triple for triple in same if triple.subject == triple.object]
    found = read(site.get("?subject=?x&predicate=?y&object=?x"))
    assert set(found.data) <= set(itself)
    assert found.one(f"{ORIGIN}/fragments?subject=?x&predicate=?y&object=?x", VOID.triples) == str(len(itself))


@pytest.mark.parametrize("query", ["", "?subject=&predicate=&object=", "?subject=?a&object=?b", "?predicate=rdf:type"])
def test_metadata_name_the_address_that_was_asked_for(query: str, site: Site) -> None:
    """In metadata "the URL of the current page MUST exactly match the URL" of the request (section 3.5)."""
    url = f"{ORIGIN}/fragments{query}"
    found = read(site.get(query))
    dataset = f"{ORIGIN}/fragments#dataset"
    assert found.one(f"{url}#metadata", FOAF.primaryTopic) == dataset
    assert Triple(NamedNode(dataset), VOID.subset, NamedNode(url)) in found.metadata
    assert found.one(url, HYDRA.totalItems) == found.one(url, VOID.triples)
    assert int(found.one(url, VOID.triples) or 0) > SIZE
    assert found.one(url, HYDRA.itemsPerPage) == str(SIZE)
    assert found.one(dataset, VOID.triples) is None  # clients would take it for the number of the fragment
    form = found.one(dataset, HYDRA.search) or ""
    assert found.one(form, HYDRA.template) == f"{ORIGIN}/fragments{{?subject,predicate,object}}"
    mappings = [t.object.value for t in found.metadata if t.subject == NamedNode(form) and t.predicate == HYDRA.mapping]
    assert {found.one(each, HYDRA.variable): found.one(each, HYDRA.property) for each in mappings} == {
        name: RDF[name].value for name in ("subject", "predicate", "object")
    }


def test_pages_lead_to_each_other(site: Site) -> None:
    start = f"{ORIGIN}/fragments?predicate=rdf:type"
    first = read(site.get("?predicate=rdf:type"))
    assert (first.one(start, HYDRA.previous), first.one(start, HYDRA.first)) == (None, start)
    second_url = first.one(start, HYDRA.next) or ""
    assert second_url == f"{start}&page=2"
    second = read(site.client.get(second_url, headers={"Accept": N_QUADS}))
    assert second.one(second_url, HYDRA.previous) == second.one(second_url, HYDRA.first) == start
    assert second.one(second_url, HYDRA.next) == f"{start}&page=3"
    assert Triple(NamedNode(start), VOID.subset, NamedNode(second_url)) in second.metadata
    in_another_order = read(site.get("?page=2&predicate=rdf:type"))
    assert in_another_order.data == second.data
    assert in_another_order.one(f"{ORIGIN}/fragments?page=2&predicate=rdf:type", HYDRA.previous) == start


def test_there_is_nothing_behind_the_last_page_but_the_controls(site: Site) -> None:
    answer = site.get("?predicate=rdf:type&page=99999")
    assert (answer.status_code, answer.headers["content-type"]) == (404, N_QUADS)
    found = read(answer)
    assert found.data == []
    assert found.one(f"{ORIGIN}/fragments#dataset", HYDRA.search)
    for link in (HYDRA.next, HYDRA.previous):
        assert found.one(f"{ORIGIN}/fragments?predicate=rdf:type&page=99999", link) is None
    page = site.get("?predicate=rdf:type&page=99999", accept="text/html")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_an_empty_fragment_is_one(site: Site) -> None:
    answer = site.get("?subject=http://nothing.example/")
    assert answer.status_code == 200
    assert read(answer).one(str(answer.request.url), VOID.triples) == "0"


@pytest.mark.parametrize("media_type", FORMS)
def test_each_form_has_the_data_and_the_controls(media_type: str, site: Site) -> None:
    query = asked(subject=COMMITMENT, predicate=RDF.type)
    answer = site.get(query, media_type)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    quads = list(parse(answer.content, format=FORMS[media_type]))
    nquads = list(parse(site.get(query).content, format=RdfFormat.N_QUADS))
    if media_type in WITH_GRAPHS:
        assert set(quads) == set(nquads)
    else:
        assert {quad.triple for quad in quads} == {quad.triple for quad in nquads}
        assert {quad.graph_name for quad in quads} == {DefaultGraph()}


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "text/turtle; charset=utf-8"),
        ("image/png", "text/turtle; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/n-quads,application/trig;q=0.9,text/html;q=0.2", N_QUADS),
    ],
)
def test_the_form_is_what_the_client_likes(accept: str, content_type: str, site: Site) -> None:
    answer = site.get(accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert answer.headers["vary"] == "Accept, Accept-Encoding"


def test_a_fragment_can_be_kept(site: Site) -> None:
    answer = site.get()
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = site.get(**{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    tags = {site.get(accept=accept).headers["etag"] for accept in FORMS}
    assert len(tags) == len(FORMS)
    assert site.client.head("/fragments", headers={"Accept": N_QUADS}).headers["etag"] == answer.headers["etag"]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_each_host_gets_its_own_addresses(site: Site) -> None:
    here, there = (site.get(host=host).text for host in ("here.example", "there.example"))
    assert "http://here.example/fragments" in here
    assert here.replace("here.example", "there.example") == there


def test_a_named_graph_is_a_dataset_of_its_own(site: Site) -> None:
    graph = NamedNode(f"{BASE}graph/ontology")
    query = f"?graph={quote(graph.value, safe='')}&subject={quote(OGP.Commitment.value, safe='')}"
    found = read(site.get(query))
    expected = [quad.triple for quad in site.store.quads_for_pattern(OGP.Commitment, None, None, graph)]
    assert 0 < len(found.data) == min(SIZE, len(expected))
    assert set(found.data) <= set(expected)
    interface = f"{ORIGIN}/fragments?graph={quote(graph.value, safe='')}"
    assert found.one(f"{interface}#pattern", HYDRA.template) == f"{interface}{{&subject,predicate,object}}"
    assert found.one(f"{interface}#dataset", DCTERMS.source) == graph.value


def test_a_number_too_high_to_count_is_what_the_release_publishes(
    monkeypatch: pytest.MonkeyPatch, xanadu_release: Release
) -> None:
    """Of a property, a class and everything; not of what is small."""
    monkeypatch.setattr(fragments, "MOST_COUNTED", 8)
    with served(xanadu_release) as new:
        published = published_by(new.store)

        def told(query: str) -> int:
            return int(read(new.get(query)).one(f"{ORIGIN}/fragments{query}", VOID.triples) or -1)

        assert told("?predicate=rdfs:label") == published("propertyPartition", VOID.property, RDFS.label, VOID.triples)
        kind = NamedNode("http://www.w3.org/2004/02/skos/core#Concept")
        assert told("?predicate=rdf:type&object=skos:Concept") == published(
            "classPartition", VOID["class"], kind, VOID.entities
        )
        assert told("") > told("?predicate=rdfs:label")
        assert told("?predicate=rdf:type&object=ogp:ActionPlan") == 3


def published_by(store: Store) -> Callable[[str, NamedNode, NamedNode, NamedNode], int]:
    """What VoID in the store says."""

    def published(partition: str, of: NamedNode, node: NamedNode, number: NamedNode) -> int:
        dataset = NamedNode(f"{BASE}id/dataset/ogp-graph")
        found = [
            quad.object
            for part in store.quads_for_pattern(dataset, VOID[partition], None, DefaultGraph())
            if Quad(part.object, of, node) in store
            for quad in store.quads_for_pattern(part.object, number, None, DefaultGraph())
        ]
        assert len(found) == 1
        return int(found[0].value)

    return published


def test_a_page_behind_many_others_waits_among_strangers(site: Site) -> None:
    """What takes long must not hold up the pages of the site."""
    lanes = []
    engine = site.client.app.releases.engine  # type: ignore[attr-defined]
    original = engine.answer

    def answer(job):  # type: ignore[no-untyped-def]
        lanes.append(job.lane.value)
        return original(job)

    engine.answer = answer
    try:
        for query in ("?object=a:new", "?object=a:new&page=100000", "?subject=?new&object=?new"):
            site.get(query)
    finally:
        engine.answer = original
    assert (lanes[0], set(lanes[1:])) == ("reserved", {"public"})


def test_an_older_version_has_fragments_of_its_own(past: TestClient) -> None:
    root = f"/versions/{OLDER}"
    answer = past.get(f"{root}/fragments?predicate=rdf:type", headers={"Accept": N_QUADS})
    assert answer.status_code == 200
    assert read(answer).one(f"{ORIGIN}{root}/fragments#pattern", HYDRA.template) == (
        f"{ORIGIN}{root}/fragments{{?subject,predicate,object}}"
    )
    assert answer.headers["ogpgraph-version"] == OLDER


def test_the_page_shows_the_statements_and_leads_on(site: Site) -> None:
    page = LexborHTMLParser(site.get(asked(subject=COMMITMENT), "text/html").text)
    total = len(list(site.store.quads_for_pattern(COMMITMENT, None, None, DefaultGraph())))
    assert page.css_first("h2").text().startswith(f"{total} statements")
    rows = page.css("tbody tr")
    assert len(rows) == SIZE
    assert page.css_first("input[name=subject]").attributes["value"] == COMMITMENT.value
    following = page.css_first("a[rel=next]").attributes["href"] or ""
    assert site.client.get(following, headers={"Accept": "text/html"}).status_code == 200
    for link in page.css("tbody td a"):
        href = link.attributes["href"] or ""
        if href.startswith("/fragments"):
            answer = site.client.get(href, headers={"Accept": N_QUADS})
            assert (answer.status_code, bool(read(answer).data)) == (200, True), href


def test_what_a_stranger_writes_into_the_form_stays_text(site: Site) -> None:
    hostile = '"<script>alert(1)</script>'
    assert "<script>alert" not in site.get(f"?object={quote(hostile)}", "text/html").text
    page = site.get(f"?object={quote(hostile + chr(34))}", "text/html")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
