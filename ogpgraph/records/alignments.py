"""Mappings of things of the graph to each other and to those of others."""

from __future__ import annotations

from ogpgraph.records.values import Key, Record
from ogpgraph.sssom import MappingSet


class Alignments(Record):
    """One file of ``data/alignments/``: a set of mappings, under the key that its file has."""

    key: Key
    mapping_set: MappingSet
