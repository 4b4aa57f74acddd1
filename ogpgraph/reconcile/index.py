"""Entities by their names, codes and values: what is worth comparing with a name."""

from __future__ import annotations

import bisect
import heapq
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.fuzz import token_sort_ratio

from ogpgraph.reconcile.comparison import Rarity, code_form, edit_ratio, plain, trigrams
from ogpgraph.reconcile.entities import Entity, Rows, entities_of
from ogpgraph.reconcile.schema import BY_PROPERTY_ID, Property

# Entries of the lists of trigrams that are looked at for one name, the rarest trigrams first: a bound on its cost.
_MOST_ENTRIES = 6000
_MOST_COMPARED = 50  # names that are compared in full
_MOST_ALLOWED = 4000  # names of entities which conditions leave that are compared one by one
_MOST_BEGINNINGS = 1000
_ALIKE = 0.85  # how alike the name of a value must be to what a condition says


class Index:
    """The entities of a release; nothing changes in it, so threads may share it."""

    def __init__(self, answered: Iterable[Rows]) -> None:
        self.entities, self._labels = entities_of(answered)
        self.by_id = {each.id: each for each in self.entities}
        self._of_name = array("L")  # the number of the entity of each name
        self._names: list[str] = []
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._codes: dict[str, set[int]] = defaultdict(set)
        self._holders: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._names_of: list[range] = []
        for number, entity in enumerate(self.entities):
            self._add(number, entity)
        self.rarity = Rarity(self._names)
        self._tables = {kind: _Table(self, kind) for kind in sorted({each.type for each in self.entities})}
        self.holding = lru_cache(2000)(self._holding)

    def _add(self, number: int, entity: Entity) -> None:
        start = len(self._names)
        for name in dict.fromkeys(plain(each.text) for each in entity.names):
            self._names.append(name)
            self._of_name.append(number)
            self._exact[name].add(number)
        self._names_of.append(range(start, len(self._names)))
        for code in (*entity.codes, entity.id.rpartition("/")[2]):
            self._codes[code_form(code)].add(number)
        for name, values in entity.values.items():
            for value in values:
                self._holders[name, value].add(number)

    def number_of(self, identifier: str) -> int | None:
        """The number of an entity by its identifier."""
        place = bisect.bisect_left(self.entities, identifier, key=lambda each: each.id)
        found = place < len(self.entities) and self.entities[place].id == identifier
        return place if found else None

    def label(self, value: str) -> str:
        """What a value of a condition is called; itself where it is a literal."""
        return self._labels.get(value) or (self.by_id[value].name.text if value in self.by_id else value)

    def names_of(self, number: int) -> list[str]:
        """The folded names of an entity."""
        return [self._names[each] for each in self._names_of[number]]

    def with_code(self, code: str) -> Collection[int]:
        """The entities with a code."""
        return self._codes.get(code_form(code), ())

    def called(self, plain_name: str) -> Collection[int]:
        """The entities of just this name."""
        return self._exact.get(plain_name, ())

    def alike(self, plain_name: str, types: Iterable[str]) -> set[int]:
        """Entities of types with a name that shares rare trigrams with this one."""
        found = [each for kind in types if kind in self._tables for each in self._tables[kind].alike(plain_name)]
        best = heapq.nlargest(_MOST_COMPARED, found, key=lambda each: (each[0], -each[1]))
        return {self._of_name[place] for _, place in best}

    def alike_among(self, plain_name: str, allowed: Collection[int]) -> set[int]:
        """Of some entities those whose names are most like this one; none where there are too many to compare."""
        places = [place for number in allowed for place in self._names_of[number]]
        if len(places) > _MOST_ALLOWED:
            return set()
        choices = {place: self._names[place] for place in places}
        found = process.extract(plain_name, choices, scorer=token_sort_ratio, limit=_MOST_COMPARED)
        return {self._of_name[place] for _, _, place in found}

    def _holding(self, property_id: str, wanted: str) -> frozenset[int]:
        """The entities whose property has a value that is meant by a text: an identifier, a code, a name, a year."""
        numbers: set[int] = set()
        for value in self._meant(BY_PROPERTY_ID[property_id], wanted):
            numbers |= self._holders.get((property_id, value), set())
        return frozenset(numbers)

    def _meant(self, wanted_property: Property, wanted: str) -> set[str]:
        """The values of a property that a text means."""
        name = plain(wanted)
        if wanted_property.range:
            numbers = {*self.called(name), *self.with_code(wanted)} or self._nearest(name, wanted_property.range)
            found = {self.entities[each].id for each in numbers if self.entities[each].type == wanted_property.range}
            return found | {wanted}
        values = {value for held, value in self._holders if held == wanted_property.id}
        same = {each for each in values if name in (plain(each), plain(self._labels.get(each, "")))}
        codes = {each for each in values if code_form(each) == code_form(wanted)}
        return same | codes | ({wanted} & values)

    def _nearest(self, name: str, kind: str) -> set[int]:
        found = {
            number: max(edit_ratio(name, each) for each in self.names_of(number))
            for number in self.alike(name, (kind,))
        }
        best = max(found.values(), default=0.0)
        return {number for number, ratio in found.items() if ratio == best and ratio >= _ALIKE}

    def beginning(self, plain_prefix: str, types: Iterable[str]) -> list[int]:
        """The entities of types with a name or a word in it that begins like this, by name; all for an empty one."""
        found = {
            number for kind in types if kind in self._tables for number in self._tables[kind].beginning(plain_prefix)
        }
        return sorted(
            found, key=lambda number: (self._rank(number, plain_prefix), self.entities[number].name.text, number)
        )

    def _rank(self, number: int, prefix: str) -> int:
        """Names that are the prefix, then those that begin with it, then those with a word that does."""
        names = self.names_of(number)
        return 0 if prefix in names else 1 if any(each.startswith(prefix) for each in names) else 2

    def numbered(self, kind: str) -> Iterable[tuple[int, int, str]]:
        """Place, number of the entity, and text of every name of a type."""
        for place, (number, name) in enumerate(zip(self._of_name, self._names, strict=True)):
            if self.entities[number].type == kind:
                yield place, number, name


class _Table:
    """The names of one type, by trigrams and by beginnings."""

    def __init__(self, index: Index, kind: str) -> None:
        entries: dict[str, array[int]] = defaultdict(lambda: array("L"))
        starts: list[tuple[str, int]] = []
        for place, number, name in index.numbered(kind):
            for each in trigrams(name):
                entries[each].append(place)
            starts += [(name[start:], number) for start in _starts(name)]
        self._entries = dict(entries)
        self._starts = sorted(starts)
        self._weights = index.rarity.weights

    def alike(self, plain_name: str) -> list[tuple[float, int]]:
        """The names that share most with a name by its rarest trigrams: what these count for, and the place."""
        shared: dict[int, float] = defaultdict(float)
        left = _MOST_ENTRIES
        known = ((len(self._entries[each]), each) for each in trigrams(plain_name) if each in self._entries)
        for length, each in sorted(known):
            if length > left and shared:
                break
            left -= length
            weight = self._weights[each]
            for place in self._entries[each]:
                shared[place] += weight
        best = heapq.nlargest(_MOST_COMPARED, shared.items(), key=lambda item: (item[1], -item[0]))
        return [(weight, place) for place, weight in best]

    def beginning(self, plain_prefix: str) -> set[int]:
        """The entities with a name, or a word in one, that begins like this; a thousand of them are looked at."""
        first = bisect.bisect_left(self._starts, (plain_prefix, -1))
        found = set()
        for text, number in self._starts[first : first + _MOST_BEGINNINGS]:
            if not text.startswith(plain_prefix):
                break
            found.add(number)
        return found


def _starts(name: str) -> list[int]:
    """Where the words of a folded name begin."""
    return [0, *(place + 1 for place, character in enumerate(name) if character == " ")]
