"""Mappings as SSSOM/RDF (SSSOM, "The SSSOM/RDF serialisation format"), with IRIs where that allows blank nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from ogpgraph.sssom.mappings import (
    CHOICES,
    KINDS,
    MAPPING_SLOTS,
    MULTIVALUED,
    PROPERTIES,
    SET_SLOTS,
    Kind,
    Mapping,
    MappingSet,
    record_iri,
)
from ogpgraph.vocabulary import OWL, RDF, SSSOM, XSD, without_blank_nodes


def sssom_quads(mapping_set: MappingSet, graph: NamedNode | DefaultGraph | None = None) -> Iterator[Quad]:
    """The set and its mappings in ``graph``: what each slot says, never the triple that a mapping is about.

    A mapping is an ``owl:Axiom`` with the IRI of :func:`record_iri`; slots that hold for all mappings stand on each.
    """
    place = graph or DefaultGraph()
    node = NamedNode(mapping_set.mapping_set_id)
    yield Quad(node, RDF.type, SSSOM.MappingSet, place)
    yield from _slots(node, mapping_set, SET_SLOTS, "mapping_set_id", place)
    for mapping in mapping_set.mappings:
        its = NamedNode(record_iri(mapping_set, mapping))
        yield Quad(node, SSSOM.mappings, its, place)
        yield Quad(its, RDF.type, OWL.Axiom, place)
        yield from _slots(its, mapping, MAPPING_SLOTS, "record_id", place)


def mapping_sets(triples: Iterable[Triple]) -> list[MappingSet]:
    """The sets that SSSOM/RDF with IRIs holds, sorted by IRI; what is no slot is passed over."""
    values: dict[str, dict[str, list[NamedNode | Literal]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in without_blank_nodes(triples):
        values[subject.value][predicate.value].append(value)
    sets = sorted(node for node, its in values.items() if SSSOM.MappingSet in its[RDF.type.value])
    return [_set(node, values) for node in sets]


def _set(node: str, values: dict[str, dict[str, list[NamedNode | Literal]]]) -> MappingSet:
    parts = sorted(part.value for part in values[node][SSSOM.mappings.value])
    mappings = tuple(Mapping(**_read(MAPPING_SLOTS, "record_id", part, values[part])) for part in parts)
    return MappingSet(**_read(SET_SLOTS, "mapping_set_id", node, values[node]), mappings=mappings)


def _read(slots: tuple[str, ...], name: str, node: str, its: dict[str, list[NamedNode | Literal]]) -> dict[str, Any]:
    """The slots that a node has, as the attributes of a mapping or a set."""
    found: dict[str, Any] = {name: node}
    for slot in slots:
        values = [_value(slot, term) for term in its.get(_property(slot).value, ())]
        if values and slot != name:
            found[slot] = tuple(sorted(values)) if slot in MULTIVALUED else values[0]
    return found


def _value(slot: str, term: NamedNode | Literal) -> Any:
    if KINDS.get(slot) is Kind.NUMBER:
        return float(term.value)
    return next((name for name, meaning in CHOICES.get(slot, {}).items() if meaning == term), term.value)


def _property(slot: str) -> NamedNode:
    return PROPERTIES.get(slot, SSSOM[slot])


def _slots(
    node: NamedNode, holder: Mapping | MappingSet, slots: tuple[str, ...], name: str, graph: NamedNode | DefaultGraph
) -> Iterator[Quad]:
    """A triple for each value of each slot but the one that names the node itself."""
    for slot in slots:
        value = getattr(holder, slot)
        for each in value if isinstance(value, tuple) else (value,):
            if slot != name and each is not None and each != "":
                yield Quad(node, _property(slot), _term(slot, each), graph)


def _term(slot: str, value: Any) -> NamedNode | Literal:
    kind = KINDS.get(slot, Kind.TEXT)
    if kind in (Kind.REFERENCE, Kind.ADDRESS):
        return NamedNode(value)
    if kind is Kind.CHOICE:
        return CHOICES[slot][value] or Literal(value)
    if kind is Kind.NUMBER:
        return Literal(float(value))
    return Literal(value, datatype=XSD.date) if kind is Kind.DATE else Literal(value)
