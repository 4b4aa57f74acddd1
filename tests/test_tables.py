"""The table of commitments: every commitment once, as SPARQL says it, absences named, in three forms that agree."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest

from ogpgraph.release import Release, tables

pytest_plugins = ["fixtures_three_plans"]

parquet = pytest.importorskip("pyarrow.parquet", reason="the extra 'parquet' is not installed")
PROLOGUE = """PREFIX ogp: <https://w3id.org/ogpgraph/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


def rows_of(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "commitments.csv").read_text("utf-8"), newline="")))


def answers(store: pyoxigraph.Store, query: str) -> list[tuple[str, ...]]:
    return [tuple(value.value if value else "" for value in row) for row in store.query(PROLOGUE + query)]


@pytest.fixture(scope="module")
def rows(xanadu_release: Release) -> list[dict[str, str]]:
    return rows_of(xanadu_release.folder)


def test_every_commitment_has_one_row(rows: list[dict[str, str]], xanadu_store: pyoxigraph.Store) -> None:
    expected = answers(
        xanadu_store,
        """SELECT ?c ?cycle (COUNT(?source) AS ?n) {
             ?c a ogp:Commitment ; ogp:cycle ?cycle ; dcterms:source ?source } GROUP BY ?c ?cycle""",
    )
    found = [(row["commitment"], row["cycle"], row["sources"]) for row in rows]
    assert sorted(found) == sorted(expected)
    assert len(found) > 5


def test_lineage_is_what_the_graph_states(rows: list[dict[str, str]], xanadu_store: pyoxigraph.Store) -> None:
    for column, name in (
        ("successors", "succeededBy"),
        ("predecessors", "succeeds"),
        ("possible_successors", "possibleSuccessor"),
    ):
        stated = Counter(one for (one, _) in answers(xanadu_store, f"SELECT ?a ?b {{ ?a ogp:{name} ?b }}"))
        found = {row["commitment"]: len(row[column].split()) for row in rows if row[column]}
        commitments = {row["commitment"] for row in rows}
        assert found == {one: number for one, number in stated.items() if one in commitments}, column
        assert found, column


@pytest.mark.parametrize("column", ["completion", "star", "early_results"])
def test_ratings_and_absences_add_up_as_in_the_data_cube(
    column: str, rows: list[dict[str, str]], xanadu_store: pyoxigraph.Store
) -> None:
    """The cube is made elsewhere, from the same rule: who counts the table gets what the cube says."""
    observations = answers(
        xanadu_store,
        f"""SELECT ?label ?count {{ ?o <http://purl.org/linked-data/cube#dataSet>
              <https://w3id.org/ogpgraph/id/cube/{column.replace("_", "-")}> ;
              ogp:commitmentsCounted ?count ; ?dimension ?concept .
            ?concept skos:prefLabel ?label FILTER(LANG(?label) = "en") }}""",
    )
    expected = {label: int(number) for label, number in observations if int(number)}
    assert Counter(row[column] or row[f"{column}_absent"] for row in rows) == expected
    assert sum(expected.values()) == len(rows)


def test_what_is_empty_has_its_reason_and_what_is_not_has_none(rows: list[dict[str, str]]) -> None:
    optional = [column.name for column in tables.COLUMNS if column.optional]
    assert len(optional) == 9
    for row in rows:
        for name in optional:
            assert bool(row[name]) != bool(row[f"{name}_absent"]), (row["id"], name)


def test_a_page_that_says_why_a_value_is_missing_is_believed(rows: list[dict[str, str]]) -> None:
    reasons = {row[f"{name}_absent"] for row in rows for name in ("completion", "end", "lead_institutions")}
    assert reasons - {"", tables.NOT_HERE, "No assessment in the release"}


def test_the_real_table_has_the_known_rows(release: Release) -> None:
    by_id = {row["id"]: row for row in rows_of(release.folder)}
    row = by_id["FR0042"]
    assert (row["member_name"], row["plan"], row["number"]) == ("France", "FR-2018", "13")
    assert (row["completion"], row["completion_phase"], row["completion_absent"]) == ("Complete", "End of term", "")
    assert row["possible_predecessors"] == "FR0021"
    assert by_id["FR0004"]["successors"] == "FR0031"
    assert by_id["FR0031"]["predecessors"] == "FR0004"
    assert by_id["FR-2015/10"]["successors"] == "FR0012 FR0013"


def test_parquet_says_what_csv_says(xanadu_release: Release, rows: list[dict[str, str]]) -> None:
    table = parquet.read_table(xanadu_release.folder / "commitments.parquet")
    separators = {column.name: column.separator for column in tables.all_columns()}
    found = [
        {
            name: separators[name].join(value or []) if separators[name] else "" if value is None else str(value)
            for name, value in row.items()
        }
        for row in table.to_pylist()
    ]
    assert found == rows
    assert {table.schema.field(name).metadata[b"description"] != b"" for name in table.column_names} == {True}


def test_every_column_is_described(xanadu_release: Release, rows: list[dict[str, str]]) -> None:
    """CSVW, section 5.6: the columns of the description are those of the file, in their order."""
    described = json.loads((xanadu_release.folder / "commitments.csv-metadata.json").read_text("utf-8"))
    assert described["@context"][0] == "http://www.w3.org/ns/csvw"
    assert (xanadu_release.folder / described["url"]).is_file()
    columns = described["tableSchema"]["columns"]
    assert [column["titles"] for column in columns] == list(rows[0])
    assert all(column["dc:description"] for column in columns)
    key = described["tableSchema"]["primaryKey"]
    assert len({row[key] for row in rows}) == len(rows)
    for column in columns:
        cells = [row[column["name"]] for row in rows]
        if column.get("required"):
            assert "" not in cells, column["name"]
        if column["datatype"] == "integer":
            assert all(cell.isdecimal() for cell in cells if cell), column["name"]


def test_a_cell_holds_any_text(xanadu_release: Release) -> None:
    row: tables.Row = {column.name: None for column in tables.all_columns()}
    row |= {"title": 'A "title", with\na line', "lead_institutions": ["One; two", "Three"], "successors": []}
    (read,) = csv.DictReader(io.StringIO(tables.as_csv([row]).decode(), newline=""))
    assert read["title"] == 'A "title", with\na line'
    assert read["lead_institutions"] == "One; two | Three"
    assert read["successors"] == ""
