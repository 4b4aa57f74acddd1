"""SSSOM: what is read from TSV, what is said of a bad file, and that TSV and RDF hold the same."""

from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from ogpgraph.problems import Problem, Severity
from ogpgraph.sssom import Mapping, MappingSet, mapping_sets, read_sssom, record_iri, sssom_quads, write_sssom
from ogpgraph.vocabulary import OWL, RDF, SEMAPV, SKOS, SSSOM, XSD

HEAD = """\
#curie_map:
#  ex: https://example.org/
#mapping_set_id: https://example.org/set
#license: https://creativecommons.org/licenses/by/4.0/
#mapping_date: 2026-11-22
"""
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"
ROW = "ex:a\tskos:exactMatch\tex:b\tsemapv:ManualMappingCuration\t0.95\n"
CURATED = SEMAPV.ManualMappingCuration.value


def one_mapping(**slots: object) -> Mapping:
    given: dict = {"subject_id": "https://example.org/a", "object_id": "https://example.org/b", **slots}
    return Mapping(**{"predicate_id": SKOS.exactMatch.value, "mapping_justification": CURATED, **given})


def one_set(*mappings: Mapping, **slots: object) -> MappingSet:
    given: dict = {"mapping_set_id": "https://example.org/set", "mappings": mappings, **slots}
    return MappingSet(**given)


def only_problem(text: str) -> Problem:
    _, problems = read_sssom(text, "a.sssom.tsv")
    (problem,) = problems
    return problem


def test_curies_are_read_as_iris_and_slots_of_the_set_stand_on_each_mapping() -> None:
    found, problems = read_sssom(HEAD + COLUMNS + ROW, "a.sssom.tsv")
    assert problems == []
    assert found.mapping_set_id == "https://example.org/set"
    assert found.curie_map == {"ex": "https://example.org/"}
    assert found.mappings == (one_mapping(confidence=0.95, mapping_date="2026-11-22"),)
    assert found.mappings[0].line == 7


def test_a_quoted_cell_may_hold_tabs_quotes_and_lines_and_the_next_row_knows_its_line() -> None:
    row = 'ex:a\tskos:exactMatch\tex:b\tsemapv:ManualMappingCuration\t"one\n""two""\tthree"\n'
    found, problems = read_sssom(HEAD + COLUMNS.replace("confidence", "comment") + row + row, "a.sssom.tsv")
    assert problems == []
    assert [mapping.comment for mapping in found.mappings] == ['one\n"two"\tthree'] * 2
    assert [mapping.line for mapping in found.mappings] == [7, 9]


def test_several_values_are_parted_by_bars_and_a_bar_inside_a_value_is_escaped() -> None:
    columns = COLUMNS.replace("confidence", "author_id\tmatch_string")
    row = "ex:a\tskos:exactMatch\tex:b\tsemapv:LexicalMatching\tex:x|ex:y\tone\\|two|three\n"
    (mapping,) = read_sssom(HEAD + columns + row, "a.sssom.tsv")[0].mappings
    assert mapping.author_id == ("https://example.org/x", "https://example.org/y")
    assert mapping.match_string == ("one|two", "three")


def test_lines_may_end_as_on_windows_and_the_metadata_may_be_indented() -> None:
    head = "".join(f"# {line[1:]}\n" for line in HEAD.splitlines())
    found, problems = read_sssom((head + COLUMNS + ROW).replace("\n", "\r\n"), "a.sssom.tsv")
    assert problems == []
    assert found.mappings == (one_mapping(confidence=0.95, mapping_date="2026-11-22"),)


CELLS = {
    "undeclared prefix": (
        ROW.replace("ex:b", "zz:b"),
        ("undeclared-prefix", "object_id", "zz:b", "prefix 'zz' of 'zz:b' is not declared"),
    ),
    "whole IRI": (
        ROW.replace("ex:b", "https://example.org/b"),
        ("undeclared-prefix", "object_id", "https://example.org/b", "is a whole IRI: write a CURIE"),
    ),
    "no CURIE": (ROW.replace("ex:b", "b"), ("no-curie", "object_id", "b", "write prefix, colon, name")),
    "no IRI": (ROW.replace("ex:b", "ex:b c"), ("no-iri", "object_id", "ex:b c", "check its characters")),
    "confidence": (ROW.replace("0.95", "95%"), ("no-number", "confidence", "95%", "no number from 0 to 1")),
    "confidence that is not a number": (ROW.replace("0.95", "nan"), ("no-number", "confidence", "nan", "from 0 to 1")),
    "justification": (
        ROW.replace("Manual", "Manuel"),
        (
            *("unknown-justification", "mapping_justification", "semapv:ManuelMappingCuration"),
            "did you mean 'semapv:ManualMappingCuration'?",
        ),
    ),
    "empty object": (ROW.replace("ex:b", ""), ("missing-value", "object_id", "", "object_id is empty")),
    "short row": (ROW.replace("\t0.95", ""), ("wrong-width", "", "", "the row has 4 cells, the header 5")),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_bad_cell_is_named_with_line_column_value_and_remedy(case: str) -> None:
    row, (rule, column, value, words) = CELLS[case]
    problem = only_problem(HEAD + COLUMNS + row)
    assert (problem.file, problem.line, problem.rule) == ("a.sssom.tsv", 7, rule)
    assert (problem.column, problem.value) == (column, value)
    assert words in problem.message


def test_a_bad_row_is_left_out_and_the_others_are_read() -> None:
    found, _ = read_sssom(HEAD + COLUMNS + ROW.replace("0.95", "2") + ROW, "a.sssom.tsv")
    assert [mapping.line for mapping in found.mappings] == [8]


FILES = {
    "no metadata": (COLUMNS + ROW, 1, {"no-metadata", "no-set-id", "undeclared-prefix"}),
    "no YAML": (HEAD.replace("set_id: ", "set_id ") + COLUMNS, 4, {"yaml-syntax"}),
    "anchor": (HEAD + "#comment: &a x\n" + COLUMNS, 6, {"yaml-anchor"}),
    "no set id": (HEAD.replace("mapping_set_id", "see_also") + COLUMNS, 1, {"no-set-id"}),
    "prefix that is built in": (HEAD.replace("ex: ", "skos: ") + COLUMNS, 1, {"curie-map"}),
    "no columns": (HEAD, 6, {"no-header"}),
    "date": (HEAD.replace("-22", "-31") + COLUMNS, 5, {"no-date"}),
    "several titles": (HEAD + "#mapping_set_title:\n#  - a\n#  - b\n" + COLUMNS, 6, {"wrong-shape"}),
    "byte order mark": ("\ufeff" + HEAD + COLUMNS, 1, {"byte-order-mark"}),
}


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_named_with_its_line(case: str) -> None:
    text, line, rules = FILES[case]
    _, problems = read_sssom(text, "a.sssom.tsv")
    assert line in {problem.line for problem in problems}
    assert rules <= {problem.rule for problem in problems}
    assert all(problem.severity is Severity.VIOLATION for problem in problems)


def test_what_sssom_does_not_know_is_left_out_with_a_warning() -> None:
    text = HEAD + "#mapping_set_titel: x\n" + COLUMNS.replace("confidence", "confidense") + ROW
    found, problems = read_sssom(text, "a.sssom.tsv")
    assert found.mappings == (one_mapping(mapping_date="2026-11-22"),)
    assert [(problem.line, problem.severity.value, problem.message.rpartition(": ")[2]) for problem in problems] == [
        (6, "warning", "did you mean 'mapping_set_title'?"),
        (7, "warning", "did you mean 'confidence'?"),
    ]


def test_a_slot_that_rows_have_too_is_not_taken_from_the_set() -> None:
    """SSSOM, "Propagation": only where no mapping has a value of its own."""
    columns, row = COLUMNS.replace("confidence", "mapping_date"), ROW.replace("0.95", "2020-01-01")
    found, problems = read_sssom(HEAD + columns + row + row.replace("2020-01-01", ""), "a.sssom.tsv")
    assert [mapping.mapping_date for mapping in found.mappings] == ["2020-01-01", ""]
    assert [(problem.rule, problem.severity) for problem in problems] == [("not-propagated", Severity.WARNING)]


def test_the_canonical_form() -> None:
    """Shared slots on the set, no empty columns, columns in the order of the schema, rows sorted, no idle prefix."""
    both = {"mapping_date": "2026-11-22", "author_id": ("https://example.org/me",)}
    written = write_sssom(
        one_set(
            one_mapping(**both, predicate_modifier="Not", object_id="https://other.example/x#y", confidence=1.0),
            one_mapping(**both, comment='a "word"', confidence=0.12345),
            curie_map={"ex": "https://example.org/", "idle": "https://idle.example/"},
            mapping_set_title="One: two",
        )
    )
    assert written == (
        "#curie_map:\n#  ex: https://example.org/\n#  ns1: https://other.example/x#\n"
        '#sssom_version: "1.1"\n#mapping_set_id: https://example.org/set\n#mapping_set_title: "One: two"\n'
        "#mapping_date: 2026-11-22\n"
        "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tauthor_id\tconfidence\tcomment\n"
        'ex:a\tskos:exactMatch\t\tex:b\tsemapv:ManualMappingCuration\tex:me\t0.123\t"a ""word"""\n'
        "ex:a\tskos:exactMatch\tNot\tns1:y\tsemapv:ManualMappingCuration\tex:me\t1\t\n"
    )


EVERYTHING = one_set(
    one_mapping(
        record_id="https://example.org/set/1",
        predicate_modifier="Not",
        author_id=("https://example.org/one", "https://example.org/two"),
        subject_type="skos concept",
        mapping_cardinality="1:n",
        confidence=0.5,
        reviewer_agreement=-1.0,
        see_also=("https://example.org/why",),
        match_string=("a|b", "c"),
        comment="two\nlines\tand a tab",
        mapping_date="2026-11-22",
    ),
    one_mapping(record_id="https://example.org/set/2", object_id="https://example.org/c", review_date="2026-11-22"),
    mapping_set_title="null",
    mapping_set_description="#no comment: \\ 'x' \"y\"",
    mapping_set_version="1.0",
    creator_id=("https://example.org/one",),
    license="https://creativecommons.org/licenses/by/4.0/",
)


def test_what_is_written_is_read_again() -> None:
    written = write_sssom(EVERYTHING)
    found, problems = read_sssom(written, "a.sssom.tsv")
    assert problems == []
    assert found.mappings == EVERYTHING.mappings
    assert (found.mapping_set_title, found.mapping_set_version) == ("null", "1.0")
    assert found.mapping_set_description == EVERYTHING.mapping_set_description
    assert write_sssom(found) == written


def test_rdf_holds_all_that_the_set_holds() -> None:
    assert mapping_sets(quad.triple for quad in sssom_quads(EVERYTHING)) == [EVERYTHING]


def test_the_rdf_is_that_of_the_specification() -> None:
    """Types, properties and datatypes of "The SSSOM/RDF serialisation format"; no triple of the mapping's predicate."""
    graph = NamedNode("https://example.org/graph")
    mapping = one_mapping(predicate_modifier="Not", confidence=1.0, mapping_date="2026-11-22")
    quads = set(sssom_quads(one_set(mapping), graph))
    node = NamedNode(record_iri(one_set(mapping), mapping))
    expected = (
        (RDF.type, OWL.Axiom),
        (OWL.annotatedSource, NamedNode("https://example.org/a")),
        (OWL.annotatedProperty, SKOS.exactMatch),
        (OWL.annotatedTarget, NamedNode("https://example.org/b")),
        (SSSOM.predicate_modifier, SSSOM.NegatedPredicate),
        (SSSOM.mapping_justification, SEMAPV.ManualMappingCuration),
        (SSSOM.confidence, Literal("1", datatype=XSD.double)),
        (NamedNode("http://purl.org/dc/terms/created"), Literal("2026-11-22", datatype=XSD.date)),
    )
    assert {quad for quad in quads if quad.subject == node} == {Quad(node, p, o, graph) for p, o in expected}
    assert Quad(NamedNode("https://example.org/set"), SSSOM.mappings, node, graph) in quads
    assert all(quad.predicate != SKOS.exactMatch for quad in quads)
    assert all(quad.graph_name == DefaultGraph() for quad in sssom_quads(one_set(mapping)))


def test_the_name_of_a_mapping_follows_from_what_it_says_and_not_from_its_place() -> None:
    first, second = one_mapping(), one_mapping(predicate_modifier="Not")
    there, back = one_set(first, second), one_set(second, first)
    assert record_iri(there, first) == record_iri(back, first) == record_iri(back, one_mapping(comment="why"))
    assert record_iri(there, first) != record_iri(there, second)
    assert record_iri(there, one_mapping(record_id="https://example.org/7")) == "https://example.org/7"
