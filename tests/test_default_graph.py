"""A query that names no graph is answered from the default graph by itself; the answers are those of the whole."""

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QueryBoolean, QueryTriples, Store

from ogpgraph.engine.frames import Task
from ogpgraph.engine.worker import Source
from ogpgraph.load import Answer, default_graph_of, may_name_graphs

EX = "http://example.org/"
HERE, THERE = NamedNode(f"{EX}here"), NamedNode(f"{EX}there")
TEXT, GRAPH_OF = NamedNode(f"{EX}text"), NamedNode(f"{EX}graph")
PREFIX = f"PREFIX ex: <{EX}> PREFIX : <{EX}> "

# Each is answered otherwise by the default graph alone, or would be if its keyword were not seen.
NAMING = [
    "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { graph ?g { ?s ?p ?o } }",
    "SELECT * { GRAPH?g{ ?s ?p ?o } }",
    "SELECT * { GRAPH$g{ ?s ?p ?o } }",
    f"SELECT * {{ GRAPH<{EX}there>{{ ?s ?p ?o }} }}",
    "SELECT * { GRAPH ex:there { ?s ?p ?o } }",
    "SELECT * { GRAPHex:there { ?s ?p ?o } }",
    "SELECT * { GRAPH:there { ?s ?p ?o } }",
    f"PREFIX graph: <{EX}> SELECT * {{ GRAPH graph:there {{ ?s ?p ?o }} }}",
    "SELECT * { GRAPH # which?\n ?g { ?s ?p ?o } }",
    "SELECT * { GRAPH\t\r\n?g { ?s ?p ?o } }",
    "SELECT * { ?a ex:text 1 GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { ?a ex:text 1GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { ?a ex:text trueGRAPH ?g { ?s ?p ?o } }",
    "SELECT * { ?a ex:text ?b.GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { { ?a ex:text ex:b.c.GRAPH ?g { ?s ?p ?o } } UNION { GRAPH ?g { ?s ?p ?o } } }",
    "SELECT * { ?a ex:graph ?x . GRAPH ?g { ?s ?p ?o } }",
    "ASK { FILTER EXISTS { GRAPH ?g { ?s ?p ex:only } } }",
    f"SELECT * FROM <{EX}there> {{ ?s ?p ?o }}",
    f"SELECT *FROM<{EX}there>{{ ?s ?p ?o }}",
    "SELECT * FROM ex:there { ?s ?p ?o }",
    "SELECT * FROMex:there { ?s ?p ?o }",
    "SELECT * FROM :there { ?s ?p ?o }",
    "SELECT * FROM NAMED ex:there { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * FROM NAMEDex:there { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * FROM # whose\n NAMED # of\n ex:there { GRAPH ?g { ?s ?p ?o } }",
    "ASK FROM ex:there { ?s ?p ex:only }",
    "CONSTRUCT { ?s ?p ?o } FROM ex:there WHERE { ?s ?p ?o }",
    "DESCRIBE ex:here FROM ex:there",
]
NOT_NAMING = [
    "SELECT * { ?s ?p ?o }",
    "SELECT * { ?s ex:graph ?graph }",
    "SELECT * { ?from ex:graph ?graph . ?graph ?p ?to }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(?s != ex:from) }",
    "# All that comes from a place, in one graph.\nSELECT * { ?s ?p ?o }",
    "ASK { ?s ?p ex:only }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "DESCRIBE ex:here",
    "DESCRIBE ex:there",
]


@pytest.fixture(scope="module")
def whole() -> Store:
    store = Store()
    only = NamedNode(f"{EX}only")
    store.extend(
        [
            Quad(HERE, TEXT, Literal("here"), DefaultGraph()),
            Quad(HERE, TEXT, Literal(1), DefaultGraph()),
            Quad(HERE, TEXT, Literal(True), DefaultGraph()),
            Quad(HERE, GRAPH_OF, THERE, DefaultGraph()),
            Quad(HERE, TEXT, Literal("there"), THERE),
            Quad(THERE, TEXT, only, THERE),
        ]
    )
    return store


def rows(answer: Answer) -> list[str]:
    if isinstance(answer, QueryBoolean):
        return [str(bool(answer))]
    if isinstance(answer, QueryTriples):
        return sorted(map(str, answer))
    return sorted(str(list(row)) for row in answer)


def test_the_default_graph_by_itself_holds_that_and_nothing_else(whole: Store) -> None:
    assert set(default_graph_of(whole)) == set(whole.quads_for_pattern(None, None, None, DefaultGraph()))


@pytest.mark.parametrize("query", NAMING)
def test_a_query_that_names_a_graph_is_seen_however_it_is_written(query: str, whole: Store) -> None:
    assert may_name_graphs(PREFIX + query)


@pytest.mark.parametrize("query", NAMING)
def test_the_list_of_queries_that_name_a_graph_is_to_the_point(query: str, whole: Store) -> None:
    """The default graph is not enough for what the engine takes, of some against the grammar; others need not."""
    try:
        expected = rows(whole.query(PREFIX + query))
    except SyntaxError:
        return
    assert rows(default_graph_of(whole).query(PREFIX + query)) != expected


@pytest.mark.parametrize("query", NOT_NAMING)
def test_a_query_that_names_none_has_the_same_answer(query: str, whole: Store) -> None:
    assert not may_name_graphs(PREFIX + query)
    assert rows(default_graph_of(whole).query(PREFIX + query)) == rows(whole.query(PREFIX + query))


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("from", True), ("graph", True), ("?graph", False), ("from ", False), ("graph\n", False), ("ex:from ", False)],
)
def test_a_long_text_of_nothing_but_keywords_is_looked_at_in_linear_time(unit: str, expected: bool) -> None:
    """A look from each of them to the end of the text would be a hundred thousand million characters."""
    assert may_name_graphs(unit * 100_000) == expected


@pytest.mark.parametrize(
    ("task", "has_named"),
    [
        (Task("SELECT * { ?s ?p ?o }", (), (), None, "text/csv", "identity"), False),
        (Task("SELECT * { GRAPH ?g { ?s ?p ?o } }", (), (), None, "text/csv", "identity"), True),
        (Task("SELECT * { ?s ?p ?o }", (f"{EX}there",), (), None, "text/csv", "identity"), True),
        (Task("SELECT * { ?s ?p ?o }", (), (f"{EX}there",), None, "text/csv", "identity"), True),
    ],
)
def test_a_worker_takes_the_smallest_store_that_has_what_is_asked(task: Task, has_named: bool, whole: Store) -> None:
    alone = default_graph_of(whole)
    assert Source(whole, None, alone).store_for(task) is (whole if has_named else alone)
    assert Source(whole, None).store_for(task) is whole
