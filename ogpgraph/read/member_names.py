"""The names by which OGP's files call its national members, and the codes that OGP gives them.

``member_names.csv`` is the table: a file says "UK", "USA" or "Macedonia", its commitments say UK, US and MK.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ogpgraph.vocabulary import folded

_TABLE = Path(__file__).with_name("member_names.csv")


@dataclass(frozen=True)
class MemberName:
    """A national member: OGP's code, its usual name in English, its ISO 3166-1 alpha-3 code."""

    code: str
    name: str
    iso_alpha3: str
    other_names: tuple[str, ...]


@cache
def member_names() -> dict[str, MemberName]:
    """The table, by code."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        row["code"]: MemberName(
            row["code"],
            row["name"],
            row["iso_alpha3"],
            tuple(name.strip() for name in row["other_names"].split(";") if name.strip()),
        )
        for row in rows
    }


@cache
def _by_name() -> dict[str, str]:
    found: dict[str, str] = {}
    for member in member_names().values():
        for name in (member.name, *member.other_names, member.iso_alpha3):
            found.setdefault(folded(name), member.code)
    return found


def member_code(name: str) -> str | None:
    """The code of the member with this name or ISO alpha-3 code; None where the table does not know it.

    >>> member_code("Macedonia"), member_code("usa"), member_code("GBR"), member_code("Ruritania")
    ('MK', 'US', 'UK', None)
    """
    return _by_name().get(folded(name))
