"""From a request to a query: parameters decoded once, exactly one query, and no SERVICE."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QueryTriples, Store

from ogpgraph.protocol import (
    BadRequest,
    Query,
    QuerySyntaxError,
    Refused,
    UnsupportedMediaType,
    ask,
    formats_for,
    from_post,
    from_query_string,
    keywords,
    serialized,
    written,
)

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
SMALL = "ASK { ?s ?p ?o }"

# A word that is only written, and the word that calls.
WRITTEN = {
    "string": 'SELECT * { ?s ?p "SERVICE" }',
    "string in single quotes": "SELECT * { ?s ?p 'a SERVICE b' }",
    "string with an escaped quote": r'SELECT * { ?s ?p "\" SERVICE \"" }',
    "string that ends in a backslash": r'SELECT * { ?s ?p "\\" . ?s ?p "SERVICE" }',
    "long string": 'SELECT * { ?s ?p """a "quoted" SERVICE\n<x> { } """ }',
    "long string in single quotes": "SELECT * { ?s ?p '''it's SERVICE''' }",
    "IRI": "SELECT * { ?s <http://example.org/SERVICE> ?o }",
    "IRI with a number sign": "SELECT * { ?s <http://example.org/x#SERVICE> ?o }",
    "comment": "SELECT * { ?s ?p ?o } # SERVICE <http://example.org/>",
    "comment in the middle": "SELECT * { # SERVICE\n ?s ?p ?o }",
    "variable": "SELECT ?SERVICE $service { ?SERVICE ?p $service }",
    "prefixed name": "PREFIX a: <urn:a> SELECT * { ?s a:SERVICE ?o }",
    "prefix": "PREFIX SERVICE: <urn:a> SELECT * { ?s SERVICE:x ?o }",
    "empty prefix": "PREFIX : <urn:a> SELECT * { ?s :SERVICE ?o }",
    "prefixed name with hyphen and dot": "PREFIX a: <urn:a> SELECT * { ?s a:my-SERVICE.x ?o }",
    "language tag": 'SELECT * { ?s ?p "x"@service }',
    "part of a word": 'SELECT * { ?s ?p ?o FILTER(STR(?o) = "x") } ORDER BY ?servicex',
}
CALLED_SHORT = {
    "plain": "SELECT * { CALL }",
    "lower case": "select * { service <http://example.org/> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT ?where { ?s ?p ?o } }",
    "glued to braces": "SELECT*{SERVICE<http://example.org/>{?s ?p ?o}}",
    "after a comment": "SELECT * { # nothing\nCALL }",
    "after a comment that ends in a carriage return": "SELECT * { # nothing\rCALL }",
    "after a string": 'SELECT * { ?s ?p "x" CALL }',
    "after a string glued": 'SELECT * { ?s ?p "x"CALL }',
    "after an empty string": 'SELECT * { ?s ?p "" . SERVICE <http://example.org/> { ?s ?p "" } }',
    "after an empty long string": 'SELECT * { ?s ?p """""" . SERVICE <http://example.org/> { ?s ?p """""" } }',
    "after a comparison": "SELECT * { ?s ?p ?o FILTER(?o < 5) SERVICE <http://example.org/> { ?s ?p ?o "
    "FILTER(?o > 5) } }",
    "after a number": "SELECT * { ?s ?p 1 CALL }",
    "after a number with a dot": "SELECT * { ?s ?p 1.CALL }",
    "after a prefixed name": "PREFIX a: <urn:a> SELECT * { ?s ?p a:b CALL }",
    "after a name with an escaped number sign": r"PREFIX a: <urn:a> SELECT * { ?s ?p a:b\# . CALL }",
    "after a name with an escaped quote": r"PREFIX a: <urn:a> SELECT * { ?s ?p a:b\' . CALL ?x ?y '' }",
    "after a name with a middle dot and an escape": r"PREFIX a: <urn:a> SELECT * { ?s ?p a:b·\' . CALL ?x ?y '' }",
    "after a variable with a dot": "SELECT * { ?s ?p ?o.CALL }",
    "after a language tag": 'SELECT * { ?s ?p "x"@en.CALL }',
}
# CALL stands for a whole call, so that what comes before it can be seen.
CALL = "SERVICE <http://example.org/> { ?s ?p ?o }"
CALLED = {name: query.replace("CALL", CALL) for name, query in CALLED_SHORT.items()}


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("ä", language="de")))
    store.add(Quad(NamedNode("urn:s2"), NamedNode("urn:p"), Literal("b"), NamedNode("urn:g")))
    return store


@pytest.mark.parametrize("name", WRITTEN)
def test_a_word_that_is_only_written_calls_nobody(name: str, store: Store) -> None:
    assert "SERVICE" not in keywords(WRITTEN[name])
    ask(store, Query(WRITTEN[name]))


@pytest.mark.parametrize("name", CALLED)
def test_a_call_of_another_endpoint_is_refused(name: str, store: Store) -> None:
    with pytest.raises(Refused) as refused:
        ask(store, Query(CALLED[name]))
    assert str(refused.value) == (
        "SERVICE is refused: this endpoint does not ask other endpoints; ask them from your own client"
    )


def test_keywords_are_the_bare_words() -> None:
    query = 'PREFIX a: <urn:b> # c\nSELECT ?d { ?d a:e "f"@g ; a <h> OPTIONAL { ?d ?i 1 } }'
    assert keywords(query) == {"PREFIX", "SELECT", "A", "OPTIONAL"}


def parses(query: str) -> bool:
    try:
        Store().query(query)
    except SyntaxError:
        return False
    except OSError:  # it parsed, and began to dial out
        return True
    return True


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="S\"'\\<># \n?:@.{}a1·%", max_size=12))
def test_a_call_that_the_engine_would_make_is_never_overlooked(text: str) -> None:
    """Where the call parses and nonsense in its place does not, the engine sees it: so must the tokens."""
    query = f"PREFIX a: <urn:a> SELECT * {{ ?s ?p {text} SERVICE <http://127.0.0.1:9/> {{ ?s ?p ?o }} }}"
    if parses(query) and not parses(query.replace("SERVICE", "! SERVICE")):
        assert "SERVICE" in keywords(query)


QUERY_STRINGS = {
    "query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D": SMALL,
    "query=ASK+%7B+%3Fs+%3Fp+%3Fo+%7D": SMALL,
    "query=ASK%7B%3Fs+%3Fp+%22a%2520b%22%7D": 'ASK{?s ?p "a%20b"}',  # decoded once, not twice
    "query=ASK%7B%3Fs+%3Fp+%22a%2Bb%22%7D": 'ASK{?s ?p "a+b"}',
    "query=ASK%7B%3Fs+%3Fp+%22%C3%A4%26%3D%22%7D": 'ASK{?s ?p "ä&="}',
    "query=": "",
}


@pytest.mark.parametrize("encoded", QUERY_STRINGS)
def test_parameters_are_decoded_once(encoded: str) -> None:
    expected = Query(QUERY_STRINGS[encoded])
    assert from_query_string(encoded) == expected
    assert from_post(FORM, encoded.encode(), "") == expected


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_through_a_form_as_it_was(text: str) -> None:
    assert from_post(FORM, urlencode({"query": text}).encode(), "").text == text
    assert from_query_string(urlencode({"query": text})).text == text


def test_a_dataset_comes_with_the_query_by_every_way() -> None:
    dataset = {"default-graph-uri": ["urn:a", "urn:b"], "named-graph-uri": "urn:c", "format": "json"}
    expected = Query(SMALL, ("urn:a", "urn:b"), ("urn:c",))
    pairs = urlencode({"query": SMALL, **dataset}, doseq=True)
    assert from_query_string(pairs) == expected
    assert from_post(FORM, pairs.encode(), "") == expected
    assert from_post(DIRECT, SMALL.encode(), urlencode(dataset, doseq=True)) == expected


def test_a_form_does_not_listen_to_the_address() -> None:
    assert from_post(FORM, b"query=A", "default-graph-uri=urn:x") == Query("A")


def test_a_query_in_the_body_is_the_query() -> None:
    assert (
        from_post(f"{DIRECT}; charset=UTF-8", "ASK { ?s ?p 'ä+%20' }".encode(), "query=other").text
        == "ASK { ?s ?p 'ä+%20' }"
    )


@pytest.mark.parametrize(
    ("pairs", "found"), [("", "none"), ("q=1", "none"), ("query=a&query=b", "2"), ("query=a&query=a&query=", "3")]
)
def test_exactly_one_query_is_expected(pairs: str, found: str) -> None:
    message = f"exactly one 'query' parameter is expected, {found} was found"
    for call in (lambda: from_query_string(pairs), lambda: from_post(FORM, pairs.encode(), "")):
        with pytest.raises(BadRequest) as refused:
            call()
        assert str(refused.value) == message


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/json", "multipart/form-data; boundary=x", "application/sparql-update"],
)
def test_any_other_body_is_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType) as refused:
        from_post(content_type, b"query=x", "")
    assert str(refused.value) == (
        f"a body of type '{content_type}' is no query: send application/sparql-query or "
        "application/x-www-form-urlencoded"
    )


@pytest.mark.parametrize("content_type", [FORM, DIRECT])
def test_a_body_that_is_not_utf8_is_refused(content_type: str) -> None:
    with pytest.raises(BadRequest) as refused:
        from_post(content_type, b"query=\xe4", "")
    assert str(refused.value) == "the body is not UTF-8: unexpected end of data at byte 6"


def test_a_syntax_error_has_line_and_column(store: Store) -> None:
    with pytest.raises(QuerySyntaxError, match=r"^error at 2:9: expected one of "):
        ask(store, Query("SELECT * {\n  oops }"))


def test_the_dataset_of_the_request_is_the_dataset_of_the_query(store: Store) -> None:
    everything = "SELECT ?s { ?s ?p ?o }"

    def subjects(*graphs: str) -> set[str]:
        return {row["s"].value for row in ask(store, Query(everything, graphs))}

    assert subjects() == {"urn:s"}
    assert subjects("urn:g") == {"urn:s2"}
    assert subjects("urn:none") == set()
    named = ask(store, Query("SELECT ?s { GRAPH ?g { ?s ?p ?o } }", (), ("urn:none",)))
    assert list(named) == []


def test_an_answer_is_written_in_the_form_that_is_asked_for(store: Store) -> None:
    chosen, body = written(ask(store, Query("SELECT ?s ?o { ?s ?p ?o }")), "text/csv")
    assert (chosen.name, body) == ("csv", "s,o\r\nurn:s,ä\r\n".encode())
    answer = ask(store, Query("CONSTRUCT WHERE { ?s ?p ?o }"))
    assert isinstance(answer, QueryTriples)
    turtle, ntriples = formats_for(answer)[:2]
    assert serialized(answer, ntriples) == '<urn:s> <urn:p> "ä"@de .\n'.encode()
    assert turtle.name == "turtle"
    yes = ask(store, Query(SMALL))
    assert isinstance(yes, QueryBoolean)
    assert written(yes, None)[1] == b'{"head":{},"boolean":true}'
