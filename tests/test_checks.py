"""Each rule in queries/checks/ finds nothing in its good twin and what it should in its bad twin.

tests/checks/<NNN-slug>/good.ttl (or .trig) gives no row; bad.ttl gives the rows whose filled-in messages stand in its
`# expect:` lines. In a message an IRI of ours is written without its base and an ontology term with `ogp:`.
"""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Mapping

import pyoxigraph
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHECKS = sorted((ROOT / "queries" / "checks").glob("*.rq"))
TWINS = pathlib.Path(__file__).resolve().parent / "checks"
BASE = "https://w3id.org/ogpgraph/"
OGP = BASE + "ontology#"
HEADER = re.compile(r"^# (title|severity|target|message): (\S.*)$", re.MULTILINE)
EXPECT = re.compile(r"^# expect: (.+)$", re.MULTILINE)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
FORMATS = {".ttl": pyoxigraph.RdfFormat.TURTLE, ".trig": pyoxigraph.RdfFormat.TRIG}


def headers(query: str) -> dict[str, str]:
    return dict(HEADER.findall(query))


def twin(check: pathlib.Path, kind: str) -> pathlib.Path:
    """The one good or bad file of a check; TriG where the rule looks at named graphs."""
    (path,) = (TWINS / check.stem).glob(f"{kind}.*")
    return path


def run(
    query: str, data: pathlib.Path | None = None
) -> tuple[list[str], list[dict[str, pyoxigraph.NamedNode | pyoxigraph.Literal]]]:
    """The projected names in order and the rows without their unbound variables."""
    store = pyoxigraph.Store()
    if data is not None:
        store.load(path=str(data), format=FORMATS[data.suffix])
    solutions = store.query(query)
    names = [variable.value for variable in solutions.variables]
    return names, [{name: row[name] for name in names if row[name] is not None} for row in solutions]


def shown(term: pyoxigraph.NamedNode | pyoxigraph.Literal | None) -> str:
    if term is None:
        return "-"
    if isinstance(term, pyoxigraph.NamedNode):
        return term.value.replace(OGP, "ogp:").removeprefix(BASE)
    return term.value


def filled(message: str, row: Mapping[str, pyoxigraph.NamedNode | pyoxigraph.Literal]) -> str:
    return PLACEHOLDER.sub(lambda match: shown(row.get(match.group(1))), message)


def ids(check: pathlib.Path) -> str:
    return check.stem


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_good_twin_gives_no_row(check: pathlib.Path) -> None:
    _, rows = run(check.read_text(encoding="utf-8"), twin(check, "good"))
    assert rows == []


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_bad_twin_gives_the_expected_messages(check: pathlib.Path) -> None:
    query, bad = check.read_text(encoding="utf-8"), twin(check, "bad")
    _, rows = run(query, bad)
    expected = sorted(EXPECT.findall(bad.read_text(encoding="utf-8")))
    assert expected, "a bad twin says what to expect"
    assert sorted(filled(headers(query)["message"], row) for row in rows) == expected


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_header_is_complete_and_agrees_with_the_query(check: pathlib.Path) -> None:
    query = check.read_text(encoding="utf-8")
    header = headers(query)
    assert set(header) == {"title", "severity", "target", "message"}
    assert header["severity"] in {"violation", "warning"}
    assert header["message"].count(": ") >= 1, "a message names the problem, a colon, and the remedy"
    names, rows = run(query)
    assert rows == []
    assert names[0] == "this"
    assert set(PLACEHOLDER.findall(header["message"])) == set(names)


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_query_avoids_what_is_slow_in_the_store(check: pathlib.Path) -> None:
    """FILTER NOT EXISTS with two patterns is quadratic in Oxigraph; MINUS is not."""
    query = check.read_text(encoding="utf-8")
    for body in re.findall(r"NOT EXISTS \{([^}]*)\}", query):
        assert " ;" not in body, "use MINUS"
        assert " . " not in body.strip(), "use MINUS"
    assert "SERVICE" not in query


def test_names_are_numbered_without_gap_or_repetition() -> None:
    assert CHECKS
    assert all(re.fullmatch(r"[0-9]{3}(-[a-z]+)+", check.stem) for check in CHECKS)
    assert [int(check.stem[:3]) for check in CHECKS] == list(range(1, len(CHECKS) + 1))


def test_titles_are_unique() -> None:
    titles = [headers(check.read_text(encoding="utf-8"))["title"] for check in CHECKS]
    assert len(set(titles)) == len(titles)


def test_every_check_has_twins_and_every_twin_a_check() -> None:
    assert sorted(folder.name for folder in TWINS.iterdir()) == [check.stem for check in CHECKS]
    assert all({path.stem for path in folder.iterdir()} == {"good", "bad"} for folder in TWINS.iterdir())


@functools.cache
def defined_terms() -> frozenset[str]:
    rdf_type = pyoxigraph.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    ontology = pyoxigraph.Store()
    ontology.bulk_load(path=str(ROOT / "ontology" / "ogp.ttl"), format=pyoxigraph.RdfFormat.TURTLE)
    subjects = {str(quad.subject) for quad in ontology.quads_for_pattern(None, rdf_type, None)}
    return frozenset(subject[1:-1].removeprefix(OGP) for subject in subjects if subject.startswith(f"<{OGP}"))


@functools.cache
def defined_concepts() -> frozenset[str]:
    concepts = pyoxigraph.Store()
    for file in sorted((ROOT / "ontology" / "schemes").glob("*.ttl")):
        concepts.bulk_load(path=str(file), format=pyoxigraph.RdfFormat.TURTLE)
    return frozenset(str(quad.subject)[1:-1].removeprefix(BASE) for quad in concepts)


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_every_term_and_concept_in_a_query_is_defined(check: pathlib.Path) -> None:
    query = check.read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"\bogp:(\w+)", query)) - defined_terms()) == []
    assert sorted(set(re.findall(r"<(scheme/[\w/-]+)>", query)) - defined_concepts()) == []
