"""From a request to a query or an update, and what is refused before anything is evaluated."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from ogpgraph.protocol import (
    BadRequest,
    Query,
    QuerySyntaxError,
    Refused,
    TooDeep,
    UnsupportedMediaType,
    Update,
    ask,
    datasets,
    formats_for,
    from_post,
    from_query_string,
    refusals,
    requests,
    serialized,
    tokens,
    written,
)
from ogpgraph.protocol.depth import LINKS_PER_LEVEL
from ogpgraph.settings import Settings

FORM = "application/x-www-form-urlencoded"
DIRECT, DIRECT_UPDATE = "application/sparql-query", "application/sparql-update"
SMALL = "ASK { ?s ?p ?o }"
EXAMPLES = Path(__file__).resolve().parent.parent / "queries"

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
    "IRI with an apostrophe": "SELECT * { ?s <urn:SERVICE'b> 'SERVICE' }",
    "string after an IRI with a number sign": "SELECT * { ?s <urn:a#b> 'SERVICE <urn:x> { ' }",
    "string with an escape that would end it": r"SELECT * { ?s ?p '\u0041 SERVICE' }",
    "name before a group": "PREFIX sd: <urn:a> SELECT * { ?s a sd:Service { ?s ?p ?o } }",
    "graph with such a prefix": "PREFIX : <urn:b> PREFIX service: <urn:a> SELECT * { GRAPH service:x { ?s ?p ?o } }",
    "name after a full stop": "PREFIX a: <urn:a> SELECT * { ?s a:b.SERVICE ?o }",
    "blank node": "SELECT * { ?s ?p _:SERVICE }",
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
    # No boundary is needed after a keyword or before one.
    "glued to a prefixed name": "PREFIX a: <urn:a> SELECT * { SERVICEa:x { ?s ?p ?o } }",
    "glued to a name of which it could be the prefix": "PREFIX a: <urn:a> PREFIX SERVICEa: <urn:b> "
    "SELECT * { SERVICEa:x { ?s ?p ?o } }",
    "glued to a name without prefix": "PREFIX : <urn:a> SELECT * { SERVICE:x { ?s ?p ?o } }",
    "glued to SILENT and a name": "PREFIX a: <urn:a> SELECT * { SERVICESILENTa:x { ?s ?p ?o } }",
    "glued to SILENT and an IRI": "SELECT * { SERVICESILENT<http://example.org/> { ?s ?p ?o } }",
    "glued to true": "SELECT * { ?s ?p trueCALL }",
    "glued to a number": "SELECT * { ?s ?p 5.e0CALL }",
    "glued to a number and to a name": "PREFIX a: <urn:a> SELECT * { ?s ?p 1.5e0SERVICEa:x { ?s ?p ?o } }",
    "glued to a datatype": "SELECT * { ?s ?p 'x'^^<urn:a>CALL }",
    "after an empty local name": "PREFIX a: <urn:a> SELECT * { ?s ?p a:.CALL }",
    "after a second full stop in a local name": "PREFIX a: <urn:a> SELECT * { ?s ?p a:b.c.CALL }",
    "after true and a full stop": "PREFIX : <urn:a> SELECT * { ?s ?p true.SERVICE:x { ?s ?p ?o } }",
    "after two strings that look like the beginning of a long one": "SELECT * { VALUES ?k { '''x' } CALL }",
    # Less-than and greater-than around a quote or number sign look like an IRI.
    "after a comparison around a quote": "SELECT * { ?s ?p ?a FILTER(?a<?b&&'>'=?c) SERVICE <urn:x> {?s ?p 'x'} }",
    "after a comparison of names around a quote": "PREFIX a: <urn:a> SELECT * { ?s ?p ?o FILTER(?o<a:b||'>'='x')"
    "SERVICE <urn:x> { ?s ?p 'x' } }",
    "after a comparison around a comment": "SELECT * { ?s ?p ?o FILTER(?o<?b #>'\n) SERVICE <urn:x> { ?s ?p 'x' } }",
    "after a quoted triple with a string": "SELECT * { <<?s?p'x'>> ?a 'b' CALL }",
    "after an IRI with an escape and an apostrophe": r"SELECT * { ?s <urn:\u0070'> ?o . CALL OPTIONAL {?s ?p 'x'} }",
    "in EXISTS": "SELECT * { ?s ?p ?o FILTER EXISTS { CALL } }",
    "in NOT EXISTS within an expression": "SELECT * { ?s ?p ?o BIND(NOT EXISTS{CALL} AS ?x) }",
    "in MINUS": "SELECT * { ?s ?p ?o MINUS { CALL } }",
    "in OPTIONAL": "SELECT * { OPTIONAL { CALL } }",
    "in GRAPH": "SELECT * { GRAPH ?g { CALL } }",
    "in a subquery": "SELECT * { { SELECT * { CALL } } }",
    "in CONSTRUCT": "CONSTRUCT { ?s ?p ?o } WHERE { CALL }",
    "in DESCRIBE": "DESCRIBE ?s { CALL }",
    "in a call": "SELECT * { SERVICE <urn:x> { CALL } }",
    "to a variable": "SELECT * { VALUES ?e { <urn:x> } SERVICE ?e { ?s ?p ?o } }",
}
# What the embedded engine does not parse but others do: they decode \\u escapes before they parse.
CALLED_ELSEWHERE = (
    r"SELECT * { \u0053ERVICE <http://example.org/> { ?s ?p ?o } }",
    r"SELECT * { ?s ?p 'a\u0027 . SERVICE <http://example.org/> { ?s ?p \u0027x' } }",
    r"SELECT * { ?s ?p ?o # \u000A SERVICE <http://example.org/> { ?s ?p ?o }",
)
# CALL stands for a whole call, so that what comes before it can be seen.
CALL = "SERVICE <http://example.org/> { ?s ?p ?o }"
CALLED = {name: query.replace("CALL", CALL) for name, query in CALLED_SHORT.items()}


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("ä", language="de")))
    store.add(Quad(NamedNode("urn:s2"), NamedNode("urn:p"), Literal("b"), NamedNode("urn:g")))
    return store


def parses(query: str) -> bool:
    """Whether the engine takes a query; on an empty store, where it begins to dial out at most."""
    try:
        Store().query(query)
    except SyntaxError:
        return False
    except (OSError, RuntimeError):
        return True
    return True


def calls_another(query: str) -> bool:
    """Whether the engine sees a call: the query means something only while its SERVICE is a keyword."""
    return parses(query) and not parses(query.replace("SERVICE", "SERVICX").replace("service", "servicx"))


@pytest.mark.parametrize("name", WRITTEN)
def test_a_word_that_is_only_written_calls_nobody(name: str, store: Store) -> None:
    assert not calls_another(WRITTEN[name])
    assert tokens.calls(WRITTEN[name]) == []
    ask(store, Query(WRITTEN[name]))


@pytest.mark.parametrize("name", CALLED)
def test_a_call_of_another_endpoint_is_refused(name: str, store: Store) -> None:
    assert calls_another(CALLED[name])
    assert tokens.calls(CALLED[name])
    refuse = "SERVICE is refused: this endpoint does not ask other endpoints; ask them from your own client"
    for call in (lambda: ask(store, Query(CALLED[name])), lambda: refusals.check(Query(CALLED[name]), Settings())):
        with pytest.raises(Refused) as refused:
            call()
        assert str(refused.value) == refuse


@pytest.mark.parametrize("query", CALLED_ELSEWHERE)
def test_a_call_that_only_another_engine_sees_is_refused_too(query: str) -> None:
    assert not calls_another(query)
    with pytest.raises(Refused):
        refusals.check(Query(query), Settings())


PIECES = [
    *("SERVICE", "SERVICE ", "SILENT", "<http://127.0.0.1:9/>", "a:x", ":x", "?v ", "{?s ?p 'x'}", "{", "}", ". ", "."),
    *(";", ",", "'", '"', "'''", '"""', "#", "\n", " ", "<", ">", "?s ?p ", "?o", "true", "a:b.c", "\\'", "<urn:a'b>"),
    *("<urn:a#b>", "<urn:a(b>", "@en", "1", "FILTER(?o<?b", "?o<a:b#>", ")", "&&", "VALUES ?k {", "<<", ">>", "_:b.c"),
    *(".SERVICE", "SERVICEa:x", "SERVICE:x", "a:.", "'x'", "EXISTS{", "{}", "<", "BIND(1 AS ?k)", "OPTIONAL{", "[]"),
]
CALLS = ["SERVICE <http://127.0.0.1:9/> {?s ?p ?o}", "SERVICEa:x{?s ?p ?o}", "SERVICE:x {?s ?p 'x'}", "SERVICE ?s {}"]


@settings(max_examples=600, deadline=None)
@given(
    before=st.lists(st.sampled_from(PIECES), max_size=5).map("".join),
    call=st.sampled_from([*CALLS, ""]),
    after=st.lists(st.sampled_from(PIECES), max_size=3).map("".join),
)
def test_a_call_that_the_engine_would_make_is_never_overlooked(before: str, call: str, after: str) -> None:
    query = f"PREFIX a: <http://127.0.0.1:9/> PREFIX : <urn:a> SELECT * {{ ?s ?p {before}{call}{after} }}"
    if calls_another(query):
        assert tokens.calls(query)


# Letters beyond ASCII that a pattern without case takes for these.
FOLDED = {"s": "\u017f", "i": "\u0131\u0130"}
SPELLED = [*"sSeErvnow", "\u017f", "\\u0053", "\\", " "]
WORDS = ("service", "now", "rand", "uuid", "bnode")


@settings(max_examples=400, deadline=None)
@given(
    word=st.sampled_from(WORDS).flatmap(
        lambda word: st.tuples(*(st.sampled_from([c, c.upper(), rf"\u{ord(c):04x}", *FOLDED.get(c, "")]) for c in word))
    ),
    around=st.lists(st.sampled_from(SPELLED), max_size=4).map("".join),
)
def test_the_quick_look_for_a_word_overlooks_none(word: tuple[str, ...], around: str) -> None:
    text = f"{around}{''.join(word)}{around}"
    for small in WORDS:
        if any(re.search(small, reading, re.IGNORECASE) for reading in tokens.readings(text)):
            assert tokens.may_say(text, (small,)), text
    assert not tokens.may_say("SELECT * { ?s ?p 'SERVICES' }", ("now", "rand"))


def queries() -> Iterator[str]:
    yield from (path.read_text("utf-8") for path in sorted(EXAMPLES.rglob("*.rq")))
    yield from WRITTEN.values()
    yield from ("SELECT*{}", "PREFIX:<urn:a>DESCRIBE:x", "BASE<urn:a>ASKWHERE{}", "# SELECT\nCONSTRUCT{}WHERE{}")
    yield from ("PREFIX SELECT: <urn:a> ASK {}", "VERSION '1.2' SELECT * {}", "selectDISTINCT*{}", "SELECT?s{?s ?p ?o}")


def test_the_form_of_a_query_is_known_before_it_is_evaluated() -> None:
    kinds = {"SELECT": QuerySolutions, "ASK": QueryBoolean, "CONSTRUCT": QueryTriples, "DESCRIBE": QueryTriples}
    for query in queries():
        form = tokens.form_of(query)
        assert form is not None, query
        assert isinstance(Store().query(query, base_iri="http://ex.org/"), kinds[form]), query
    assert [tokens.form_of(text) for text in ("", "INSERT DATA {}", "PREFIX a: SELECT", "{ SELECT")] == [None] * 4


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?t) {}",
        "SELECT * { ?s ?p ?o FILTER(rand()<.5) }",
        "SELECT (UUID() AS ?t) (STRUUID() AS ?u) {}",
        "SELECT (COUNT(DISTINCTRAND()) AS ?t) {}",
        "SELECT * { ?s ?p ?o FILTER(?o<NOW()&&?o>?s) }",
        "SELECT (BNODE() AS ?b) {}",
    ],
)
def test_a_query_with_clock_or_chance_is_not_deterministic(query: str) -> None:
    assert parses(query)
    assert not tokens.is_deterministic(query)


def test_a_clock_in_escapes_is_not_deterministic_for_engines_that_decode_them_first() -> None:
    assert not tokens.is_deterministic(r"SELECT (N\u004fW() AS ?t) {}")
    assert not tokens.is_deterministic("SELECT (NOW # of today\n () AS ?t) {}")


def test_a_clock_that_is_only_written_is_deterministic() -> None:
    assert tokens.is_deterministic("SELECT ?now { ?s <urn:NOW> 'it is now (noon)' ; foaf:knows (1) }")
    assert tokens.is_deterministic("SELECT ?now { ?rand <urn:NOW> 'RAND()' . # UUID()\n ?rand a:BNODE ?now }")


ENDLESS = {
    "open": "{",
    "pairs": "{}",
    "names": "a.",
    "quotes": "'",
    "escapes": "'''\\'",
    "IRIs with a number sign": "<#>",
    "IRIs with an apostrophe": "<'>",
    "IRIs with three apostrophes": "<'''>",
    "IRIs on lines": "<'#>\n",
    "less-than": "<(",
    "calls": "SERVICE",
    "called IRIs": "SERVICE<#>",
    "calls and comments": "SERVICE#\n",
    "local names": "a:b.c.",
    "full stops": ".",
    "codepoints": "\\u0027",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_tokens_are_read_in_linear_time(name: str) -> None:
    """Ten times the text may take ten times as long, with room for a busy machine, but not a hundred times."""

    def seconds(length: int) -> float:
        text = ENDLESS[name] * (length // len(ENDLESS[name])) + " SERVICE <urn:x> {"
        start = time.process_time()
        tokens.calls(text)
        return time.process_time() - start

    assert seconds(40_000) < 40 * max(seconds(4_000), 0.005)


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


ENCODED = [*"abZ09&=+_;-ä \n", *("%25", "%3D", "%3d", "%26", "%0A", "%0D%0A", "%C3%A4", "%E2%82%AC", "%F0%9F%98%80")]


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(["%", "%%", "%4", "%41", "%zz", "\n", "\r", "\r\n", "x", "1", "=", "&", "+"])).map("".join)
)
def test_every_percent_sign_that_begins_no_escape_is_refused(encoded: str) -> None:
    if all(re.fullmatch("[0-9A-Fa-f]{2}", part[:2]) for part in encoded.split("%")[1:]):
        assert requests._pairs(encoded) == parse_qsl(encoded, keep_blank_values=True)
    else:
        with pytest.raises(BadRequest, match="is no percent-encoded byte"):
            requests._pairs(encoded)


@settings(max_examples=400)
@given(st.lists(st.sampled_from([*ENCODED, "%C3", "%A4", "%FF"]), max_size=12).map("".join))
def test_parameters_are_decoded_as_the_library_does(encoded: str) -> None:
    try:
        expected = parse_qsl(encoded, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(BadRequest, match="is not UTF-8"):
            requests._pairs(encoded)
    else:
        assert requests._pairs(encoded) == expected


def test_a_dataset_comes_with_the_query_by_every_way() -> None:
    dataset = {"default-graph-uri": ["urn:a", "urn:b"], "named-graph-uri": "urn:c", "format": "json"}
    expected = Query(SMALL, ("urn:a", "urn:b"), ("urn:c",))
    pairs = urlencode({"query": SMALL, **dataset}, doseq=True)
    assert from_query_string(pairs) == expected
    assert from_post(FORM, pairs.encode(), "") == expected
    assert from_post(DIRECT, SMALL.encode(), urlencode(dataset, doseq=True)) == expected


def test_the_address_and_a_form_count_alike() -> None:
    """A dataset in the address of a form must hold: an answer from all graphs would be another one."""
    assert from_post(FORM, b"query=A", "default-graph-uri=urn:x") == Query("A", ("urn:x",))
    with pytest.raises(BadRequest, match=r"^exactly one 'query' is expected, 2 was found$"):
        from_post(FORM, b"query=A", "query=A")
    with pytest.raises(BadRequest, match=r"^exactly one 'query' is expected, 2 was found$"):
        from_post(DIRECT, b"ASK {}", "query=ASK+{}")


def test_an_update_comes_with_its_dataset_by_both_ways() -> None:
    dataset = {"using-graph-uri": ["urn:a", "urn:b"], "using-named-graph-uri": "urn:c"}
    expected = Update("CLEAR ALL", ("urn:a", "urn:b"), ("urn:c",), "http://example.org/sparql")
    pairs = urlencode({"update": "CLEAR ALL", **dataset}, doseq=True)
    assert from_post(FORM, pairs.encode(), "", expected.base) == expected
    assert from_post(DIRECT_UPDATE, b"CLEAR ALL", urlencode(dataset, doseq=True), expected.base) == expected


def test_the_base_comes_with_the_query() -> None:
    base = "http://example.org/sparql"
    assert from_query_string("query=A", base) == Query("A", base=base)
    assert from_post(DIRECT, b"A", "", base) == Query("A", base=base)


def test_a_query_in_the_body_is_the_query() -> None:
    text = "ASK { ?s ?p 'ä+%20' }"
    for charset in ("", "; charset=UTF-8", '; charset="utf-8"', ";charset=utf8 ; x=y"):
        assert from_post(f"{DIRECT}{charset}", text.encode(), "format=json") == Query(text)


@pytest.mark.parametrize(
    ("pairs", "found"), [("", "none"), ("q=1", "none"), ("query=a&query=b", "2"), ("query=a&query=a&query=", "3")]
)
def test_exactly_one_query_is_expected(pairs: str, found: str) -> None:
    message = f"exactly one 'query' is expected, {found} was found"
    for call in (lambda: from_query_string(pairs), lambda: from_post(FORM, pairs.encode(), "")):
        with pytest.raises(BadRequest) as refused:
            call()
        assert str(refused.value) == message


REFUSED_REQUESTS = [
    ("update=CLEAR+ALL", None, "an update is sent by POST, not in the address"),
    ("update=CLEAR+ALL&query=ASK", None, "an update is sent by POST, not in the address"),
    ("query=A%zz", None, "'%zz' is no percent-encoded byte: write a percent sign as %25"),
    ("query=A%", None, "'%' is no percent-encoded byte: write a percent sign as %25"),
    ("query=%E4", None, "a parameter is not UTF-8: unexpected end of data at byte 0"),
    ("query=%ED%A0%80", None, "a parameter is not UTF-8: invalid continuation byte at byte 0"),
    (b"query=\xe4", None, "a parameter is not UTF-8: unexpected end of data at byte 0"),
    (
        "query=A&default-graph-uri=x",
        None,
        "'default-graph-uri=x' is no absolute IRI: No scheme found in an absolute IRI",
    ),
    ("query=A&named-graph-uri=", None, "'named-graph-uri=' is no absolute IRI: No scheme found in an absolute IRI"),
    (
        "query=A&default-graph-uri=urn:a%3E%20%3Cb",
        None,
        "'default-graph-uri=urn:a> <b' is no absolute IRI: Invalid IRI code point '>'",
    ),
    (
        "query=A&using-graph-uri=urn:a",
        None,
        "'using-graph-uri' belongs to the operation 'update': here it would have no effect",
    ),
    ("&".join(["a=b"] * 1001), None, "the request has more than 1000 parameters"),
    ("update=CLEAR+ALL", (FORM, b"query=A"), "an update is sent in the body, not in the address"),
    ("", (FORM, b"update=A&update=A"), "exactly one 'update' is expected, 2 was found"),
    ("", (FORM, b"update=A&query=A"), "the request has both 'query' and 'update': send one of them"),
    ("query=ASK", (DIRECT_UPDATE, b"CLEAR ALL"), "the request has both 'query' and 'update': send one of them"),
    ("", (FORM, b"query=A%4"), "'%4' is no percent-encoded byte: write a percent sign as %25"),
    (
        "default-graph-uri=urn:a",
        (DIRECT_UPDATE, b"CLEAR ALL"),
        "'default-graph-uri' belongs to the operation 'query': here it would have no effect",
    ),
]


@pytest.mark.parametrize(("query_string", "posted", "message"), REFUSED_REQUESTS)
def test_a_request_that_is_no_operation_is_refused(
    query_string: str | bytes, posted: tuple[str, bytes] | None, message: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        from_post(*posted, query_string) if posted else from_query_string(query_string)
    assert str(refused.value) == message


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "multipart/form-data; boundary=x"])
def test_any_other_body_is_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType) as refused:
        from_post(content_type, b"query=x", "")
    assert str(refused.value) == (
        f"a body of type '{content_type}' is no query: send application/sparql-query, application/sparql-update or "
        "application/x-www-form-urlencoded"
    )


def test_a_body_without_a_type_is_refused() -> None:
    with pytest.raises(UnsupportedMediaType, match=r"^a body without Content-Type is no query: send "):
        from_post("", b"query=x", "")


@pytest.mark.parametrize("content_type", [FORM, DIRECT, DIRECT_UPDATE])
def test_a_body_that_is_not_utf8_is_refused(content_type: str) -> None:
    with pytest.raises(BadRequest) as refused:
        from_post(content_type, b"query=\xe4", "")
    assert str(refused.value) == "the body is not UTF-8: unexpected end of data at byte 6"
    with pytest.raises(UnsupportedMediaType) as charset:
        from_post(f"{content_type}; charset=UTF-16", "ASK {}".encode("utf-16"), "")
    assert str(charset.value) == "the body's charset is 'UTF-16': send UTF-8"


SYNTAX_ERRORS = [
    ("SELECT * {\n  oops }", 2, 3, "'oops' is not expected here\n  oops }\n  ^"),
    ("SELECT * { ?s ?p 'ä😀' . oops }", 1, 25, "'oops' is not expected here"),
    ("SELEC * { ?s ?p ?o }", 1, 1, "'SELEC' is not expected here"),
    ("SELECT * {\n ?s ?p ?o .\n FILTR(?o = 1)\n}", 3, 2, "'FILTR' is not expected here"),
    ("SELECT * WHERE ?s ?p ?o", 1, 16, "'?s' is not expected here; expected is \"{\" or DISTINCT"),
    ("SELECT * { ?s ?p ?o FILTER(?o = ) }", 1, 33, "')' is not expected here"),
    ("# é\nPREFIX a: <urn:a>\nASK { ?s a:p ?o ;\n dct:title ?t }", 4, 2, "the prefix 'dct:' is not declared"),
    ("ASK { ?s ?p 'abc }", 1, 13, "no token of SPARQL begins here: perhaps a string without its end"),
    ("ASK { ?s ?p ?o", 1, 5, "'{' is never closed"),
    ("ASK { ?s ?p ?o }}", 1, 17, "'}' closes nothing that is open"),
    ("ASK { FILTER(1] }", 1, 15, "']' closes nothing that is open"),
    ("SELECT ?s { ?s ?p ?o } GROUP BY ?o", 1, 35, "The SELECT contains a variable that is unbound"),
    ("", 1, 1, "the text ends too early"),
]


@pytest.mark.parametrize(("query", "line", "column", "message"), SYNTAX_ERRORS)
def test_a_syntax_error_names_the_place(query: str, line: int, column: int, message: str, store: Store) -> None:
    with pytest.raises(QuerySyntaxError) as wrong:
        ask(store, Query(query))
    assert (wrong.value.line, wrong.value.column) == (line, column)
    assert wrong.value.message.startswith(message)
    assert str(wrong.value) == f"line {line}, column {column}: {wrong.value.message}"
    excerpt, caret = wrong.value.message.split("\n")[-2:]
    assert excerpt == query.split("\n")[line - 1]
    assert caret.index("^") == column - 1


def test_a_long_line_is_shown_around_the_place(store: Store) -> None:
    with pytest.raises(QuerySyntaxError) as wrong:
        ask(store, Query(f"SELECT * {{ {'?s ?p ?o . ' * 500} oops {'?s ?p ?o . ' * 500} }}"))
    excerpt, caret = wrong.value.message.split("\n")[-2:]
    assert len(excerpt) <= 101
    assert excerpt[caret.index("^") :].startswith("oops ")


LISTED = Settings(service_endpoints="https://good.example/sparql https://open.example/ https://key.example/q?")
ALLOWED_TARGETS = [
    *(
        "https://good.example/sparql",
        "https://open.example/",
        "https://open.example/a/b?c=d",
        "https://key.example/q?k=1",
    ),
    r"https://open.ex\u0061mple/a",
]
REFUSED_TARGETS = [
    *(
        "https://good.example",
        "https://good.example/sparql/",
        "https://good.example/sparql2",
        "http://good.example/sparql",
    ),
    *("https://good.example/sparql?query=x", "https://good.example.evil.example/sparql", "https://open.example.evil/"),
    *("https://open.example@evil.example/", "https://open.example:443@evil.example/", "https://u:p@open.example/"),
    *("https://open.example:8080/", "https://OPEN.example/", "HTTPS://open.example/", "https://open.example./"),
    *("https://open.example/../a", "https://open.example/a/../../b", "https://open.example/%2e%2e/b"),
    *("https://open.example/.%2E/b", "https://open.example/a%2F..%2Fb", "https://open.example/%5C..%5Cb"),
    *("file:///etc/passwd", "ftp://open.example/", "http://127.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://[::1]/"),
    *(
        "http://169.254.169.254/latest/meta-data/",
        "http://0x7f000001/",
        "http://2130706433/",
        "//open.example/",
        "a",
        "",
    ),
    r"https://open.example\u002eevil.example/",
    r"https://open.example/\u002e\u002e/b",
]


@pytest.mark.parametrize("target", ALLOWED_TARGETS)
def test_a_listed_endpoint_may_be_asked(target: str) -> None:
    for query in (f"SELECT * {{ SERVICE <{target}> {{ ?s ?p ?o }} }}", f"ASK {{ SERVICE SILENT<{target}>{{}} }}"):
        assert refusals.check(Query(query), LISTED)


@pytest.mark.parametrize("target", REFUSED_TARGETS)
def test_an_endpoint_that_is_not_listed_is_refused(target: str) -> None:
    for where in ("{}", "SELECT * {{ SERVICE <https://open.example/> {{ {} }} }}", "ASK {{ FILTER EXISTS {{ {} }} }}"):
        query = where.format(f"SERVICE SILENT <{target}> {{ ?s ?p ?o }}")
        with pytest.raises(
            Refused, match=r"^SERVICE <.*> is refused: (this endpoint may ask only|write the whole IRI)"
        ):
            refusals.check(Query(query), LISTED)


@pytest.mark.parametrize(
    "call",
    [
        "VALUES ?e { <https://open.example/> } SERVICE ?e { ?s ?p ?o }",
        "SERVICE SILENT $e { ?s ?p ?o }",
        "SERVICE a:x { ?s ?p ?o }",
        "SERVICEa:x { ?s ?p ?o }",
    ],
)
def test_an_endpoint_is_named_by_its_whole_iri(call: str) -> None:
    with pytest.raises(
        Refused, match=r"is refused: name the endpoint by its whole IRI, written SERVICE <https://…>, not"
    ):
        refusals.check(Query(f"PREFIX a: <https://open.example/> SELECT * {{ {call} }}"), LISTED)


@pytest.mark.parametrize("entry", ["https://", "http:", "https", "/", "*", "https://u@open.example/", "https://a/../"])
def test_an_entry_that_names_no_host_allows_nothing(entry: str) -> None:
    with pytest.raises(Refused):
        refusals.check(Query("ASK { SERVICE <https://u@open.example/> {} }"), Settings(service_endpoints=entry))
    with pytest.raises(Refused):
        refusals.check(Query("ASK { SERVICE <https://open.example/> {} }"), Settings(service_endpoints=entry))


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <file:///etc/passwd>",
        "load silent <http://127.0.0.1/> into graph <urn:a>",
        "CLEAR ALL;LOAD<http://127.0.0.1/>",
        "PREFIX a: <http://127.0.0.1/> LOADa:x",
        "PREFIX : <http://127.0.0.1/> LOAD:x",
        r"\u004cOAD <http://127.0.0.1/>",
    ],
)
def test_load_is_refused(update: str) -> None:
    with pytest.raises(
        Refused, match=r"^LOAD is refused: this endpoint fetches no documents; send triples with INSERT DATA"
    ):
        refusals.check(Update(update), LISTED)


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <urn:LOAD> <urn:p> 'LOAD <urn:x>' } # LOAD <urn:x>",
        "PREFIX load: <urn:a> INSERT DATA { load:x load:y load:z }; CLEAR GRAPH load:x",
        "CLEAR GRAPH <urn:LOAD>",
    ],
)
def test_a_load_that_is_only_written_is_no_load(update: str) -> None:
    refusals.check(Update(update), Settings())


def test_service_in_an_update_is_judged_as_in_a_query() -> None:
    update = "INSERT { ?s ?p ?o } WHERE { SERVICE <https://open.example/> { ?s ?p ?o } }"
    refusals.check(Update(update), LISTED)
    with pytest.raises(Refused, match=r"^SERVICE is refused"):
        refusals.check(Update(update), Settings())


# What makes the parser or the optimizer call itself, for a number of levels or links.
NESTED = {
    "groups": lambda n: f"SELECT * {{{'{' * n}?s ?p ?o{'}' * n}}}",
    "brackets": lambda n: f"SELECT * {{?s ?p ?o FILTER({'(' * n}1{')' * n})}}",
    "functions": lambda n: f"SELECT * {{?s ?p ?o FILTER({'STR(' * n}1{')' * n})}}",
    "EXISTS": lambda n: f"SELECT * {{?s ?p ?o {'FILTER EXISTS{?s ?p ?o ' * n}{'}' * n}}}",
    "subqueries": lambda n: f"SELECT * {{{'{SELECT * {' * (n // 2)}?s ?p ?o{'}}' * (n // 2)}}}",
    "OPTIONAL": lambda n: f"SELECT * {{?s ?p ?o {'OPTIONAL{?s ?p ?o ' * n}{'}' * n}}}",
    "paths": lambda n: f"SELECT * {{?s {'(' * n}<urn:p>{')*' * n} ?o}}",
    "blank nodes": lambda n: f"SELECT * {{?s ?p {'[<urn:p> ' * n}1{']' * n}}}",
    "lists": lambda n: f"CONSTRUCT {{?s ?p {'(' * n}1{')' * n}}} {{?s ?p ?o}}",
    "triple terms": lambda n: f"SELECT * {{?s ?p {'<<(?s ?p ' * n}1{')>>' * n}}}",
}
CHAINED = {
    "or": lambda n: f"SELECT * {{?s ?p ?o FILTER(1{'||?o' * n})}}",
    "and": lambda n: f"SELECT * {{?s ?p ?o FILTER(1{'&&?o' * n})}}",
    "not": lambda n: f"SELECT * {{?s ?p ?o FILTER({'!' * n}1)}}",
    "sums": lambda n: f"SELECT * {{?s ?p ?o FILTER(1{'+1' * n})}}",
    "UNION": lambda n: f"SELECT * {{{{?s ?p ?o}}{'UNION{?s ?p ?o}' * n}}}",
    "MINUS": lambda n: f"SELECT * {{?s ?p ?o {'MINUS{<a:a> <a:b> ?o}' * n}}}",
    "BIND": lambda n: f"SELECT * {{?s ?p ?o {''.join(f'BIND(1 AS ?x{i})' for i in range(n))}}}",
    "alternatives": lambda n: f"SELECT * {{?s <urn:p>{'|<urn:p>' * n} ?o}}",
    "expressions": lambda n: f"SELECT {''.join(f'(1 AS ?x{i})' for i in range(n))}{{?s ?p ?o}}",
    "conditions": lambda n: f"SELECT (COUNT(*) AS ?c) {{?s ?p ?o}} HAVING {'(1)' * n}",
    "DESCRIBE": lambda n: f"DESCRIBE {'<a:a>' * n}",
}


@pytest.mark.parametrize("name", NESTED)
def test_too_much_nesting_is_refused_before_it_is_evaluated(name: str) -> None:
    with pytest.raises(TooDeep) as refused:
        refusals.check(Query(NESTED[name](102)), Settings())
    assert (refused.value.status, refused.value.limit, refused.value.value) == (413, "query_depth", 100)
    assert str(refused.value).startswith("query_depth is 100; line 1 is nested deeper")
    refusals.check(Query(NESTED[name](102)), Settings(query_depth=110))
    refusals.check(Query(NESTED[name](90)), Settings())


@pytest.mark.parametrize("name", CHAINED)
def test_a_long_chain_counts_as_nesting(name: str) -> None:
    with pytest.raises(TooDeep):
        refusals.check(Query(CHAINED[name](100 * LINKS_PER_LEVEL + 1)), Settings())
    refusals.check(Query(CHAINED[name](95 * LINKS_PER_LEVEL)), Settings())


@pytest.mark.parametrize("name", [*NESTED, *CHAINED])
def test_what_is_not_too_deep_does_not_end_the_process(name: str) -> None:
    """A parser that overflows its stack ends its process: so another one parses."""
    query = NESTED[name](98) if name in NESTED else CHAINED[name](95 * LINKS_PER_LEVEL)
    code = "import sys, pyoxigraph; pyoxigraph.Store().query(sys.stdin.read())"
    done = subprocess.run([sys.executable, "-c", code], input=query, text=True, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ VALUES (?a ?b) {{ {'(<urn:a> -1)' * 5000} }} }}",
        f"SELECT * {{ VALUES ?a {{ {'-1 +2 ' * 5000} }} }}",
        "SELECT * { VALUES ?a { " + "'1'^^<urn:a>" * 5000 + " } }",
        f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({', '.join(['1'] * 5000)})) }}",
        f"{'PREFIX a: <urn:a#> ' * 3000} ASK {{}}",
        f"ASK {{ ?s ?p '{'(' * 5000}' }} #{'{' * 5000}",
    ],
)
def test_what_is_long_but_not_deep_is_answered(query: str) -> None:
    refusals.check(Query(query), Settings())


def test_the_dataset_of_the_request_is_the_dataset_of_the_query(store: Store) -> None:
    everything = "SELECT ?s { ?s ?p ?o }"

    def subjects(*graphs: str) -> set[str]:
        return {row["s"].value for row in ask(store, Query(everything, graphs))}

    assert subjects() == {"urn:s"}
    assert subjects("urn:g") == {"urn:s2"}
    assert subjects("urn:none") == set()

    def named(default_graphs: tuple[str, ...], named_graphs: tuple[str, ...]) -> int:
        return len(list(ask(store, Query("SELECT ?s { GRAPH ?g { ?s ?p ?o } }", default_graphs, named_graphs))))

    assert named((), ()) == named((), ("urn:g",)) == named(("urn:none",), ("urn:g",)) == 1
    assert named((), ("urn:none",)) == named(("urn:g",), ()) == 0
    assert list(ask(store, Query(everything, (), ("urn:g",)))) == []


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


USING = "USING <urn:a> USING NAMED <urn:b> "


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ("CLEAR ALL", "CLEAR ALL"),
        ("INSERT DATA { <a:a> <a:b> 'WHERE { }' }", "INSERT DATA { <a:a> <a:b> 'WHERE { }' }"),
        ("INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }", f"INSERT {{ ?s ?p ?o }} {USING}WHERE {{ ?s ?p ?o }}"),
        (
            "DELETE { ?s ?p 1 } INSERT { ?s ?p 2 } where { { SELECT * WHERE { ?s ?p 1 } } }",
            f"DELETE {{ ?s ?p 1 }} INSERT {{ ?s ?p 2 }} {USING}where {{ {{ SELECT * WHERE {{ ?s ?p 1 }} }} }}",
        ),
        (
            "DELETE WHERE { GRAPH ?g { ?s ?p '}' } }",
            f"DELETE {{ GRAPH ?g {{ ?s ?p '}}' }} }} {USING}WHERE {{ GRAPH ?g {{ ?s ?p '}}' }} }}",
        ),
        (
            "CLEAR ALL; # WHERE\nDELETE WHERE{?s ?p ?o};INSERT{?s ?p ?o}WHERE{?s ?p ?o}",
            f"CLEAR ALL; # WHERE\nDELETE {{?s ?p ?o}} {USING}WHERE{{?s ?p ?o}};"
            f"INSERT{{?s ?p ?o}}{USING}WHERE{{?s ?p ?o}}",
        ),
    ],
)
def test_the_dataset_of_the_request_is_the_dataset_of_every_where(update: str, expected: str) -> None:
    rewritten = datasets.with_using(Update(update, ("urn:a",), ("urn:b",)))
    assert rewritten == expected
    Store().update(rewritten)
    assert datasets.with_using(Update(update)) == update


@pytest.mark.parametrize(
    "update",
    [
        "WITH <urn:x> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p ?o } USING <urn:x> WHERE { ?s ?p ?o }",
        "CLEAR ALL; insert { ?s ?p ?o } using named <urn:x> where { ?s ?p ?o }",
        "PREFIX a: <urn:a> INSERT { ?s ?p ?o } USINGa:x WHERE { ?s ?p ?o }",
    ],
)
def test_an_update_has_one_dataset(update: str) -> None:
    Store().update(update)
    with pytest.raises(BadRequest, match=r"and the request names its dataset too: leave one of them away$"):
        datasets.with_using(Update(update, (), ("urn:a",)))


def test_an_update_reads_the_graphs_of_its_request() -> None:
    store = Store()
    for name in ("urn:a", "urn:b", "urn:c"):
        store.add(Quad(NamedNode(f"{name}#s"), NamedNode("urn:p"), Literal("x"), NamedNode(name)))
    update = "DELETE WHERE { ?s ?p ?o }; INSERT { GRAPH <urn:d> { ?s ?p ?g } } WHERE { ?s ?p ?o GRAPH ?g { ?t ?p ?o } }"
    store.update(datasets.with_using(Update(update, ("urn:a",), ("urn:b",))))
    assert {str(quad.subject) for quad in store.quads_for_pattern(None, None, None, NamedNode("urn:d"))} == {
        "<urn:a#s>"
    }
    assert {str(quad.object) for quad in store.quads_for_pattern(None, None, None, NamedNode("urn:d"))} == {"<urn:b>"}


@pytest.mark.parametrize("iri", ["file:///etc/passwd", "http://127.0.0.1:9/", "urn:none", "jar:file:///x!/y"])
def test_a_graph_that_the_store_lacks_is_empty_and_not_fetched(iri: str, store: Store) -> None:
    assert not list(ask(store, Query(f"SELECT * FROM <{iri}> {{ ?s ?p ?o }}")))
    assert not list(ask(store, Query(f"SELECT * FROM NAMED <{iri}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")))
    assert not list(ask(store, Query("SELECT * { ?s ?p ?o }", (iri,))))
