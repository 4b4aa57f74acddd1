"""SSSOM/TSV to mappings, or a list of what is wrong with the file, each thing with its line, column and remedy."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import yaml
from pyoxigraph import NamedNode

from ogpgraph.problems import Problem, Severity
from ogpgraph.sssom.mappings import (
    BUILT_IN,
    CHOICES,
    JUSTIFICATIONS,
    KINDS,
    MAPPING_SLOTS,
    METADATA_ORDER,
    MULTIVALUED,
    PROPAGATED,
    RANGES,
    SET_SLOTS,
    Kind,
    Mapping,
    MappingSet,
)

# libyaml reads the same YAML faster; not every platform's PyYAML has it. Scalars stay text in both.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
# What a column that the format does not know is near to is guessed among these.
_KNOWN_KEYS = (*METADATA_ORDER, "curie_map")


@dataclass
class _File:
    """The file that is read: its name, what is wrong with it so far, and its prefixes."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=lambda: dict(BUILT_IN))

    def refuse(self, line: int, rule: str, message: str, column: str = "", value: str = "") -> None:
        self.problems.append(Problem(self.name, line, rule, message, column=column, value=value))

    def warn(self, line: int, rule: str, message: str, column: str = "", value: str = "") -> None:
        self.problems.append(Problem(self.name, line, rule, message, Severity.WARNING, column, value))


def read_sssom(text: str, name: str) -> tuple[MappingSet, list[Problem]]:
    """The set of mappings that an SSSOM/TSV file holds, and every problem of the file, in the order of its lines.

    A mapping with a violation is left out. Slots that the file states once for all mappings stand on each of them
    (SSSOM, "Propagation of mapping set slots"). ``name`` is what the problems call the file.
    """
    file = _File(name)
    if text.startswith("\ufeff"):
        file.refuse(1, "byte-order-mark", "the file starts with a byte order mark: save it as UTF-8 without one")
        text = text[1:]
    lines = text.split("\n")
    head = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    metadata = _metadata([line.rstrip("\r")[1:] for line in lines[:head]], file)
    mapping_set, shared = _set(metadata, file)
    mappings = list(_mappings("\n".join(lines[head:]), head, file))
    mappings = [_propagated(mapping, shared) for mapping in mappings] if _sharing(shared, mappings, file) else mappings
    return replace(mapping_set, mappings=tuple(mappings)), sorted(file.problems, key=lambda p: (p.line, p.column))


def _metadata(lines: list[str], file: _File) -> dict[str, tuple[int, Any]]:
    """The YAML of the metadata block: each key with its line and its value, all scalars as text."""
    content = "\n".join(lines)
    try:
        for event in yaml.parse(content, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or _tagged(event):
                line = event.start_mark.line + 1 if event.start_mark else 1
                file.refuse(line, "yaml-anchor", "anchors, aliases and tags may not stand here: write the value out")
                return {}
        node = yaml.compose(content, Loader=_Loader)
        value = yaml.load(content, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"the metadata is no YAML: {error.problem or error.context}; check indentation, colons and quotes"
        file.refuse(mark.line + 1 if mark else 1, "yaml-syntax", message)
        return {}
    except yaml.reader.ReaderError as error:
        message = f"character {error.character:#x} may not stand in the metadata: delete it"
        file.refuse(content[: error.position].count("\n") + 1, "yaml-syntax", message)
        return {}
    if not isinstance(node, yaml.MappingNode):
        message = "the metadata block is missing: begin the file with lines such as '#mapping_set_id: https://…'"
        file.refuse(1, "no-metadata", message)
        return {}
    return {key.value: (key.start_mark.line + 1, value[key.value]) for key, _ in node.value if key.value in value}


def _tagged(event: yaml.Event) -> bool:
    return bool(getattr(event, "tag", None))


def _set(metadata: dict[str, tuple[int, Any]], file: _File) -> tuple[MappingSet, dict[str, tuple[int, Any]]]:
    """The set without its mappings, and the slots that it states for all of them."""
    line, prefixes = metadata.pop("curie_map", (1, {}))
    _read_prefixes(prefixes, line, file)
    own: dict[str, Any] = {}
    shared: dict[str, tuple[int, Any]] = {}
    for key, (line, value) in metadata.items():
        if key not in SET_SLOTS and key not in PROPAGATED:
            file.warn(
                line,
                "unknown-slot",
                f"'{key}' is no slot of a mapping set and is left out: {_hint(key, _KNOWN_KEYS)}",
                key,
            )
            continue
        read = _metadata_value(key, value, line, file)
        if read is not None and key in PROPAGATED:
            shared[key] = line, read
        elif read is not None:
            own[key] = read
    if not own.get("mapping_set_id"):
        message = "the set has no mapping_set_id: give it an IRI in the metadata, '#mapping_set_id: https://…'"
        file.refuse(1, "no-set-id", message, "mapping_set_id")
    return MappingSet(**{"mapping_set_id": "", **own}, curie_map=_declared(prefixes)), shared


def _declared(prefixes: Any) -> dict[str, str]:
    return (
        {key: value for key, value in prefixes.items() if isinstance(value, str)} if isinstance(prefixes, dict) else {}
    )


def _read_prefixes(prefixes: Any, line: int, file: _File) -> None:
    if not isinstance(prefixes, dict):
        file.refuse(line, "curie-map", "curie_map holds one prefix a line, such as '#  ex: https://example.org/'")
        return
    for prefix, start in prefixes.items():
        if not isinstance(start, str) or not _is_iri(start):
            message = f"prefix '{prefix}' stands for '{start}', which is no IRI: write one with its scheme"
            file.refuse(line, "curie-map", message, "curie_map", str(start))
        elif BUILT_IN.get(prefix, start) != start:
            message = (
                f"prefix '{prefix}' is built in and stands for {BUILT_IN[prefix]}: take another prefix for {start}"
            )
            file.refuse(line, "curie-map", message, "curie_map", start)
        else:
            file.prefixes[prefix] = start


def _metadata_value(key: str, value: Any, line: int, file: _File) -> Any:
    """A slot of the set: a text, a number, or for a multi-valued slot a tuple; None where there is none."""
    if key in MULTIVALUED:
        values = value if isinstance(value, list) else [value] if value else []
        read = tuple(_value(key, str(each), line, file) for each in values)
        return None if None in read else read
    if not isinstance(value, str):
        file.refuse(line, "wrong-shape", f"{key} has one value, not several: write it after the colon", key)
        return None
    return _value(key, value, line, file) if value else None


def _mappings(block: str, before: int, file: _File) -> Iterator[Mapping]:
    """The rows of the TSV block that follows ``before`` lines of metadata."""
    reader = csv.reader(io.StringIO(block, newline=""), delimiter="\t")
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in _REQUIRED if name not in header]
    if missing:
        message = (
            f"the first line after the metadata must name the columns, parted by tabs; missing: {', '.join(missing)}"
        )
        file.refuse(before + 1, "no-header", message, missing[0])
        return
    for name in header:
        if name not in MAPPING_SLOTS:
            file.warn(
                before + 1,
                "unknown-slot",
                f"column '{name}' is no slot and is left out: {_hint(name, MAPPING_SLOTS)}",
                name,
            )
        elif header.count(name) > 1:
            file.refuse(before + 1, "repeated-column", f"column '{name}' stands twice: keep one", name)
            return
    line = before + 1 + reader.line_num - 1
    for row in reader:
        first, line = line + 1, before + reader.line_num
        if len(row) != len(header):
            message = f"the row has {len(row)} cells, the header {len(header)}: put a tab for each empty cell"
            file.refuse(first, "wrong-width", message)
            continue
        mapping = _mapping({slot: cell.strip() for slot, cell in zip(header, row, strict=True)}, first, file)
        if mapping is not None:
            yield mapping


def _mapping(row: dict[str, str], line: int, file: _File) -> Mapping | None:
    """A row as a mapping, or None where something in it is wrong."""
    found = len(file.problems)
    slots: dict[str, Any] = {}
    for slot, cell in row.items():
        if slot not in MAPPING_SLOTS or not cell:
            continue
        if slot in MULTIVALUED:
            slots[slot] = tuple(_value(slot, each, line, file) for each in _parted(cell))
        else:
            slots[slot] = _value(slot, cell, line, file)
    for slot in _REQUIRED:
        side = slot.removesuffix("_id")
        if not row[slot] and not (row.get(f"{side}_type") == "rdfs literal" and row.get(f"{side}_label")):
            file.refuse(line, "missing-value", f"{slot} is empty: no mapping goes without it", slot)
    justification = slots.get("mapping_justification")
    if justification and justification not in JUSTIFICATIONS:
        near = _hint(
            row["mapping_justification"], sorted(f"semapv:{each.rpartition('/')[2]}" for each in JUSTIFICATIONS)
        )
        message = f"'{row['mapping_justification']}' is no justification of the Semantic Mapping Vocabulary: {near}"
        file.refuse(line, "unknown-justification", message, "mapping_justification", row["mapping_justification"])
    if any(problem.severity is Severity.VIOLATION for problem in file.problems[found:]):
        return None
    return Mapping(**dict.fromkeys(_REQUIRED, "") | slots, line=line)


def _parted(cell: str) -> list[str]:
    """The values of a multi-valued cell; a bar inside a value is written ``\\|``."""
    parts = re.split(r"(?<!\\)\|", cell)
    return [part.strip().replace("\\|", "|") for part in parts if part.strip()]


def _value(slot: str, text: str, line: int, file: _File) -> Any:
    """One value of a slot; None, with a problem, where it is not of the slot's kind."""
    kind = KINDS.get(slot, Kind.TEXT)
    if kind is Kind.REFERENCE:
        return _expanded(slot, text, line, file)
    if kind is Kind.NUMBER:
        return _number(slot, text, line, file)
    if kind is Kind.ADDRESS and not _is_iri(text):
        file.refuse(line, "no-iri", f"{slot}: '{text}' is no IRI: write it whole, with https://", slot, text)
        return None
    if kind is Kind.DATE and not _is_day(text):
        file.refuse(line, "no-date", f"{slot}: '{text}' is no day: write YYYY-MM-DD", slot, text)
        return None
    if kind is Kind.CHOICE and text not in CHOICES[slot]:
        message = f"{slot}: '{text}' is not one of its values: {', '.join(CHOICES[slot])}"
        file.refuse(line, "unknown-value", message, slot, text)
        return None
    return text


def _expanded(slot: str, curie: str, line: int, file: _File) -> str | None:
    """The IRI of a CURIE (W3C Note "CURIE Syntax 1.0"): its prefix must be declared."""
    prefix, colon, rest = curie.partition(":")
    if not colon or not rest:
        message = f"{slot}: '{curie}' is no CURIE: write prefix, colon, name, such as skos:exactMatch"
        file.refuse(line, "no-curie", message, slot, curie)
        return None
    if prefix not in file.prefixes:
        known = ", ".join(sorted(file.prefixes))
        said = (
            f"{slot}: '{curie}' is a whole IRI"
            if rest.startswith("//")
            else f"{slot}: prefix '{prefix}' of '{curie}' is not declared"
        )
        message = f"{said}: write a CURIE and declare its prefix in curie_map (declared: {known})"
        file.refuse(line, "undeclared-prefix", message, slot, curie)
        return None
    iri = file.prefixes[prefix] + rest
    if not _is_iri(iri):
        file.refuse(
            line, "no-iri", f"{slot}: '{curie}' stands for {iri}, which is no IRI: check its characters", slot, curie
        )
        return None
    return iri


def _number(slot: str, text: str, line: int, file: _File) -> float | None:
    low, high = RANGES[slot]
    try:
        number = float(text)
    except ValueError:
        number = high + 1.0
    if not low <= number <= high:
        file.refuse(line, "no-number", f"{slot}: '{text}' is no number from {low} to {high}", slot, text)
        return None
    return number


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _sharing(shared: dict[str, tuple[int, Any]], mappings: list[Mapping], file: _File) -> dict[str, tuple[int, Any]]:
    """Take out, with a warning, the slots that rows have too: for those what the set says applies to no row."""
    for slot, (line, _) in sorted(shared.items()):
        if any(getattr(mapping, slot) for mapping in mappings):
            message = f"{slot} stands in rows too, so what the set says applies to none: write it in every row"
            file.warn(line, "not-propagated", message, slot)
            del shared[slot]
    return shared


def _propagated(mapping: Mapping, shared: dict[str, tuple[int, Any]]) -> Mapping:
    return replace(mapping, **{slot: value for slot, (_, value) in shared.items()})


def _hint(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean '{near[0]}'?" if near else "see https://mapping-commons.github.io/sssom/spec-model/"
