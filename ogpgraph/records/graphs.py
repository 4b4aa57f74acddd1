"""RDF that somebody brings, before it is joined to the graph."""

from __future__ import annotations

from pydantic import Field

from ogpgraph.records.values import Key, Record, Text


class RdfSource(Record):
    """The statements of one RDF file that uses the ontology, as N-Triples, a statement a line and sorted.

    ``lines`` says where in ``file`` each subject is written, as far as that could be told.
    """

    source: Key
    file: Text
    triples: str
    lines: dict[str, int] = Field(default_factory=dict)
