"""Mappings between terms as SSSOM, the Simple Standard for Sharing Ontological Mappings, version 1.1.

``mappings`` holds the slots, ``reading`` and ``writing`` the SSSOM/TSV format, ``rdf`` the SSSOM/RDF form. In memory
every identifier is a whole IRI; the CURIE map matters in files only (https://mapping-commons.github.io/sssom/spec/).
"""

from ogpgraph.sssom.mappings import JUSTIFICATIONS, NEGATED, Mapping, MappingSet, record_iri
from ogpgraph.sssom.rdf import mapping_sets, sssom_quads
from ogpgraph.sssom.reading import read_sssom
from ogpgraph.sssom.writing import write_sssom

__all__ = [
    "JUSTIFICATIONS",
    "NEGATED",
    "Mapping",
    "MappingSet",
    "mapping_sets",
    "read_sssom",
    "record_iri",
    "sssom_quads",
    "write_sssom",
]
