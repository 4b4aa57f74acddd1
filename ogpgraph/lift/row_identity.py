"""Which commitment a row of OGP's database is about: one IRI a commitment, the same one for every edition that has it.

A row without an OGP id is named by member, plan and printed number (:func:`ogpgraph.iris.row_commitment`). Rows of
one file that share this key are told apart by a hash of their title, so that the order of rows does not matter. A
row of an older edition joins the commitment of a newer one only where member, plan, number and title agree, or,
where the older edition prints no number, where member, plan and title agree and no other row has that title.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.newcomers import Newcomers
from ogpgraph.vocabulary import folded

# Titles of which this part agrees are one title in two spellings.
_SAME_TITLE = 0.9


@dataclass(frozen=True)
class PlacedRow:
    """A row with its member, its plan (None where its year is not known) and the path of its commitment."""

    row: r.DatabaseRow
    member: str
    plan: str | None
    path: str
    joined: bool = False


def bare_title(title: str | None) -> str:
    """A title as it is compared: folded, without a number before it and without punctuation around it."""
    without_number = re.sub(r"^(?:commitment\s+)?[\w]{0,4}[\d.:)(]+[a-z]?[\s.):–-]+", "", folded(title or ""))
    return re.sub(r"[^\w]+", " ", without_number).strip()


def titles_agree(one: str | None, other: str | None) -> bool:
    """Whether two titles are the same but for numbering, punctuation and spelling."""
    first, second = bare_title(one), bare_title(other)
    if not first or not second:
        return False
    if first == second:
        return True
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    return (
        matcher.real_quick_ratio() >= _SAME_TITLE
        and matcher.quick_ratio() >= _SAME_TITLE
        and matcher.ratio() >= _SAME_TITLE
    )


class PlanYears:
    """The year in which each plan starts, by member and number: hand-kept plans first, then what most rows say."""

    def __init__(self, collection: r.Collection, newcomers: Newcomers) -> None:
        self._years: dict[tuple[str, str], str] = {}
        self._of_member: dict[str, dict[str, str]] = defaultdict(dict)
        plans = [plan for plan in collection.of(r.Plan) if plan.ordinal is not None]
        self._add({(plan.member, str(plan.ordinal)): plan.cycle for plan in plans})
        said: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for row in collection.of(r.DatabaseRow):
            if row.year and row.plan_number:
                said[member_of(row, newcomers), plan_number(row.plan_number)][row.year] += 1
        self._add({key: min(years, key=lambda y: (-years[y], y)) for key, years in said.items()})
        rows = collection.of(r.ProcessRow)
        self._add(
            {
                (member_of(row, newcomers), plan_number(row.plan_number)): row.year
                for row in rows
                if row.year and row.plan_number
            }
        )

    def _add(self, years: dict[tuple[str, str], str]) -> None:
        """Years of plans that are not known yet; two plans of one member do not start in one year."""
        for (member, number), year in sorted(years.items()):
            if (member, number) not in self._years and self._of_member[member].setdefault(year, number) == number:
                self._years[member, number] = year

    def plan(self, member: str, number: str | None, year: str | None = None) -> str | None:
        """The id of a plan, or None where the year in which it starts is not known."""
        known = self._years.get((member, plan_number(number))) if number else None
        found = known or year
        return f"{member}-{found}" if found else None


def plan_number(printed: str) -> str:
    """The number of a plan without leading zeros or decimals: "2.0" and "02" are 2."""
    return re.sub(r"^0+(?=\d)|\.0+$", "", printed.strip())


def member_of(row: r.DatabaseRow | r.ProcessRow, newcomers: Newcomers) -> str:
    return row.member or newcomers.member_code(row.country or "a member without a name")


def place_rows(
    rows: Iterable[r.DatabaseRow], sequence: dict[str, int], years: PlanYears, newcomers: Newcomers
) -> list[PlacedRow]:
    """Every row with the commitment it is about; the newest edition names what older ones may join."""
    by_source: dict[str, list[r.DatabaseRow]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    commitments = _Commitments()
    placed: list[PlacedRow] = []
    for source in sorted(by_source, key=lambda key: (-sequence.get(key, 0), key)):
        keyed = [_Keyed.of(row, years, newcomers) for row in by_source[source]]
        placed += commitments.place(keyed)
    return placed


@dataclass(frozen=True)
class _Keyed:
    """A row with the parts of its name."""

    row: r.DatabaseRow
    member: str
    plan: str | None
    prefix: str
    number: str

    @classmethod
    def of(cls, row: r.DatabaseRow, years: PlanYears, newcomers: Newcomers) -> _Keyed:
        member = member_of(row, newcomers)
        plan = years.plan(member, row.plan_number, row.year)
        prefix = plan or f"{member}-plan{iris.number_key(row.plan_number or '') or '0'}"
        number = iris.number_key(row.number or "")
        return cls(row, member, plan, prefix, "" if number.casefold() in ("na", "nr", "nd", "none") else number)

    @property
    def title(self) -> str:
        return bare_title(self.row.title)

    def digest(self, length: int) -> str:
        """A hash of what tells this row from others of its key: its title; with ``length`` over 8, its texts too."""
        texts = (self.title, folded(self.row.short_title or ""), folded(self.row.text or ""))
        told = self.title if length <= 8 else "\n".join(texts)
        return hashlib.sha256(told.encode()).hexdigest()[:length]


class _Commitments:
    """The commitments named so far, by path and by what rows of other editions can be compared with."""

    def __init__(self) -> None:
        self._titles: dict[str, str | None] = {}
        self._by_number: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self._by_title: dict[tuple[str, str], list[str]] = defaultdict(list)

    def place(self, keyed: list[_Keyed]) -> list[PlacedRow]:
        """The rows of one file, each with its commitment."""
        same_key = Counter((row.prefix, row.number) for row in keyed)
        same_title = Counter((row.prefix, row.title) for row in keyed)
        same_both = Counter((row.prefix, row.number, row.title) for row in keyed)
        found: list[PlacedRow] = []
        taken: set[str] = set()
        for row in sorted(keyed, key=lambda k: (k.prefix, k.number, k.title, k.digest(16), k.row.row)):
            doubled = same_key[row.prefix, row.number] > 1
            joined = self._joined(row, same_title[row.prefix, row.title] == 1)
            path = joined or row.row.id
            if path is None or path in taken:
                digits = 16 if same_both[row.prefix, row.number, row.title] > 1 else 6
                joined, path = None, self._new_path(row, doubled, digits, taken)
            taken.add(path)
            found.append(PlacedRow(row.row, row.member, row.plan, path, joined is not None))
        for place in found:
            if not place.joined:
                self._titles.setdefault(place.path, place.row.title)
        for place, row in self._new(found, keyed):
            self._by_number[row.prefix, row.number, row.title].append(place.path)
            self._by_title[row.prefix, row.title].append(place.path)
        return sorted(found, key=lambda place: place.row.row)

    @staticmethod
    def _new(found: list[PlacedRow], keyed: list[_Keyed]) -> Iterable[tuple[PlacedRow, _Keyed]]:
        by_row = {row.row.row: row for row in keyed}
        return [(place, by_row[place.row.row]) for place in found if not place.joined and by_row[place.row.row].title]

    def _joined(self, row: _Keyed, title_is_its_own: bool) -> str | None:
        """The commitment of a newer edition that this row agrees with, or None."""
        if row.row.id:
            return row.row.id if row.row.id in self._titles else None
        if not row.number:
            paths = self._by_title.get((row.prefix, row.title), [])
            return paths[0] if len(paths) == 1 and title_is_its_own else None
        paths = self._by_number.get((row.prefix, row.number, row.title), [])
        if len(paths) == 1:
            return paths[0]
        path = iris.row_commitment(row.prefix, row.number)
        return path if path in self._titles and titles_agree(self._titles[path], row.row.title) else None

    def _new_path(self, row: _Keyed, doubled: bool, digits: int, taken: set[str]) -> str:
        """A path of its own: the bare key where it is free, else with a hash, else counted among equal rows."""
        bare = iris.row_commitment(row.prefix, row.number)
        known = self._titles.keys()
        if row.number and not doubled and bare not in known and bare not in taken:
            return bare
        path = iris.row_commitment(row.prefix, row.number, row.digest(digits))
        if path not in known and path not in taken:
            return path
        counted = 2
        while f"{path}.{counted}" in known or f"{path}.{counted}" in taken:
            counted += 1
        return f"{path}.{counted}"
