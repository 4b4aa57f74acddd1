"""Mappings to SSSOM/TSV in its canonical form (SSSOM, "Canonical SSSOM/TSV format")."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import yaml

from ogpgraph.sssom.mappings import (
    BUILT_IN,
    KINDS,
    MAPPING_SLOTS,
    METADATA_ORDER,
    PROPAGATED,
    SET_SLOTS,
    Kind,
    Mapping,
    MappingSet,
)
from ogpgraph.vocabulary import PREFIXES


def write_sssom(mapping_set: MappingSet) -> str:
    """The set as SSSOM/TSV: metadata as YAML in ``#`` lines, then a row a mapping, sorted by all slots.

    IRIs are shortened by the set's CURIE map, then by the prefixes that the project knows; what neither covers gets a
    prefix ``ns1``, ``ns2``, … Prefixes that nothing uses are left out. Equal sets give equal bytes.
    """
    shared, mappings = _condensed(mapping_set.mappings)
    prefixes = _Prefixes(mapping_set.curie_map, _references(mapping_set, shared, mappings))
    columns = [slot for slot in MAPPING_SLOTS if any(_given(getattr(each, slot)) for each in mappings)]
    required = {"subject_id", "predicate_id", "object_id", "mapping_justification"}
    columns = [slot for slot in MAPPING_SLOTS if slot in columns or slot in required]
    rows = sorted([_cell(slot, getattr(each, slot), prefixes) for slot in columns] for each in mappings)
    metadata = {slot: getattr(mapping_set, slot) for slot in SET_SLOTS} | shared
    table = io.StringIO(newline="")
    writer = csv.writer(table, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerows([columns, *rows])
    head = [*_curie_map(prefixes.used()), *_metadata(metadata, prefixes)]
    return "".join(f"#{line}\n" for line in head) + table.getvalue()


def _condensed(mappings: tuple[Mapping, ...]) -> tuple[dict[str, Any], list[Mapping]]:
    """The slots that all mappings share, and the mappings without them (SSSOM, "Condensation")."""
    shared = {
        slot: getattr(mappings[0], slot)
        for slot in PROPAGATED
        if mappings
        and _given(getattr(mappings[0], slot))
        and all(getattr(mapping, slot) == getattr(mappings[0], slot) for mapping in mappings)
    }
    empty: dict[str, Any] = {slot: () if isinstance(value, tuple) else "" for slot, value in shared.items()}
    return shared, [replace(mapping, **empty) for mapping in mappings]


def _given(value: Any) -> bool:
    return value is not None and value not in ("", ())


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) if _given(value) else ()


def _references(mapping_set: MappingSet, shared: dict[str, Any], mappings: Iterable[Mapping]) -> list[str]:
    """Every IRI that will be written as a CURIE."""
    found: set[str] = set()
    for slot in (slot for slot, kind in KINDS.items() if kind is Kind.REFERENCE):
        holders = [mapping_set, *mappings] if slot in SET_SLOTS else list(mappings)
        for holder in holders:
            found.update(_several(getattr(holder, slot, ())))
        found.update(_several(shared.get(slot, ())))
    return sorted(found)


class _Prefixes:
    """The CURIE map of a file that is written: the longest namespace that fits, new ones where none does."""

    def __init__(self, declared: dict[str, str], iris: list[str]) -> None:
        self._known = {**PREFIXES, **declared, **BUILT_IN}
        self._curies: dict[str, str] = {}
        self._used: set[str] = set()
        for iri in iris:
            self._curies[iri] = self._shortened(iri)

    def curie(self, iri: str) -> str:
        return self._curies[iri]

    def used(self) -> dict[str, str]:
        """What the file must declare, sorted by prefix."""
        return {prefix: self._known[prefix] for prefix in sorted(self._used - BUILT_IN.keys())}

    def _shortened(self, iri: str) -> str:
        fitting = [
            (len(start), prefix) for prefix, start in self._known.items() if iri.startswith(start) and iri != start
        ]
        if not fitting:
            fitting = [self._new(iri)]
        length, prefix = max(fitting)
        self._used.add(prefix)
        return f"{prefix}:{iri[length:]}"

    def _new(self, iri: str) -> tuple[int, str]:
        """A namespace that ends with the last ``/``, ``#`` or ``:`` before the name."""
        found = re.match(r".*[/#:](?=[^/#:])", iri)
        start = found[0] if found else iri[:-1]
        number = 1
        while f"ns{number}" in self._known:
            number += 1
        self._known[f"ns{number}"] = start
        return len(start), f"ns{number}"


def _cell(slot: str, value: Any, prefixes: _Prefixes) -> str:
    texts = [_text(slot, each, prefixes) for each in _several(value)]
    return "|".join(text.replace("|", "\\|") for text in texts) if isinstance(value, tuple) else "".join(texts)


def _text(slot: str, value: Any, prefixes: _Prefixes) -> str:
    if isinstance(value, float | int):
        rounded = Decimal(str(value)).quantize(Decimal("0.001"), ROUND_HALF_UP)
        return f"{rounded:f}".rstrip("0").rstrip(".")
    return prefixes.curie(value) if KINDS.get(slot) is Kind.REFERENCE else str(value)


def _curie_map(prefixes: dict[str, str]) -> list[str]:
    return ["curie_map:", *(f"  {prefix}: {_scalar(start)}" for prefix, start in prefixes.items())] if prefixes else []


def _metadata(metadata: dict[str, Any], prefixes: _Prefixes) -> Iterable[str]:
    """The lines of the metadata block, in the order of the schema's slots."""
    for slot in (slot for slot in METADATA_ORDER if _given(metadata.get(slot))):
        value = metadata[slot]
        if isinstance(value, tuple):
            yield f"{slot}:"
            yield from (f"  - {_scalar(_text(slot, each, prefixes))}" for each in value)
        else:
            yield f"{slot}: {_scalar(_text(slot, value, prefixes))}"


def _scalar(text: str) -> str:
    """A YAML scalar: plain where every reader takes it for the same text, else in double quotes."""
    try:
        read = yaml.safe_load(f"- {text}")
    except (yaml.YAMLError, ValueError):
        read = None
    plain = read == [text] or re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
    return text if plain and "\n" not in text else json.dumps(text, ensure_ascii=False)
