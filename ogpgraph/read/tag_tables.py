"""Tables of tags alone: a column a policy area, 0 or 1 a row, nothing that says which commitment a row is about.

OGP's first tag matrix is such a table. Its rows are kept as they are; tying them to commitments by their order
would be guessing.
"""

from __future__ import annotations

from collections.abc import Iterator

from ogpgraph.problems import Problem, Severity
from ogpgraph.read.explorer import source_document
from ogpgraph.read.explorer_columns import is_commitment_table
from ogpgraph.read.source_file import Reader, SourceFile
from ogpgraph.read.tables import column_key, has_header, problem_at, table
from ogpgraph.records import Record, TagTable
from ogpgraph.vocabulary import Vocabulary

_URL = "https://github.com/Vizzuality/ogp/blob/69d32715baa422d62f8c19fdecd1a61d39ce511a/sites/all/libraries/irm_explorer/data/"
# Tags that every generation of OGP's tags has in some spelling: enough of them make a tag table.
_MARKS = ("asset disclosure", "citizen budgets", "social audits", "e-petitions", "e-government", "judiciary", "aid")


def _is_tag_table(names: set[str]) -> bool:
    return not is_commitment_table(names) and sum(mark in names for mark in _MARKS) >= 4


def fits(file: SourceFile) -> bool:
    """Whether one of the first rows is made of tags, without a country and a title."""
    return has_header(file, _is_tag_table)


def read(file: SourceFile, vocabulary: Vocabulary) -> Iterator[Record | Problem]:
    """The source and one record for the whole table."""
    found = table(file, _is_tag_table)
    if isinstance(found, Problem):
        yield found
        return
    yield source_document(file, "tags-first", "OGP's first table of tags", _URL, len(found.rows), 1)
    tags: dict[int, str] = {}
    for position, name in enumerate(found.names):
        area = vocabulary.concept("policy-area", column_key(name))
        if area is not None:
            tags[position] = area.value.partition("/policy-area/")[2]
        elif name:
            yield problem_at(file, found.header_row, name, "column-not-known", "this is no known tag: it was not read")
    rows: list[tuple[str, ...]] = []
    for number, cells in found.rows:
        for position in tags:
            if cells[position] not in ("0", "1", ""):
                message = f"'{cells[position]}' is no 0 or 1"
                yield problem_at(file, number, found.names[position], "flag-not-read", message, cells[position])
        rows.append(tuple(tag for position, tag in tags.items() if cells[position] == "1"))
    message = f"the {len(rows)} rows name no commitment: they are kept as a record and make no statements"
    yield Problem(file.shown, found.header_row, "rows-without-key", message, Severity.WARNING)
    yield TagTable(source=file.key, tags=tuple(tags.values()), rows=tuple(rows))


READER = Reader("table of tags", fits, read)
