"""The search: what is folded, what is asked, what is found, and the same inside SPARQL."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import search_data
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, Quad, QuerySolutions
from search_data import BODY, MEMBER, commitment

from ogpgraph.engine import generation, worker
from ogpgraph.engine.frames import Failure, Fault, Task
from ogpgraph.engine.job import EngineFailed, Job, LimitReached
from ogpgraph.engine.local import LocalEngine
from ogpgraph.load import dataset_of
from ogpgraph.negotiate import RESULT_FORMATS
from ogpgraph.protocol.requests import Query
from ogpgraph.release import Release
from ogpgraph.search import functions as search_functions
from ogpgraph.search.asked import Search, as_sparql, search_of
from ogpgraph.search.documents import Text
from ogpgraph.search.facets import FACETS, KINDS
from ogpgraph.search.folding import fold, words
from ogpgraph.search.functions import SearchFunctions
from ogpgraph.search.index import Index, TooSlow
from ogpgraph.search.names import FUNCTIONS, index_file
from ogpgraph.search.snippets import Snippet, marked, snippet
from ogpgraph.search.wording import MOST_CHARACTERS, MOST_TERMS, TooMuchAsked, wanted
from ogpgraph.search.writing import Plan, write
from ogpgraph.settings import BASE, Settings
from ogpgraph.vocabulary import OGP, RDF, RDFS

CSV = next(each for each in RESULT_FORMATS if each.name == "csv")
INJECTIONS = (
    '" OR 1=1',
    "NEAR(",
    "NEAR(a b, 2)",
    "*",
    "\0",
    "names:x",
    "^x",
    "a AND",
    "NOT",
    "'; DROP TABLE words;--",
    "\ud800",
)


# --- folding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("École ÉTÉ", "ecole ete"),
        ("e\u0301te\u0301", "ete"),
        ("Straße", "strasse"),
        ("Diyarbakır İZMİR", "diyarbakir izmir"),
        ("مُحَمَّدٌ كِتـاب", "محمد كتاب"),
        ("أحمد إلى آخر", "احمد الى اخر"),
        ("שָׁלוֹם", "שלום"),
        ("ＯＰＥＮ　ｄａｔａ", "open data"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("Ёлка, Йод", "елка, иод"),
        ("Ἀθῆναι ΟΔΟΣ οδός", "αθηναι οδοσ οδοσ"),
        ("Łódź, Ørsted, Đà Nẵng", "lodz, orsted, da nang"),
        ("Œuvre æther", "oeuvre aether"),
        ("ﬁnance m²", "finance m2"),
        ("soft\u00adhyphen", "softhyphen"),
        ("ที่ हिन्दी がか", "ที่ हिन्दी がか"),  # vowels and voicing marks are no diacritics
        ("한국어", "한국어"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(deadline=None)
@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert all(word == fold(word) for word in words(fold(text)))


def test_words_are_letters_and_digits_and_characters_of_scripts_without_blanks() -> None:
    assert words(fold("L’État: e-Gov 2.0")) == ["l", "etat", "e", "gov", "2", "0"]
    assert words(fold("OGP計画 ไทย")) == ["ogp", "計", "画", "ไ", "ท", "ย"]
    assert words(fold("हिन्दी भाषा")) == ["हिन्दी", "भाषा"]


# --- what is asked ------------------------------------------------------------------------------------------------


def test_words_phrases_and_what_is_left_out() -> None:
    asked = wanted('budget “Open  Data” -school -"L’État" e-gov 計画')
    assert [(term.words, term.is_prefix) for term in asked.terms] == [
        (("budget",), True),
        (("open", "data"), False),
        (("e", "gov"), True),
        (("計", "画"), False),
    ]
    assert [(term.words, term.is_prefix) for term in asked.without] == [(("school",), True), (("l", "etat"), False)]


@pytest.mark.parametrize("text", ["", " ", "!!!", '""', '"', "-", "\0", "***"])
def test_a_text_without_a_word_asks_for_nothing(text: str) -> None:
    assert wanted(text).is_empty


@pytest.mark.parametrize("text", ["a" * 10_000, " ".join("abcdefghijklmnopqrstuvwxyz"[: MOST_TERMS + 1]), "計" * 70])
def test_too_much_is_refused(text: str) -> None:
    with pytest.raises(TooMuchAsked, match="at most"):
        wanted(text)
    with pytest.raises(ValueError, match="at most"):
        search_of([("q", text)])


@pytest.mark.parametrize(
    "wrong", [("cycle", "18"), ("cycle", "20x8"), ("member", "a b"), ("page", "0"), ("page", "-1")]
)
def test_values_that_cannot_be_meant_are_refused(wrong: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=wrong[0]):
        search_of([("q", "x"), wrong])


def test_a_search_is_the_same_after_its_address() -> None:
    search = Search('é "b c"', (), 3).with_value("cycle", "2018").with_value("member", MEMBER.value)
    assert search.page == 1
    assert search.chosen == (("member", MEMBER.value), ("cycle", "2018"))
    assert search_of(search.parameters()) == search
    assert ("member", "XX") in search.parameters()
    assert search.without_value("cycle", "2018").chosen == (("member", MEMBER.value),)


# --- what is found ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the invented release, with its index."""
    folder = search_data.written(tmp_path_factory.mktemp("dist") / "1")
    _write(folder)
    return folder


@pytest.fixture(scope="module")
def index(small: Path) -> Index:
    return Index(_file(small), 5)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("donnees ouvertes", "2"),
        ("SANTÉ", "2"),
        ("etat", "2"),
        ("strasse", "6"),
        ("diyarbakir", "7"),
        ("محمد", "5"),
        ("政府", "3"),
        ("資料平", "3"),
        ("計画を公開", "3"),
        ("府政", ""),  # the characters are there, in another order
        ("ข้อมูล", "4"),
        ("รงเรีย", "4"),
        ("xx0003", "3"),
        ("open data", "123567"),  # four by their area, two by their texts
        ('"open data"', "2356"),
        ('"data open"', "67"),
        ("open data -school", "2356"),
        ('open data -"every school"', "23567"),
        ("ope schoo", "17"),
        ('"ope" school', ""),  # in quotes a word is whole
        ("wizardry", ""),
        ("tresor", "1"),  # another name of the institution that leads
    ],
)
def test_what_is_found(index: Index, text: str, numbers: str) -> None:
    found = index.search(wanted(text), (("kind", OGP.Commitment.value),), 0, 50)
    assert {hit.iri[-1] for hit in found.hits} == set(numbers)
    assert found.total == len(numbers)


def test_a_whole_name_comes_first_then_names_then_texts(index: Index) -> None:
    assert [hit.iri for hit in index.search(wanted("treasury"), (), 0, 5).hits][:2] == [
        BODY.value,
        commitment("XX0001").value,
    ]
    assert index.search(wanted("XX0001"), (), 0, 5).hits[0].iri == commitment("XX0001").value
    assert index.search(wanted("xanadu"), (), 0, 5).hits[0].iri == MEMBER.value


def test_no_phrase_reaches_from_one_text_into_the_next(index: Index) -> None:
    """The names of XX0001 are its title and its number, one after the other; its milestone is found by them too."""
    assert index.search(wanted('"schools XX0001"'), (), 0, 5).total == 0
    assert index.search(wanted('"for schools"'), (), 0, 5).total == 2


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_of_a_search_is_syntax_of_the_index(index: Index, text: str) -> None:
    found = index.search(wanted(text), (("member", "' OR 1=1 --"),), 0, 5)
    assert found.total == 0
    index.search(wanted(text), (), 0, 5)


@settings(deadline=None, max_examples=150)
@given(text=st.text(max_size=MOST_CHARACTERS))
def test_any_text_can_be_asked(index: Index, text: str) -> None:
    try:
        asked = wanted(text)
    except TooMuchAsked:
        return
    assert index.search(asked, (), 0, 1).total == len(index.scores(asked))


def test_an_index_is_never_written_to_and_does_not_compute_for_long(small: Path, index: Index) -> None:
    with index._open() as database, pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.execute("DELETE FROM document")
    with pytest.raises(TooSlow), Index(_file(small), -1)._open() as database:
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
        ).fetchone()


def test_the_same_dataset_gives_the_same_index_written_whole(small: Path, tmp_path: Path) -> None:
    plan = Plan(dataset_of(small), None, tmp_path / "stores" / "again.sqlite")
    assert Plan.of(plan.message()) == plan
    write(plan)
    assert [each.name for each in (tmp_path / "stores").iterdir()] == ["again.sqlite"]
    assert plan.file.read_bytes() == _file(small).read_bytes()


def test_facets_count_what_sparql_counts(store: pyoxigraph.Store, real: Index) -> None:
    found = real.search(wanted(""), (), 0, 0)
    kinds = " ".join(str(kind) for kind, _, _ in KINDS)
    for facet in FACETS:
        rows = store.query(
            f"PREFIX ogp: <{OGP.iri}> SELECT ?value (COUNT(DISTINCT ?entity) AS ?n) {{ VALUES ?kind {{ {kinds} }} "
            f"?entity a ?kind . ?entity {facet.path} ?value }} GROUP BY ?value"
        )
        assert isinstance(rows, QuerySolutions)
        counted = {row["value"].value: int(row["n"].value) for row in rows}
        if facet.name == "kind":
            counted = {
                value: number for value, number in counted.items() if value in {kind.value for kind, _, _ in KINDS}
            }
        assert {each.value: each.number for each in found.facets[facet.name]} == counted
    assert set(found.facets) == {facet.name for facet in FACETS}


@pytest.mark.parametrize(
    "text", ["open data", "santé", '"open data" -france', "FR0042", "-budget", "", 'a\\"b\n', "données"]
)
def test_page_and_sparql_find_the_same_in_the_same_order(
    store: pyoxigraph.Store, real: Index, real_file: Path, text: str
) -> None:
    everything = real.search(wanted(text), (), 0, 10**6)
    searches = [Search(text)]
    for facet in FACETS:
        searches += [Search(text, ((facet.name, each.value),)) for each in everything.facets.get(facet.name, ())[:2]]
    for search in searches:
        found = real.search(search.wanted, search.chosen, 0, 10**6)
        rows = _query(store, as_sparql(search), SearchFunctions(real_file))
        assert [(row["entity"].value, float(row["score"].value)) for row in rows] == [
            (hit.iri, hit.score) for hit in found.hits
        ]


def test_pages_follow_each_other(real: Index) -> None:
    whole = [hit.iri for hit in real.search(wanted("a"), (), 0, 200).hits]
    parts = [hit.iri for first in range(0, 200, 20) for hit in real.search(wanted("a"), (), first, 20).hits]
    assert parts == whole
    assert max(Counter(whole).values()) == 1


# --- snippets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("Open Budget, données", "budge donnees", ["Budget", "données"]),
        ("e\u0301te\u0301 budget", "ete", ["e\u0301te\u0301"]),
        ("Die Straße", "strasse", ["Straße"]),
        ("開放政府資料", "政府", ["政府"]),
        ("open the data; open data", '"open data"', ["open data"]),
        ("reopen", "open", []),
        ("opened", '"open"', []),
        ("مُحَمَّد", "محمد", ["مُحَمَّد"]),
        ("L’État", "l'etat", ["L’État"]),
    ],
)
def test_what_was_found_is_marked(text: str, asked: str, found: list[str]) -> None:
    pieces = marked(text, wanted(asked))
    assert [piece.text for piece in pieces if piece.is_match] == found
    assert "".join(piece.text for piece in pieces) == text


def test_a_snippet_is_cut_around_what_was_found() -> None:
    long = Text("word " * 200 + "Budget " + "word " * 200, "en")
    cut = snippet("A name", (Text("nothing here"), long), wanted("budget"))
    assert cut is not None
    text = "".join(piece.text for piece in cut.pieces)
    assert cut.language == "en"
    assert "Budget" in text
    assert len(text) < 260
    assert text.startswith("… word")
    assert text.endswith("word …")
    assert snippet("A name", (), wanted("budget")) is None


def test_a_snippet_is_a_sentence_where_the_name_has_the_words() -> None:
    sentence = Text("What the ministry promises to do about the money.")
    texts = (sentence, Text("Budget"))
    assert _text_of(snippet("Open budget", texts, wanted("budget"))) == sentence.value
    assert _text_of(snippet("Open money", texts, wanted("budget"))) == "Budget"
    assert _text_of(snippet("Open budget", (Text("XX0001"),), wanted("budget"))) == ""


# --- inside SPARQL ------------------------------------------------------------------------------------------------


def test_functions_are_total(small: Path) -> None:
    functions = SearchFunctions(_file(small))
    cases = {
        'ogpf:matches("literal", "open")': "false",
        'ogpf:matches(BNODE(), "open")': "false",
        "ogpf:matches(<x:nothing>, 'open')": "false",
        f"ogpf:matches({commitment('XX0001')}, 'open')": "true",
        f"ogpf:matches({commitment('XX0001')}, 'open'@en)": "true",
        f"ogpf:matches({commitment('XX0001')}, 7)": "error",
        f"ogpf:matches({commitment('XX0001')})": "error",
        "ogpf:matches()": "error",
        f"ogpf:matches({commitment('XX0001')}, 'open', 'data')": "error",
        f"ogpf:matches({commitment('XX0001')}, '{'a' * 400}')": "error",
        "ogpf:score(<x:nothing>, 'open')": "error",
        'ogpf:fold("ÉTÉ")': "ete",
        "ogpf:fold(<x:y>)": "error",
        "ogpf:fold(7)": "error",
        "CONTAINS(ogpf:fold('Straßen'), 'strasse')": "true",
    }
    for call, value in cases.items():
        query = f"PREFIX ogpf: <{FUNCTIONS}>\nSELECT (COALESCE({call}, 'error') AS ?y) {{}}"
        (row,) = _query(pyoxigraph.Store(), query, functions)
        assert row["y"].value == value, call
    assert functions.failure == ""


def test_folded_text_keeps_its_language(small: Path) -> None:
    query = f'PREFIX ogpf: <{FUNCTIONS}> SELECT (ogpf:fold("École"@fr) AS ?x) {{}}'
    (row,) = _query(pyoxigraph.Store(), query, SearchFunctions(_file(small)))
    assert row["x"] == Literal("ecole", language="fr")


def test_without_an_index_there_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine takes a function that fails for an error in a row, so the worker has to look."""
    monkeypatch.setattr(search_functions, "_PATIENCE_SECONDS", -1)
    source = worker.Source(pyoxigraph.Store(), tmp_path / "none.sqlite")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for query, fault in ((f"ASK {{ FILTER(<{FUNCTIONS}matches>(<x:y>, 'a')) }}", Fault.LATER), ("ASK {}", None)):
            pieces = worker._Pieces(theirs, "identity", 1000)
            failed = worker._evaluate(source, Task(query, (), (), None, CSV.media_type, "identity"), pieces)
            assert (failed[0] if failed else None) == fault
    later = generation._error(Failure(Fault.LATER, "ask again", False), Job(Query("ASK {}"), CSV), Settings())
    assert isinstance(later, EngineFailed)
    assert (later.status, later.retry_seconds) == (503, 2)


def test_workers_search_within_their_limits(tmp_path: Path) -> None:
    folder = search_data.written(tmp_path / "1")
    matching = f'PREFIX ogpf: <{FUNCTIONS}> SELECT ?e {{ ?e ogp:member ?m FILTER(ogpf:matches(?e, "santé")) }}'
    matching = matching.replace("ogp:member", str(OGP.inPlan))
    by_base = f'BASE <{BASE}> SELECT ?e {{ ?e a ?t FILTER(<function/matches>(?e, "strasse")) }}'
    escaped = matching.replace("function/", "f\\u0075nction/").replace("santé", "政府")
    everything = f"PREFIX ogpf: <{FUNCTIONS}> SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l "
    alike = everything + 'FILTER(ogpf:matches(?a, "open")) }'
    each_another = everything + "FILTER(ogpf:matches(?a, CONCAT(STR(RAND()), STR(?l)))) }"

    async def check() -> None:
        async with engine_of(folder) as engine:
            file = index_file(tmp_path, engine.digest)
            assert not file.exists()
            for query, number in ((matching, 2), (by_base, 6), (escaped, 3)):
                assert await in_the_end(engine, query) == f"e\r\n{commitment(f'XX000{number}').value}\r\n".encode()
            assert file.exists()
        async with engine_of(folder, query_cpu_seconds=1) as engine:
            for query in (alike, each_another):
                with pytest.raises(LimitReached, match="query_cpu_seconds is 1"):
                    await answer(engine, query)
            assert await answer(engine, matching) == f"e\r\n{commitment('XX0002').value}\r\n".encode()

    on_loop(check())


def test_an_index_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    folder = search_data.written(tmp_path / "1")
    (tmp_path / "stores").write_text("no folder")

    async def check() -> None:
        async with engine_of(folder) as engine:
            told = "being made"
            while "being made" in told:
                with pytest.raises(EngineFailed) as failed:
                    await engine.search_index()
                told = str(failed.value)
            assert told.startswith("there is no search index: ")
            assert str(tmp_path / "stores") in told
            assert (failed.value.status, failed.value.retry_seconds) == (503, 60)
            assert await answer(engine, "ASK {}") == b"true"

    on_loop(check())


def test_what_was_written_is_found(tmp_path: Path) -> None:
    """A branch of the store has another dataset, and so another index."""
    folder = search_data.written(tmp_path / "1")
    node = commitment("XX0009")
    added = (Quad(node, RDF.type, OGP.Commitment), Quad(node, RDFS.label, Literal("Zeppelins")))
    after = dataset_of(search_data.written(tmp_path / "2", added, "2"))
    update = tmp_path / "update"
    update.write_text("INSERT DATA { " + " ".join(f"{quad.triple} ." for quad in added) + " }")
    query = f'PREFIX ogpf: <{FUNCTIONS}> SELECT ?e {{ ?e a ?t FILTER(ogpf:matches(?e, "zeppelin")) }}'
    message = {
        "operation": "update",
        "documents": [{"path": str(update), "base": BASE, "media_type": "application/sparql-update"}],
        "graph": None,
        "must_exist": None,
        "candidate": str(tmp_path / "candidate.nq"),
        "cpu_seconds": 9,
    }

    async def check() -> None:
        async with engine_of(folder) as engine:
            assert await in_the_end(engine, query) == b"e\r\n"
            branch, report = await engine.branch(message)
            (tmp_path / "2" / "dataset.nq").write_bytes((tmp_path / "candidate.nq").read_bytes())
            await engine.adopt(branch, replace(after, digest=report["digest"]))
            assert await in_the_end(engine, query) == f"e\r\n{node.value}\r\n".encode()

    on_loop(check())


# --- what the tests are made with ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_file(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the project's own data."""
    file = tmp_path_factory.mktemp("stores") / "real.sqlite"
    write(Plan(dataset_of(release.folder), None, file))
    return file


@pytest.fixture(scope="module")
def real(real_file: Path) -> Index:
    return Index(real_file, 10)


@asynccontextmanager
async def engine_of(folder: Path, **limits: Any) -> AsyncIterator[LocalEngine]:
    engine = LocalEngine(folder, Settings(**limits))
    await engine.start()
    try:
        yield engine
    finally:
        await asyncio.wait_for(engine.close(), 20)


async def answer(engine: LocalEngine, query: str) -> bytes:
    async with engine.answer(Job(Query(query), CSV)) as found:
        return b"".join([chunk async for chunk in found]) if found.complete is None else found.complete


async def in_the_end(engine: LocalEngine, query: str) -> bytes:
    """The answer when the index has been made, which takes long where many tests run."""
    while True:
        try:
            return await answer(engine, query)
        except EngineFailed as error:
            if error.status != 503:
                raise


def on_loop(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def _text_of(found: Snippet | None) -> str:
    return "".join(piece.text for piece in found.pieces) if found else ""


def _file(folder: Path) -> Path:
    return index_file(folder.parent, dataset_of(folder).digest)


def _write(folder: Path) -> None:
    write(Plan(dataset_of(folder), None, _file(folder)))


def _query(store: pyoxigraph.Store, text: str, functions: SearchFunctions) -> list[Any]:
    answered = store.query(text, custom_functions=functions.table)
    assert isinstance(answered, QuerySolutions)
    return list(answered)
