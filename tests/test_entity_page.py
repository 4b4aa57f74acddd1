"""The page of any entity: what is said, by whom, and who points to it."""

from __future__ import annotations

import pyoxigraph
import pytest
from page_context import page
from pyoxigraph import Literal, NamedNode, Quad
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ogpgraph.pages.context import NotFound
from ogpgraph.pages.entity import entity_page
from ogpgraph.settings import BASE

ENTITY = NamedNode(BASE + "id/commitment/XX0001")
CAPTURE, OTHER = NamedNode(BASE + "graph/source/a"), NamedNode(BASE + "graph/source/b")
TITLE = NamedNode("http://purl.org/dc/terms/title")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
LEADS = NamedNode(BASE + "ontology#leads")


@pytest.fixture
def store() -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.extend(
        [
            Quad(ENTITY, LABEL, Literal("XX0001: Open <b>all</b>", language="en")),
            Quad(ENTITY, TITLE, Literal("Ouvrir tout", language="fr")),
            Quad(ENTITY, TITLE, Literal("Ouvrir tout", language="fr"), CAPTURE),
            Quad(ENTITY, TITLE, Literal("Ouvrir presque tout", language="fr"), OTHER),
            Quad(CAPTURE, LABEL, Literal("First capture", language="en")),
            *(Quad(NamedNode(f"{BASE}id/institution/xx/{n:03}"), LEADS, ENTITY) for n in range(120)),
        ]
    )
    return store


def test_every_statement_is_there_with_its_sources(store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(store, lambda context: entity_page(context, ENTITY.value)))
    facts = dict(zip(texts(tree, "dl.facts dt"), tree.css("dl.facts dd"), strict=True))
    assert set(facts) == {"label", "title"}
    value = found(facts["title"], "div span[lang=fr]")
    assert value.text() == "Ouvrir tout"
    assert texts(facts["title"], "div > details.sources li")[0] == "First capture"
    others = found(facts["title"], "details.others")
    assert "Ouvrir presque tout" in others.text()
    assert [each.attributes["href"] for each in others.css("li a")] == ["/page/graph/source/b"]
    assert found(tree, "h1").text() == "XX0001: Open <b>all</b>"
    assert tree.css("h1 b") == []


def test_who_points_to_it_is_counted_and_the_first_are_named(store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(store, lambda context: entity_page(context, ENTITY.value)))
    assert "leads of 120" in found(tree, "main > details > summary").text()
    assert len(tree.css("main > details li")) == 100
    assert "The first 100 of 120." in found(tree, "main > details").text()


def test_another_version_links_into_itself(store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(store, lambda context: entity_page(context, ENTITY.value), root="/versions/1"))
    targets = {each.attributes["href"] for each in tree.css("main a")}
    assert "/versions/1/page/graph/source/a" in targets
    assert "/versions/1/data/id/commitment/XX0001.ttl" in targets
    assert "/page/graph/source/a" not in targets


def test_what_nobody_speaks_of_is_not_found(store: pyoxigraph.Store) -> None:
    with pytest.raises(NotFound):
        page(store, lambda context: entity_page(context, BASE + "id/commitment/XX9999"))


def texts(node: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [each.text(strip=True) for each in node.css(selector)]


def found(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    first = node.css_first(selector)
    assert first is not None, selector
    return first
