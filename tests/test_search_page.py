"""The search over HTTP: the page, its JSON and the SPARQL query find the same; strangers' words stay data."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
import search_data
from page_context import page
from pyoxigraph import Literal, Quad, Store
from search_data import commitment
from selectolax.lexbor import LexborHTMLParser, LexborNode
from serve_process import ServeProcess
from stub_engine import serving

from ogpgraph.load import dataset_of, open_release
from ogpgraph.pages.context import NotFound
from ogpgraph.pages.links import Links
from ogpgraph.pages.search import open_search, search_page
from ogpgraph.search.asked import PAGE_HITS, Search, search_of
from ogpgraph.search.index import Index
from ogpgraph.search.writing import Plan, write
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP, RDF, RDFS

NUMBER = 45  # entities that only paging needs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented release, and more commitments with one word than fit on a page."""
    more = []
    for number in range(NUMBER):
        node = commitment(f"XX1{number:03}")
        more += [Quad(node, RDF.type, OGP.Commitment), Quad(node, RDFS.label, Literal("Windmills", language="en"))]
    return search_data.written(tmp_path_factory.mktemp("dist") / "1", tuple(more))


@pytest.fixture(scope="module")
def index(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    file = tmp_path_factory.mktemp("stores") / "index.sqlite"
    write(Plan(dataset_of(folder), None, file))
    return Index(file, 5)


@pytest.fixture(scope="module")
def graph(folder: Path) -> Store:
    return open_release(folder)


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeProcess]:
    out = tmp_path_factory.mktemp("served") / "dist"
    shutil.copytree(folder, out / "1")
    (out / "latest").symlink_to("1")
    with ServeProcess(out) as process:
        process.until(lambda: bool(process.get("/search").status == 200), 60)
        yield process


# --- the page -----------------------------------------------------------------------------------------------------


def test_results_have_title_kind_member_plan_and_what_was_found(index: Index, graph: Store) -> None:
    tree = shown(index, graph, "treasury school")
    (first,) = tree.css(".results > ol > li")
    title = found(first, "h3 a")
    assert (title.text(), title.attributes["href"]) == ("Open budget data for schools", "/page/id/commitment/XX0001")
    assert found(first, ".badge").text() == "Commitment"
    assert texts(first, ".about a") == ["Xanadu", "Xanadu Action Plan 2018"]
    assert texts(first, "mark") == ["schools", "treasury", "school"]
    assert found(tree, "#results").text() == "1 result"


def test_the_language_of_a_title_is_told_and_markup_in_it_is_text(index: Index, graph: Store) -> None:
    tree = shown(index, graph, "strasse")
    title = found(tree, ".results h3")
    assert title.attributes["lang"] == "de"
    assert title.text().strip() == "Die Straße <b>offener</b> Daten"
    assert tree.css(".results h3 b") == []
    assert texts(title, "mark") == ["Straße"]


def test_facets_can_be_chosen_combined_and_taken_back(index: Index, graph: Store) -> None:
    kind = ("kind", OGP.Commitment.value)
    tree = shown(index, graph, "data", kind)
    assert texts(tree, ".narrowed a") == ["Kind: Commitment ×(remove)"]
    by_name = {each.text(): each for each in tree.css(".facets li a")}
    both = asked_by(by_name["2018"])
    assert both == Search("data", (kind, ("cycle", "2018")))
    count = int(found(parent(by_name["2018"]), ".count").text())
    assert index.search(both.wanted, both.chosen, 0, 0).total == count
    (chosen,) = tree.css(".facets .chosen a")
    assert asked_by(chosen) == asked_by(found(tree, ".narrowed a")) == Search("data")
    assert [(each.attributes["name"], each.attributes["value"]) for each in tree.css("form input[type=hidden]")] == [
        ("kind", "Commitment")
    ]


def test_without_words_there_are_facets_only(index: Index, graph: Store) -> None:
    tree = shown(index, graph, "")
    assert tree.css(".results > ol") == []
    assert texts(tree, ".facets h3") == ["Kind", "Member", "Cycle", "Policy area", "Completion"]
    assert "There is no word in" in shown(index, graph, "!!!").text()


def test_nothing_found_says_what_to_try(index: Index, graph: Store) -> None:
    tree = shown(index, graph, "treasury zeppelin", ("cycle", "2018"))
    assert found(tree, "#results").text() == "Nothing found"
    targets = [asked_by(each) for each in tree.css(".results li a")]
    assert Search("treasury zeppelin") in targets
    assert Search("treasury") in targets
    assert tree.css("#as-sparql") == []


def test_pages_are_whole_and_do_not_overlap(index: Index, graph: Store) -> None:
    seen: list[str] = []
    for number, size in ((1, 20), (2, 20), (3, 5)):
        tree = shown(index, graph, "windmill", number=number)
        seen += (targets := [each.attributes["href"] or "" for each in tree.css(".results h3 a")])
        assert len(targets) == size
        assert found(tree, "ol[start]").attributes["start"] == str((number - 1) * PAGE_HITS + 1)
        nexts = [asked_by(each).page for each in tree.css(".pages a")]
        assert nexts == [each for each in (number - 1, number + 1) if 1 <= each <= 3]
    assert len(set(seen)) == NUMBER
    with pytest.raises(NotFound):
        shown(index, graph, "windmill", number=4)


def test_another_version_links_into_itself(index: Index, graph: Store) -> None:
    tree = shown(index, graph, "school", root="/versions/1")
    targets = [each.attributes["href"] or "" for each in tree.css("main a")]
    targets += [each.attributes["action"] or "" for each in tree.css("main form")]
    assert [each for each in targets if not each.startswith(("/versions/1/", "#"))] == []


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "' onfocus='alert(1)", "</title><b>", "{{ 7 * 7 }}"])
def test_words_of_strangers_are_text(index: Index, graph: Store, text: str) -> None:
    tree = shown(index, graph, text)
    assert found(tree, "#q").attributes["value"] == text
    assert tree.css("script") == []
    assert found(tree, "title").text() == f"{text} – Search – OGP Graph"
    assert "onfocus" not in found(tree, "#q").attributes
    assert tree.css("main b") == []


# --- over HTTP ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "data"},
        {"q": "data", "kind": "Commitment", "cycle": "2018"},
        {"q": '"open data" -school'},
        {"member": "XX"},
    ],
)
def test_page_json_and_sparql_give_the_same_rows(server: ServeProcess, asked: dict[str, str]) -> None:
    told = json.load(server.get(f"/search.json?{urlencode(asked)}"))
    tree = LexborHTMLParser(server.get(f"/search?{urlencode(asked)}").read())
    iris = [each["iri"] for each in told["results"]]
    assert [each.attributes["href"] for each in tree.css(".results h3 a")] == [each["page"] for each in told["results"]]
    assert len(iris) == told["total"] > 0
    editor = urlsplit(found(tree, "#as-sparql + p a").attributes["href"] or "")
    (query,) = parse_qs(editor.query)["query"]
    assert query == told["sparql"]
    rows = list(csv.DictReader(server.ask(query, "text/csv").read().decode().splitlines()))
    assert [row["entity"] for row in rows] == iris
    labels = [each["label"] if each["language"] in ("en", None) else "" for each in told["results"]]
    assert [row["name"] for row in rows] == labels


def test_json_tells_facets_and_the_next_page(server: ServeProcess) -> None:
    told = json.load(server.get("/search.json?q=windmill&kind=Commitment"))
    assert (told["total"], told["page"], told["pages"]) == (NUMBER, 1, 3)
    assert told["facets"]["kind"] == [
        {"value": OGP.Commitment.value, "parameter": "Commitment", "label": "Commitment", "number": NUMBER}
    ]
    assert told["chosen"] == [{"facet": "kind", "value": OGP.Commitment.value}]
    following = json.load(server.get(told["next"]))
    assert following["page"] == 2
    assert {each["iri"] for each in following["results"]}.isdisjoint(each["iri"] for each in told["results"])
    assert json.load(server.get(following["next"]))["next"] is None


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("q=" + "a" * 10_000, 400, "at most 300 characters"),
        ("q=x&cycle=abc", 400, "a year has four digits"),
        ("q=x&member=%3E%20%7D", 400, "member: that is no name of a value"),
        ("q=x&page=0", 400, "page is a number from 1 to 500"),
        ("&".join(["x=1"] * 200), 400, "fields"),
        ("q=data&page=2", 404, ""),
    ],
)
def test_what_cannot_be_meant_is_refused(server: ServeProcess, query: str, status: int, says: str) -> None:
    for path in ("/search", "/search.json"):
        with server.get(f"{path}?{query}") as answer:
            assert answer.status == status
            assert says in answer.read().decode()


@pytest.mark.parametrize("text", ["%22%20OR%201=1", "NEAR(", "*", "%00", "%F0%28%8C", "%22", "-", "a%00b", "%ED%A0%80"])
def test_hostile_words_are_answered(server: ServeProcess, text: str) -> None:
    told = json.load(server.get(f"/search.json?q={text}"))
    assert told["query"] == parse_qs(f"q={text}", keep_blank_values=True, errors="replace")["q"][0].strip()
    with server.get(f"/search?q={text}") as answer:
        assert answer.status == 200
        assert "</html>" in answer.read().decode()
    with server.ask(told["sparql"], "text/csv") as rows:
        assert rows.read().decode().count("\r\n") == told["total"] + 1


def test_answers_are_cached_by_their_tag(server: ServeProcess) -> None:
    with server.get("/search?q=school") as first:
        tag = first.headers["ETag"]
        assert "script-src 'self'" in first.headers["Content-Security-Policy"]
    with server.get("/search?q=school", {"If-None-Match": tag}) as again:
        assert (again.status, again.read()) == (304, b"")


def test_browsers_learn_how_to_search(server: ServeProcess) -> None:
    page_head = LexborHTMLParser(server.get("/search").read())
    href = found(page_head, "link[rel=search]").attributes["href"]
    assert href == "/search/opensearch.xml"
    with server.get(href) as answer:
        assert answer.headers["Content-Type"].startswith("application/opensearchdescription+xml")
        described = ElementTree.fromstring(answer.read())
    name = "{http://a9.com/-/spec/opensearch/1.1/}"
    templates = {each.attrib["type"]: each.attrib["template"] for each in described.iter(f"{name}Url")}
    start = f"http://127.0.0.1:{server.port}"
    assert templates["text/html"] == f"{start}/search?q={{searchTerms}}"
    path = templates["application/json"].removeprefix(start).replace("{searchTerms}", "treasury")
    assert json.load(server.get(path))["results"][0]["label"] == "Treasury"
    assert "<a&amp;b>" not in open_search("http://a&b", Links(BASE))
    assert "http://a&amp;b/search?q=" in open_search("http://a&b", Links(BASE))


def test_where_another_endpoint_answers_there_is_no_search() -> None:
    with serving() as served:
        for path in ("/search?q=a", "/search.json?q=a"):
            answer = served.ask(path=path)
            assert answer.status == 501
            assert b"its data are not indexed for full-text search" in answer.body


def test_the_functions_are_in_the_service_description(server: ServeProcess) -> None:
    with server.get("/sparql", {"Accept": "application/n-triples"}) as answer:
        described = answer.read().decode()
    offered = set(
        re.findall(r"<http://www.w3.org/ns/sparql-service-description#extensionFunction> <([^>]+)>", described)
    )
    assert offered == {f"{BASE}function/{name}" for name in ("matches", "score", "fold")}


# --- what the tests are made with ---------------------------------------------------------------------------------


def shown(
    index: Index, graph: Store, text: str, *chosen: tuple[str, str], number: int = 1, root: str = ""
) -> LexborHTMLParser:
    search = Search(text, chosen, number)
    most = 0 if search.asks_nothing else PAGE_HITS
    hits = index.search(search.wanted, search.chosen, (number - 1) * PAGE_HITS, most)
    return LexborHTMLParser(page(graph, lambda context: search_page(context, search, hits), "/search", root))


def asked_by(link: LexborNode) -> Search:
    parameters = parse_qs(urlsplit(link.attributes["href"] or "").query)
    return search_of([(name, value) for name, values in parameters.items() for value in values])


def texts(node: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [" ".join(each.text().split()) for each in node.css(selector)]


def found(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    first = node.css_first(selector)
    assert first is not None, selector
    return first


def parent(node: LexborNode) -> LexborNode:
    assert node.parent is not None
    return node.parent
