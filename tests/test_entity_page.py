"""The page of any entity: what is said, by whom, who points to it, and the same for programs."""

from __future__ import annotations

import json

import pyoxigraph
import pytest
import rdflib
from page_context import context_of, page
from pyoxigraph import Literal, NamedNode, Quad
from rdflib.compare import to_isomorphic
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ogpgraph.pages.context import NotFound
from ogpgraph.pages.entity import entity_page
from ogpgraph.pages.external_names import external_name
from ogpgraph.pages.terms import Term, day_in_words, natural
from ogpgraph.settings import BASE

pytest_plugins = ["fixtures_three_plans"]

XSD = "http://www.w3.org/2001/XMLSchema#"
ENTITY = NamedNode(BASE + "id/commitment/XX0001")
CAPTURE, OTHER, THIRD = (NamedNode(f"{BASE}graph/source/{key}") for key in "abc")
SOURCE = NamedNode(BASE + "id/source/a")
TITLE = NamedNode("http://purl.org/dc/terms/title")
NOTE = NamedNode("http://www.w3.org/2004/02/skos/core#note")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LEADS = NamedNode(BASE + "ontology#leads")
AREA = NamedNode(BASE + "ontology#policyArea")
KIND = NamedNode(BASE + "scheme/source-kind/commitment-page")


@pytest.fixture
def store() -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    institution = NamedNode(BASE + "ontology#Institution")
    store.extend(
        [
            Quad(ENTITY, LABEL, Literal("XX0001: Open <b>all</b></script>", language="en")),
            Quad(ENTITY, TITLE, Literal("Ouvrir tout", language="fr")),
            Quad(ENTITY, TITLE, Literal("Ouvrir tout", language="fr"), CAPTURE),
            Quad(ENTITY, TITLE, Literal("Ouvrir presque tout", language="fr"), OTHER),
            Quad(ENTITY, TITLE, Literal("Ouvrir un peu", language="fr"), THIRD),
            *(Quad(ENTITY, NOTE, Literal(each, language="en")) for each in ("One", "See https://example.org/two.")),
            *(Quad(ENTITY, NOTE, Literal("One", language="en"), graph) for graph in (CAPTURE, OTHER)),
            *(Quad(ENTITY, NOTE, Literal("See https://example.org/two.", language="en"), g) for g in (CAPTURE, OTHER)),
            Quad(SOURCE, NamedNode(BASE + "ontology#graph"), CAPTURE),
            Quad(SOURCE, NamedNode("http://purl.org/dc/terms/identifier"), Literal("a")),
            Quad(SOURCE, NamedNode("http://purl.org/dc/terms/language"), Literal("fr")),
            Quad(SOURCE, NamedNode(BASE + "ontology#sourceKind"), KIND),
            Quad(SOURCE, NamedNode(BASE + "ontology#describes"), ENTITY),
            Quad(
                SOURCE,
                NamedNode("http://purl.org/dc/terms/issued"),
                Literal("2017-11-20", datatype=NamedNode(XSD + "date")),
            ),
            Quad(KIND, NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel"), Literal("Web page", language="en")),
            Quad(institution, LABEL, Literal("institution", language="en")),
            *(Quad(NamedNode(f"{BASE}id/institution/xx/{n:03}"), LEADS, ENTITY) for n in range(120)),
            *(Quad(NamedNode(f"{BASE}id/institution/xx/{n:03}"), TYPE, institution) for n in range(120)),
        ]
    )
    return store


def tree_of(store: pyoxigraph.Store, iri: str = ENTITY.value, root: str = "") -> LexborHTMLParser:
    return LexborHTMLParser(page(store, lambda context: entity_page(context, iri), root=root))


def test_every_statement_is_there_with_its_sources(store: pyoxigraph.Store) -> None:
    facts = facts_on(tree_of(store))
    assert set(facts) == {"label", "title", "note"}
    value = found(facts["title"], "div span[lang=fr]")
    assert value.text() == "Ouvrir tout"
    assert texts(facts["title"], "div > details.sources li") == ["Web page XX0001, 20 November 2017 (fr)"]


def test_captures_that_disagree_are_counted_and_named(store: pyoxigraph.Store) -> None:
    others = found(facts_on(tree_of(store))["title"], "details.others")
    assert found(others, "summary").text() == "2 captures say otherwise"
    assert "Ouvrir presque tout" in others.text()
    assert [each.attributes["href"] for each in others.css("a")] == ["/page/graph/source/b", "/page/graph/source/c"]


def test_sources_that_all_values_share_are_listed_once(store: pyoxigraph.Store) -> None:
    note = facts_on(tree_of(store))["note"]
    assert texts(note, "details.sources > summary") == ["2 sources"]
    assert found(note, "div.shared details.sources") is not None


def test_an_address_in_a_text_is_a_link_and_markup_is_text(store: pyoxigraph.Store) -> None:
    tree = tree_of(store)
    assert [each.attributes["href"] for each in tree.css("dl.facts span[lang=en] a")] == ["https://example.org/two"]
    assert found(tree, "h1").text() == "XX0001: Open <b>all</b></script>"
    assert tree.css("h1 b") == []


def test_who_points_to_it_is_counted_and_the_first_are_named(store: pyoxigraph.Store) -> None:
    incoming = tree_of(store).css("main details.incoming")
    assert len(incoming) == 2  # the capture that describes it, the institutions
    leads = next(each for each in incoming if "120" in each.text())
    assert " ".join(found(leads, "summary").text().split()) == "120 × institution that leads it (leads)"
    assert len(leads.css("li")) == 60
    assert "The first 60 of 120." in leads.text()
    query = found(leads, "p a").attributes["href"] or ""
    assert query.startswith("/editor?query=SELECT%20%3Fsubject")


def test_all_that_point_to_it_are_counted_where_they_are_too_many_to_ask_for_at_once(store: pyoxigraph.Store) -> None:
    store.extend(Quad(NamedNode(f"{BASE}id/x/{n:04}"), AREA, ENTITY) for n in range(3100))
    incoming = {
        " ".join(found(each, "summary").text().split()): len(each.css("li"))
        for each in tree_of(store).css("details.incoming")
    }
    assert incoming["3100 × thing with this policy area (policyArea)"] == 60
    assert incoming["120 × institution that leads it (leads)"] == 60


def test_another_version_links_into_itself(store: pyoxigraph.Store) -> None:
    targets = {each.attributes["href"] for each in tree_of(store, root="/versions/1").css("main a")}
    assert "/versions/1/page/graph/source/a" in targets
    assert "/versions/1/data/id/commitment/XX0001.ttl" in targets
    assert "/page/graph/source/a" not in targets


def test_what_nobody_speaks_of_is_not_found(store: pyoxigraph.Store) -> None:
    with pytest.raises(NotFound):
        page(store, lambda context: entity_page(context, BASE + "id/commitment/XX9999"))


def test_a_graph_has_a_page_of_what_it_says(store: pyoxigraph.Store) -> None:
    tree = tree_of(store, CAPTURE.value)
    assert found(tree, "h1").text() == "Web page XX0001, 20 November 2017 (fr)"
    assert found(tree, ".lead-section p.lead").text().startswith("3 statements of Web page XX0001")
    assert "Ouvrir tout" in texts(tree, "details.subject dd span")


@pytest.mark.parametrize("path", ["id/commitment/XA0001", "scheme/completion/scale", "id/conflict/XA0001/title"])
def test_the_data_in_the_page_are_those_of_the_turtle(xanadu_store: pyoxigraph.Store, path: str) -> None:
    iri = BASE + path
    blocks = tree_of(xanadu_store, iri).css('script[type="application/ld+json"]')
    embedded = rdflib.Graph().parse(data=blocks[0].text(), format="json-ld")
    answer = xanadu_store.query(f"CONSTRUCT {{ <{iri}> ?property ?value }} WHERE {{ <{iri}> ?property ?value }}")
    assert isinstance(answer, pyoxigraph.QueryTriples)
    own = rdflib.Graph().parse(data=answer.serialize(format=pyoxigraph.RdfFormat.TURTLE), format="turtle")
    assert len(own) > 3
    assert to_isomorphic(embedded) == to_isomorphic(own)


def test_crawlers_are_told_type_name_and_whole_without_another_host(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, BASE + "id/commitment/XA0001")
    known = json.loads(tree.css('script[type="application/ld+json"]')[1].text())
    assert known["@context"] == {"@vocab": "https://schema.org/"}
    assert (known["@id"], known["@type"]) == (BASE + "id/commitment/XA0001", "CreativeWork")
    assert known["name"] == "Opening the archives"
    assert known["isPartOf"] == {"@id": BASE + "id/plan/XA-2015", "name": "Xanadu Action Plan 2015-2017"}


def test_nothing_in_the_data_ends_their_block(store: pyoxigraph.Store) -> None:
    html = page(store, lambda context: entity_page(context, ENTITY.value))
    blocks = LexborHTMLParser(html).css('script[type="application/ld+json"]')
    assert [json.loads(each.text()) is not None for each in blocks] == [True, True]
    assert all("<" not in each.text() for each in blocks)
    assert json.loads(blocks[1].text())["name"] == "XX0001: Open <b>all</b></script>"


@pytest.mark.parametrize(
    ("value", "datatype", "form", "words"),
    [
        ("2017-11-20", "date", "date", "20 November 2017"),
        ("2017-11", "gYearMonth", "date", "November 2017"),
        ("2017", "gYear", "date", "2017"),
        ("0.95", "decimal", "number", "0.95"),
        ("true", "boolean", "boolean", "yes"),
        ("http://example.org/", "anyURI", "address", "http://example.org/"),
        ("2017-13-01", "date", "date", "2017-13-01"),
    ],
)
def test_values_are_written_by_their_datatype(value: str, datatype: str, form: str, words: str) -> None:
    term = Term("literal", value, datatype=XSD + datatype)
    assert (term.form, term.in_words) == (form, words)


def test_a_script_is_no_address() -> None:
    assert Term("literal", "javascript:alert(1)", datatype=XSD + "anyURI").form == "text"
    assert day_in_words("yesterday") == "yesterday"


def test_an_iri_of_another_scheme_is_no_link(store: pyoxigraph.Store) -> None:
    store.add(Quad(ENTITY, AREA, NamedNode("javascript:alert(1)")))
    tree = tree_of(store)
    assert "javascript:alert(1)" in facts_on(tree)["policyArea"].text()
    assert [each for each in tree.css("a") if (each.attributes["href"] or "").startswith("javascript")] == []


def test_numbers_in_text_sort_by_size() -> None:
    assert sorted(["10.2", "2", "10.1", "a", "1"], key=natural) == ["1", "2", "10.1", "10.2", "a"]


def test_terms_of_others_have_readable_names() -> None:
    assert external_name("http://www.w3.org/2004/02/skos/core#prefLabel") == "name"
    assert external_name("http://www.w3.org/2002/07/owl#priorVersion") == "prior version"
    assert external_name("http://www.w3.org/ns/org#ChangeEvent") == "Change event"
    assert external_name("https://www.example.org/a/b/") == "example.org/a/b"


def test_few_questions_are_asked(xanadu_store: pyoxigraph.Store) -> None:
    context = context_of(xanadu_store)
    asked: list[str] = []

    async def make(_: object) -> str:
        async def counted(query: str) -> list[dict[str, Term]]:
            asked.append(query)
            return await context.ask(query)

        return await entity_page(
            type(context)(counted, context.links, context.about), BASE + "id/institution/xa/data-agency"
        )

    page(xanadu_store, make)
    assert len(asked) <= 12


def facts_on(tree: LexborHTMLParser) -> dict[str, LexborNode]:
    """The definitions under the heading of the statements by what they are called."""
    facts = found(tree, "#statements ~ dl.facts")
    return dict(zip(texts(facts, "dt"), facts.css("dd"), strict=True))


def texts(node: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [each.text(strip=True) for each in node.css(selector)]


def found(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    first = node.css_first(selector)
    assert first is not None, selector
    return first
