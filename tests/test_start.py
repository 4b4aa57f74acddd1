"""The start page: counts that are true, a drawing that says what its numbers say, and links for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph
import pytest
from page_context import page
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions
from selectolax.lexbor import LexborHTMLParser, LexborNode
from serve_process import ServeProcess

from ogpgraph.pages.start import cycles_of, json_in_html, start_page
from ogpgraph.pages.terms import Term
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP, RDF, RDFS, XSD

pytest_plugins = ["fixtures_three_plans"]


@pytest.fixture(scope="module")
def server(xanadu_out: Path) -> Iterator[ServeProcess]:
    with ServeProcess(xanadu_out) as server:
        yield server


def test_every_count_is_what_its_query_lists(xanadu_store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(xanadu_store, start_page))
    counted = {}
    for link in tree.css(".counts a[href^='/editor']"):
        number, name = int(found(link, "b").text().replace(",", "")), link.text().split(maxsplit=1)[1]
        query = (link.attributes["href"] or "").partition("query=")[2]
        counted[name] = number
        answer = xanadu_store.query(unquote(query))
        assert isinstance(answer, QuerySolutions)
        assert len({row["thing"] for row in answer}) == number, name
    assert {"members", "commitments", "sources", "institutions"} <= set(counted)
    assert counted["commitments"] > 1
    assert "1,000" in found(tree, ".counts a[href$=void]").text()  # of the context in tests


def test_counts_follow_the_graph() -> None:
    store = pyoxigraph.Store()
    member = NamedNode(BASE + "id/member/XA")
    store.extend([Quad(OGP.NationalMember, RDFS.subClassOf, OGP.Member), Quad(member, RDF.type, OGP.NationalMember)])
    tree = LexborHTMLParser(page(store, start_page))
    assert [each.text(strip=True) for each in tree.css(".counts a[href^='/editor']")] == ["1member"]
    assert tree.css("svg") == []


def test_the_drawing_says_what_the_table_says(xanadu_store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(xanadu_store, start_page))
    rows = [[cell.text(strip=True) for cell in row.css("th, td")] for row in tree.css("figure details tbody tr")]
    drawn = [found(each, "title").text() for each in tree.css(".drawing g")]
    member = found(tree, "figcaption a").text()
    assert drawn == [f"{cycle}: {member} {first}, others {others}" for cycle, first, others in rows]
    asked = xanadu_store.query(f"SELECT (COUNT(*) AS ?n) {{ ?c {OGP.cycle} ?cycle ; a {OGP.Commitment} }}")
    assert isinstance(asked, QuerySolutions)
    assert sum(int(first) + int(others) for _, first, others in rows) == int(next(asked)["n"].value)


def test_columns_are_as_high_as_their_numbers() -> None:
    def row(cycle: str, member: str, number: int) -> dict[str, Term]:
        return {"cycle": Term("literal", cycle), "member": Term("iri", member), "number": Term("literal", str(number))}

    cycles = cycles_of(
        [row("2020", "urn:b", 4), row("2018", "urn:a", 6), row("2018", "urn:b", 2), row("2018", "urn:c", 1)]
    )
    assert cycles is not None
    assert cycles.member == "urn:a"  # six of each: the first by name
    assert [(each.cycle, each.first, each.others) for each in cycles.columns] == [("2018", 6, 3), ("2020", 0, 4)]
    heights = [each.first_height + each.others_height for each in cycles.columns]
    assert heights[0] / heights[1] == pytest.approx(9 / 4, rel=0.01)
    assert cycles_of([]) is None


def test_the_page_carries_the_dataset_and_its_citation(xanadu_store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(xanadu_store, start_page))
    dataset = json.loads(found(tree, "script[type='application/ld+json']").text())
    assert (dataset["@context"], dataset["@type"]) == ("https://schema.org/", "Dataset")
    assert found(tree, ".citation").text() == dataset["citation"]
    assert dataset["version"] in dataset["citation"]
    undescribed = LexborHTMLParser(page(pyoxigraph.Store(), start_page))
    assert undescribed.css("script, .citation") == []


def test_json_cannot_end_its_script() -> None:
    written = json_in_html({"name": "</script><script>alert(1)"})
    assert "<" not in written
    assert json.loads(str(written)) == {"name": "</script><script>alert(1)"}


def test_markup_in_labels_stays_text() -> None:
    store = pyoxigraph.Store()
    member, commitment = NamedNode(BASE + "id/member/XA"), NamedNode(BASE + "id/commitment/XA0001")
    store.extend(
        [
            Quad(member, RDFS.label, Literal("<b>Xanadu</b>", language="en")),
            Quad(commitment, RDF.type, OGP.Commitment),
            Quad(commitment, OGP.member, member),
            Quad(commitment, OGP.cycle, Literal("2018", datatype=XSD.gYear)),
        ]
    )
    tree = LexborHTMLParser(page(store, start_page))
    assert found(tree, "figcaption a").text() == "<b>Xanadu</b>"
    assert tree.css("figcaption b") == []


def test_the_start_page_of_a_version_links_into_it(xanadu_store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(xanadu_store, start_page, root="/versions/1"))
    targets = {each.attributes["href"] or "" for each in tree.css(".counts a, .pictures a")}
    assert targets
    assert all(target.startswith("/versions/1/") for target in targets)


def test_browsers_get_the_page_and_programs_the_description(server: ServeProcess) -> None:
    with server.get("/", {"Accept": "text/html,*/*;q=0.8"}) as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Accept" in answer.headers["Vary"]
        assert server.health()["version"] in answer.read().decode()
    with server.get("/", {"Accept": "text/turtle"}) as answer:  # follows the redirect
        graph = pyoxigraph.Store()
        graph.load(answer.read(), format=pyoxigraph.RdfFormat.TURTLE)
    void = NamedNode("http://rdfs.org/ns/void#Dataset")
    assert list(graph.quads_for_pattern(None, RDF.type, void))


def found(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    first = node.css_first(selector)
    assert first is not None, selector
    return first
