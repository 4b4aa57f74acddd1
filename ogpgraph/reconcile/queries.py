"""The questions to the graph: what the index is made of, and what data extension answers.

No text of a stranger comes into a query but IRIs, which pyoxigraph has checked.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from ogpgraph.reconcile.schema import CODES, CONDITIONS, NAMES, Property, Type
from ogpgraph.vocabulary import RDFS, SKOS


def names_query(kind: Type) -> str:
    """Rows ``?entity ?property ?name``: what each entity of a type is called, by the release or by any source."""
    terms = ", ".join(str(NamedNode(iri)) for iri in (*NAMES, *CODES))  # VALUES would be joined from its end: slow
    return f"""SELECT DISTINCT ?entity ?property ?name WHERE {{
  {kind.pattern}
  {{ ?entity ?property ?name }} UNION {{ GRAPH ?graph {{ ?entity ?property ?name }} }}
  FILTER(?property IN ({terms}) && isLiteral(?name))
}}"""


def values_query(kind: Type) -> str:
    """Rows ``?entity ?property ?value ?name``: what conditions look at, and what values are called that have names."""
    terms = _values("property", (each.iri for each in CONDITIONS if kind in each.types))
    return f"""SELECT DISTINCT ?entity ?property ?value ?name WHERE {{
  {kind.pattern}
  {terms}
  ?entity ?property ?value .
  OPTIONAL {{ ?value {RDFS.label}|{SKOS.prefLabel} ?name FILTER(LANG(?name) IN ("en", "")) }}
}}"""


def extension_query(entities: Iterable[str], properties: Iterable[Property]) -> str:
    """Rows ``?entity ?property ?value ?name``: the values of properties of some entities; ValueError for a bad IRI."""
    return f"""SELECT DISTINCT ?entity ?property ?value ?name WHERE {{
  {_values("entity", entities)}
  {_values("property", (each.iri for each in properties))}
  ?entity ?property ?value .
  OPTIONAL {{ ?value {RDFS.label}|{SKOS.prefLabel} ?name FILTER(LANG(?name) IN ("en", "")) }}
}} ORDER BY ?entity ?property ?value ?name"""


def _values(variable: str, iris: Iterable[str]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(str(NamedNode(iri)) for iri in iris)} }}"
