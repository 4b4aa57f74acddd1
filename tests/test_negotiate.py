"""Accept against what is offered, as a table of small rows."""

from __future__ import annotations

import pytest

from ogpgraph.negotiate import (
    GRAPH_FORMATS,
    RESULT_FORMATS,
    NotAcceptable,
    UnknownFormat,
    choose,
    choose_encoding,
    named,
    prefers,
    refuses_identity,
)

RESULTS = [
    (None, "json"),
    ("", "json"),
    ("   ", "json"),
    ("*/*", "json"),
    ("application/sparql-results+json", "json"),
    ("application/json", "json"),
    ("application/sparql-results+xml", "xml"),
    ("application/xml", "xml"),
    ("text/xml", "xml"),
    ("text/csv", "csv"),
    ("text/tab-separated-values", "tsv"),
    # letters of any case, space around, parameters other than q
    ("TEXT/CSV", "csv"),
    ("  text/csv ; q=0.9 , text/html ", "csv"),
    ("text/csv; charset=utf-8; header=present", "csv"),
    # several
    ("text/csv, application/sparql-results+xml", "xml"),  # liked equally: the first offered
    ("text/csv;q=0.5, application/sparql-results+xml;q=0.4", "csv"),
    ("text/csv;q=0.5, application/sparql-results+xml;q=0.5", "xml"),
    ("application/sparql-results+json;q=0.1, text/tab-separated-values;q=0.11", "tsv"),
    # wildcards
    ("text/*", "csv"),  # what is given is text, no alias of something else
    ("text/*;q=0.9, text/csv", "csv"),
    ("application/*", "json"),
    ("*/*;q=0.1, text/csv;q=0.2", "csv"),
    ("text/*;q=0.5, application/json;q=0.4", "csv"),
    # the more specific range decides, whatever its quality
    ("*/*, application/sparql-results+json;q=0, application/json;q=0", "xml"),
    ("text/*, text/csv;q=0, text/xml;q=0, application/*;q=0", "tsv"),
    ("application/*;q=0.2, application/sparql-results+xml;q=0.9", "xml"),
    # a browser
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml"),
    # quality out of bounds is taken to the next bound
    ("text/csv;q=2, application/sparql-results+json", "json"),
    ("text/csv;q=1.000, application/sparql-results+json;q=0.999", "csv"),
    ("text/csv, ,", "csv"),
]

GRAPHS = [
    (None, "turtle"),
    ("*/*", "turtle"),
    ("text/turtle", "turtle"),
    ("application/x-turtle", "turtle"),
    ("application/n-triples", "ntriples"),
    ("application/rdf+xml", "rdfxml"),
    ("application/xml", "rdfxml"),
    ("application/ld+json", "jsonld"),
    ("application/json", "jsonld"),
    ("application/n-quads", "nquads"),
    ("application/trig", "trig"),
    ("application/x-trig", "trig"),
    ("application/*", "ntriples"),
    ("text/turtle;q=0.3, application/ld+json;q=0.7", "jsonld"),
    ("application/ld+json, text/turtle", "turtle"),
]

REFUSED = [
    "text/html",
    "image/*",
    "text/csv;q=0",
    "*/*;q=0",
    "text/csv;q=0.0, image/png",
    "text/csv;q=nonsense",
    "csv",
    "application/n-quads",
]


@pytest.mark.parametrize(("accept", "name"), RESULTS)
def test_results_are_given_in_the_form_that_is_liked_best(accept: str | None, name: str) -> None:
    assert choose(accept, RESULT_FORMATS).name == name


@pytest.mark.parametrize(("accept", "name"), GRAPHS)
def test_graphs_are_given_in_the_form_that_is_liked_best(accept: str | None, name: str) -> None:
    assert choose(accept, GRAPH_FORMATS).name == name


@pytest.mark.parametrize("accept", REFUSED)
def test_what_cannot_be_given_is_refused_with_what_can(accept: str) -> None:
    with pytest.raises(NotAcceptable) as refused:
        choose(accept, RESULT_FORMATS)
    offered = [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ]
    assert refused.value.offered == offered
    assert str(refused.value) == f"nothing in 'Accept: {accept}' can be given here; offered are {', '.join(offered)}"


def test_each_form_is_chosen_by_its_own_name_and_by_no_other() -> None:
    for formats in (RESULT_FORMATS, GRAPH_FORMATS):
        names = [name for offered in formats for name in (offered.media_type, *offered.aliases)]
        assert len(set(names)) == len(names)
        for offered in formats:
            assert {choose(name, formats) for name in (offered.media_type, *offered.aliases)} == {offered}


def test_text_forms_say_their_charset_and_others_do_not() -> None:
    types = [offered.content_type for offered in (*RESULT_FORMATS, *GRAPH_FORMATS)]
    assert types == [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv; charset=utf-8",
        "text/tab-separated-values; charset=utf-8",
        "text/turtle; charset=utf-8",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/n-quads",
        "application/trig",
    ]


@pytest.mark.parametrize(
    ("name", "formats", "found"),
    [
        ("json", RESULT_FORMATS, "json"),
        ("JSON", RESULT_FORMATS, "json"),
        (" csv ", RESULT_FORMATS, "csv"),
        ("application/sparql-results+xml", RESULT_FORMATS, "xml"),
        ("text/xml", RESULT_FORMATS, "xml"),
        ("json", GRAPH_FORMATS, "jsonld"),
        ("xml", GRAPH_FORMATS, "rdfxml"),
        ("ttl", GRAPH_FORMATS, "turtle"),
        ("nt", GRAPH_FORMATS, "ntriples"),
        ("rdf", GRAPH_FORMATS, "rdfxml"),
        ("nq", GRAPH_FORMATS, "nquads"),
        ("trig", GRAPH_FORMATS, "trig"),
        ("application/ld+json", GRAPH_FORMATS, "jsonld"),
    ],
)
def test_a_form_is_named_by_a_short_name_or_its_type(name: str, formats: tuple, found: str) -> None:
    assert named(name, formats).name == found


@pytest.mark.parametrize("name", ["html", "", "text/*", "csv, json"])
def test_an_unknown_name_is_told_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownFormat) as unknown:
        named(name, RESULT_FORMATS)
    assert str(unknown.value) == f"'{name}' is no format of this answer; offered are json, xml, csv, tsv"
    assert unknown.value.offered == ["json", "xml", "csv", "tsv"]


def test_the_short_names_of_one_kind_of_answer_are_different() -> None:
    for formats in (RESULT_FORMATS, GRAPH_FORMATS):
        names = [name for offered in formats for name in (offered.name, *offered.short_names)]
        assert len(set(names)) == len(names)


ENCODINGS = [
    (None, "identity"),
    ("", "identity"),
    ("gzip", "gzip"),
    ("GZIP", "gzip"),
    ("zstd", "zstd"),
    ("gzip, deflate, br, zstd", "zstd"),
    ("gzip, zstd;q=0.9", "gzip"),
    ("br", "identity"),
    ("*", "zstd"),
    ("*;q=0.1, zstd;q=0", "gzip"),
    ("identity", "identity"),
    ("gzip;q=0.5, identity", "identity"),
    ("gzip;q=0", "identity"),
    ("identity;q=0, gzip", "gzip"),
    ("identity;q=0, *", "zstd"),
    ("gzip;q=nonsense", "identity"),
]


@pytest.mark.parametrize(("accept_encoding", "coding"), ENCODINGS)
def test_the_coding_is_the_one_that_is_liked_best(accept_encoding: str | None, coding: str) -> None:
    assert choose_encoding(accept_encoding, ("zstd", "gzip")) == coding


@pytest.mark.parametrize("accept_encoding", ["identity;q=0", "*;q=0", "br, identity;q=0"])
def test_a_client_that_takes_no_coding_at_all_is_refused(accept_encoding: str) -> None:
    with pytest.raises(NotAcceptable) as refused:
        choose_encoding(accept_encoding, ("zstd", "gzip"))
    assert refused.value.offered == ["zstd", "gzip", "identity"]
    assert refuses_identity(accept_encoding)


@pytest.mark.parametrize("accept_encoding", [None, "", "gzip", "identity;q=0.1", "*;q=0, identity", "gzip;q=0"])
def test_identity_is_refused_only_where_it_says_so(accept_encoding: str | None) -> None:
    assert not refuses_identity(accept_encoding)


@pytest.mark.parametrize(
    ("accept", "liked"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html", True),
        ("text/html;q=0.5, text/turtle;q=0.4", True),
        ("text/html, text/turtle", False),
        ("*/*", False),
        ("text/*", False),
        (None, False),
    ],
)
def test_a_browser_is_known_by_what_it_likes(accept: str | None, liked: bool) -> None:
    assert prefers(accept, "text/html", GRAPH_FORMATS) is liked


def test_a_header_of_thousands_of_ranges_is_read_in_part() -> None:
    many = ",".join(f"text/x-{number}" for number in range(50_000))
    with pytest.raises(NotAcceptable):
        choose(f"{many},text/csv", RESULT_FORMATS)
    assert choose(f"text/csv,{many}", RESULT_FORMATS).name == "csv"
