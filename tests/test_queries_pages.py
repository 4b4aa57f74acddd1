"""The example queries and the editor as pages: what is listed, shown, offered to programs, and asked over HTTP."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from page_context import answer_of, context_of, page
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean
from selectolax.lexbor import LexborHTMLParser, LexborNode
from serve_process import ServeProcess

from ogpgraph.pages import editor
from ogpgraph.pages.context import NotFound
from ogpgraph.pages.editor import editor_page, editor_terms
from ogpgraph.pages.example_queries import FOLDER, examples_of, queries_page, query_page
from ogpgraph.settings import BASE, PROJECT
from ogpgraph.vocabulary import OWL, RDF, RDFS, SCHEMA, SH

pytest_plugins = ["fixtures_three_plans"]
EXAMPLES = sorted((PROJECT / "queries" / "examples").glob("*.rq"))
HOSTILE = '"</textarea><script>alert(1)</script>'
TEXT = f"SELECT ?s ?o {{ ?s <{RDFS.label.value}> ?o }} # <b>{HOSTILE}"


@pytest.fixture
def store() -> pyoxigraph.Store:
    """Two examples, one of them with markup wherever there is text, and a class with a label."""
    store = pyoxigraph.Store()
    for name, property_, text, keywords in (
        ("001-a", SH.select, TEXT, ("lineage", "<i>odd</i>")),
        ("002-b", SH.ask, "ASK { ?s ?p ?o }", ("policy area",)),
    ):
        node = NamedNode(BASE + FOLDER + name)
        store.extend(
            [
                Quad(node, RDF.type, SH.SPARQLExecutable),
                Quad(node, RDFS.label, Literal(f"Title <b>{name}</b>", language="en")),
                Quad(node, RDFS.comment, Literal(f"About {name}", language="en")),
                Quad(node, property_, Literal(text)),
                *(Quad(node, SCHEMA.keywords, Literal(word, language="en")) for word in keywords),
            ]
        )
    commitment = NamedNode(BASE + "ontology#Commitment")
    store.extend(
        [Quad(commitment, RDF.type, OWL.Class), Quad(commitment, RDFS.label, Literal("commitment", language="en"))]
    )
    return store


@pytest.fixture(scope="module")
def server(xanadu_out: Path) -> Iterator[ServeProcess]:
    with ServeProcess(xanadu_out) as server:
        yield server


def test_the_list_names_every_query_under_its_topic(store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(store, queries_page))
    titles = {found(part, "h2").text(): texts(part, "h3") for part in tree.css("main section")}
    assert titles == {
        "Lineage: what became of a commitment": ["Title <b>001-a</b>"],
        "Policy areas": ["Title <b>002-b</b>"],
    }
    assert [each.attributes["href"] for each in tree.css("main h3 a")] == ["/queries/001-a", "/queries/002-b"]
    words = {each.text(): each.attributes["href"] for each in tree.css(".words a")}
    assert words["<i>odd</i>"] == "/queries/?keyword=%3Ci%3Eodd%3C/i%3E"


def test_a_keyword_narrows_the_list(store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(store, lambda context: queries_page(context, "policy area")))
    assert texts(tree, "main h3") == ["Title <b>002-b</b>"]
    with pytest.raises(NotFound):
        page(store, lambda context: queries_page(context, "nobody uses this"))


def test_every_query_of_the_project_has_a_topic_and_nothing_is_lost(xanadu_store: pyoxigraph.Store) -> None:
    examples = {each.name: each for each in asyncio.run(examples_of(context_of(xanadu_store)))}
    assert set(examples) == {path.stem for path in EXAMPLES}
    assert [name for name, each in examples.items() if each.topic == "More"] == []
    for path in EXAMPLES:
        _, _, body = path.read_text("utf-8").partition("\n\n")
        assert examples[path.stem].file.partition("\n\n")[2].strip() == body.strip()


def test_a_query_is_shown_with_the_first_rows_of_its_answer(store: pyoxigraph.Store) -> None:
    store.extend(Quad(NamedNode(f"{BASE}id/x/{n:02}"), RDFS.label, Literal(f"<u>{n}</u>")) for n in range(20))
    context = context_of(store)
    tree = LexborHTMLParser(asyncio.run(query_page(context, "001-a", answer_of(store))))
    assert found(tree, ".sparql pre").text().strip() == TEXT
    assert tree.css("main script, main u, .sparql b") == []
    assert texts(tree, "table thead th") == ["s", "o"]
    assert len(tree.css("table tbody tr")) == 10
    assert found(tree, "caption").text() == "The first 10 of 23 rows"
    assert found(tree, "form[action='/editor'] input[name=query]").attributes["value"] == TEXT
    with pytest.raises(NotFound):
        asyncio.run(query_page(context, "../001-a", answer_of(store)))


def test_a_query_of_another_version_stays_in_it(store: pyoxigraph.Store) -> None:
    context = context_of(store, root="/versions/1")
    tree = LexborHTMLParser(asyncio.run(query_page(context, "001-a", answer_of(store))))
    assert found(tree, "main form").attributes["action"] == "/versions/1/editor"
    assert f"{BASE}versions/1/sparql" in found(tree, ".snippet pre").text()


def test_what_a_stranger_types_stays_in_the_textarea(store: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(store, lambda context: editor_page(context, TEXT)))
    assert found(tree, "textarea[name=query]").text().strip() == TEXT
    assert tree.css("main script") == []
    assert found(tree, "#query-form").attributes["action"] == "/sparql"
    empty = LexborHTMLParser(page(store, editor_page, root="/versions/1"))
    assert "SELECT ?commitment ?title" in found(empty, "textarea").text()
    assert found(empty, "#query-form").attributes["action"] == "/versions/1/sparql"


@pytest.mark.parametrize("bundled", [True, False])
def test_scripts_are_asked_for_where_they_were_built(
    store: pyoxigraph.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled: bool
) -> None:
    monkeypatch.setattr(editor, "BUNDLE", tmp_path / "editor.js")
    if bundled:
        editor.BUNDLE.touch()
    assert ("/assets/built/editor.js" in page(store, editor_page)) == bundled


def test_the_editor_learns_terms_prefixes_and_examples(store: pyoxigraph.Store) -> None:
    told = json.loads(page(store, editor_terms))
    assert told["classes"] == [{"iri": BASE + "ontology#Commitment", "label": "commitment"}]
    assert told["prefixes"]["ogp"] == BASE + "ontology#"
    assert [(each["topic"], [one["name"] for one in each["examples"]]) for each in told["examples"]] == [
        ("Lineage: what became of a commitment", ["001-a"]),
        ("Policy areas", ["002-b"]),
    ]


def test_browsers_and_programs_get_their_own_from_one_address(server: ServeProcess) -> None:
    path, browser = "/queries/012-plan-succession", {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    with server.get(path, browser) as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<h1>Which plan follows which</h1>" in answer.read().decode()
    with server.get(path, {"Accept": "text/turtle"}) as answer:  # follows the redirect
        graph = pyoxigraph.Store()
        graph.load(answer.read(), format=pyoxigraph.RdfFormat.TURTLE)
    node = NamedNode(f"{BASE}{FOLDER}012-plan-succession")
    assert [quad.object for quad in graph.quads_for_pattern(node, RDFS.label, None)] == [
        Literal("Which plan follows which", language="en")
    ]
    with server.get(f"{path}.rq") as answer:
        assert answer.headers["Content-Type"] == "application/sparql-query; charset=utf-8"
        text = answer.read().decode()
    assert "?plan a ogp:ActionPlan" in text
    with server.get("/queries/999-nothing") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/sparql", "/editor", "/editor?query=ASK+%7B%7D", "/sparql?format=json"])
def test_the_editor_may_run_no_script_of_others(server: ServeProcess, path: str) -> None:
    with server.get(path, {"Accept": "text/html"}) as answer:
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        tree = LexborHTMLParser(answer.read().decode())
    assert policy["default-src"] == "'none'"
    assert (policy["script-src"], policy["connect-src"]) == ("'self'", "'self'")
    assert ("ASK {}" in found(tree, "textarea").text()) == ("query=" in path)
    with server.get("/sparql") as answer:
        assert answer.headers["Content-Type"].startswith("text/turtle")


def test_a_query_that_is_too_long_for_an_address_is_refused_not_shown(server: ServeProcess) -> None:
    with server.get(f"/editor?query={'a' * 200_000}") as answer:
        assert answer.status in (414, 431)


def test_the_snippets_for_python_and_curl_run(server: ServeProcess, xanadu_store: pyoxigraph.Store) -> None:
    """As they stand, but for the address: no network is asked here."""
    origin = f"http://127.0.0.1:{server.port}"
    with server.get("/queries/012-plan-succession") as answer:
        tree = LexborHTMLParser(answer.read().decode())
    snippets = {found(part, "h3").text(): found(part, "code").text() for part in tree.css(".snippet")}
    assert set(snippets) == {"curl", "Python", "R"}
    here = {name: text.replace(BASE.rstrip("/"), origin) for name, text in snippets.items()}
    asked = (PROJECT / "queries/examples/012-plan-succession.rq").read_text("utf-8")
    with server.ask(asked, "text/csv") as answer:
        expected = answer.read().decode().splitlines()
    assert len(expected) > 1
    curl = subprocess.run(["bash", "-c", here["curl"]], capture_output=True, text=True, check=True)
    python = subprocess.run([sys.executable, "-c", here["Python"]], capture_output=True, text=True, check=True)
    assert curl.stdout.splitlines() == expected
    assert python.stdout.strip().splitlines() == expected


def test_what_answers_no_rows_shows_its_answer_too(xanadu_store: pyoxigraph.Store) -> None:
    context, answer = context_of(xanadu_store), answer_of(xanadu_store)
    others = [each for each in asyncio.run(examples_of(context)) if each.form != "SELECT"]
    assert {each.form for each in others} == {"ASK", "CONSTRUCT", "DESCRIBE"}
    for example in others:
        tree = LexborHTMLParser(asyncio.run(query_page(context, example.name, answer)))
        assert found(tree, ".sparql pre").text().strip() == example.text.strip()
        assert tree.css("table") == []
        assert texts(tree, ".snippet h3") == ["curl", "Python"]
        shown = found(tree, "#answer + p").text()
        result = xanadu_store.query(example.text)
        if isinstance(result, QueryBoolean):
            assert shown == ("Yes (true)" if result else "No (false)")
        else:
            number = len(set(result))
            if not number:
                assert shown == "No triples: nothing in this release fits."
                continue
            turtle = rdflib.Graph().parse(data=tree.css(".sparql pre")[1].text(), format="turtle")
            assert len(turtle) == min(10, number)
            assert shown.startswith("The first 10 of" if number > 10 else f"All {number} triples")


def test_an_answer_without_triples_says_so(store: pyoxigraph.Store) -> None:
    async def nothing(query: str, is_graph: bool) -> bytes:
        assert is_graph
        return b""

    text = Literal("CONSTRUCT WHERE { ?s ?p ?o }")
    example = next(quad.subject for quad in store.quads_for_pattern(None, SH.select, None))
    store.remove(Quad(example, SH.select, next(store.quads_for_pattern(example, SH.select, None)).object))
    store.add(Quad(example, SH.construct, text))
    tree = LexborHTMLParser(asyncio.run(query_page(context_of(store), "001-a", nothing)))
    assert found(tree, "#answer + p").text() == "No triples: nothing in this release fits."


def texts(node: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [each.text(strip=True) for each in node.css(selector)]


def found(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    first = node.css_first(selector)
    assert first is not None, selector
    return first
