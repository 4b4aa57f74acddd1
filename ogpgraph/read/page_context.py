"""What a reader may know beforehand: members, their institutions, and the numbers of their plans."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ogpgraph.settings import PROJECT


@dataclass(frozen=True)
class PageContext:
    """Names by member code (folded institution names), and ids by plan and number.

    ``commitments`` maps ``(member code, cycle, plan number)`` to an id: ``("FR", "2015", "10.1")``.
    """

    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slugs: Mapping[str, str] = field(default_factory=dict)
    institutions: Mapping[str, Collection[str]] = field(default_factory=dict)
    commitments: Mapping[tuple[str, str, str], str] = field(default_factory=dict)

    def code_of(self, name: str) -> str | None:
        """The member with this name."""
        wanted = name.casefold().strip()
        return next((code for code, names in self.members.items() if wanted in map(str.casefold, names)), None)


@lru_cache(maxsize=1)
def known_members() -> PageContext:
    """The members of ``data/members.csv``: what they are called and their place in addresses."""
    path = PROJECT / "data" / "members.csv"
    if not path.exists():
        return PageContext()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["code"]: tuple(n for n in (row["name"], row["name_fr"], row["name_es"]) if n) for row in rows}
    return PageContext(names, {row["code"]: row["slug"] for row in rows if row["slug"]})
