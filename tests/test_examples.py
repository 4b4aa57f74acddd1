"""The example queries in ``queries/examples/``: complete headers, and the answers kept in ``tests/examples/``.

An answer is what the engine writes: CSV for SELECT, sorted N-Triples for CONSTRUCT and DESCRIBE, ``true``
or ``false`` for ASK. After a change of the data or of a query, write the answers and the ``# rows:`` lines anew
and read the difference before you keep it:

    REFRESH_EXAMPLES=1 pytest tests/test_examples.py
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
)

from ogpgraph.settings import PROJECT
from ogpgraph.vocabulary import ONTOLOGY_FOLDER

QUERIES = sorted((PROJECT / "queries" / "examples").glob("*.rq"))
ANSWERS = PROJECT / "tests" / "examples"
HEADER = ("title", "description", "keywords", "rows")
REFRESH = bool(os.environ.get("REFRESH_EXAMPLES"))

every_query = pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)


def header_of(path: Path) -> dict[str, str]:
    """The ``# key: value`` lines at the top of a query."""
    lines = path.read_text("utf-8").split("\n\n", 1)[0].splitlines()
    return dict(line.removeprefix("# ").split(": ", 1) for line in lines)


def answer_of(path: Path, store: Store) -> tuple[str, bytes, int]:
    """Suffix, bytes and number of rows (triples, or 1 for a yes or no) of the answer to a query."""
    text = path.read_text("utf-8")
    found = store.query(text)
    if isinstance(found, QueryBoolean):
        return ".txt", b"true\n" if found else b"false\n", 1
    if isinstance(found, QueryTriples):
        lines = sorted({f"{triple} .\n" for triple in found})
        return ".nt", "".join(lines).encode(), len(lines)
    assert isinstance(found, QuerySolutions)
    body = found.serialize(format=QueryResultsFormat.CSV)
    assert body is not None
    return ".csv", body, sum(1 for _ in store.query(text))


@pytest.fixture(scope="module")
def ontology_terms() -> set[str]:
    """The local names that ogp.ttl defines."""
    terms = parse(path=str(ONTOLOGY_FOLDER / "ogp.ttl"), format=RdfFormat.TURTLE)
    subjects = {quad.subject.value for quad in terms if isinstance(quad.subject, NamedNode)}
    return {subject.rpartition("#")[2] for subject in subjects if "#" in subject}


def test_numbers_have_no_gap() -> None:
    assert len(QUERIES) >= 44
    assert [path.name[:4] for path in QUERIES] == [f"{number:03}-" for number in range(1, len(QUERIES) + 1)]
    assert all(re.fullmatch(r"\d{3}(-[a-z0-9]+)+", path.stem) for path in QUERIES)


def test_titles_are_unique() -> None:
    titles = [header_of(path)["title"] for path in QUERIES]
    assert len(titles) == len(set(titles))


@every_query
def test_header_is_complete(path: Path) -> None:
    header = header_of(path)
    assert tuple(header) == HEADER
    assert all(value.strip() for value in header.values())
    assert header["rows"].isdigit()
    assert header["description"].endswith(".")


@every_query
def test_every_term_is_defined(path: Path, ontology_terms: set[str]) -> None:
    used = set(re.findall(r"\bogp:(\w+)", path.read_text("utf-8")))
    assert used <= ontology_terms, f"{path.name} uses terms that ogp.ttl does not define"


@every_query
def test_rows_of_a_select_are_ordered(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "ORDER BY" in text or not re.search(r"^SELECT", text, flags=re.MULTILINE)


@every_query
def test_answer_is_the_expected_one(path: Path, store: Store) -> None:
    suffix, body, rows = answer_of(path, store)
    kept = ANSWERS / (path.stem + suffix)
    if REFRESH:
        kept.write_bytes(body)
        text = re.sub(r"^# rows: \d+$", f"# rows: {rows}", path.read_text("utf-8"), count=1, flags=re.MULTILINE)
        path.write_text(text, "utf-8")
    assert rows == int(header_of(path)["rows"])
    remedy = f"run REFRESH_EXAMPLES=1 pytest tests/test_examples.py and read the change of {kept.name}"
    assert body == kept.read_bytes(), remedy


def test_every_answer_has_a_query() -> None:
    assert {kept.stem for kept in ANSWERS.iterdir()} == {path.stem for path in QUERIES}
