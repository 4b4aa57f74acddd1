"""Where every IRI of the graph is minted: one function a kind of thing (design, section 2).

IRIs come from identifiers that OGP prints or that the hand-kept data fix, never from titles.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from pyoxigraph import NamedNode

from ogpgraph.settings import BASE


def _iri(path: str) -> NamedNode:
    return NamedNode(BASE + quote(path, safe="/-._~#"))


def slug(words: str) -> str:
    """Words as the key of an IRI: ASCII, lower case, joined by hyphens.

    >>> slug("Cour des comptes (France)")
    'cour-des-comptes-france'
    """
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")


def local_name(node: NamedNode) -> str:
    """The last part of an IRI, after ``#`` or ``/``."""
    return re.split(r"[#/]", node.value)[-1]


def path_of(node: NamedNode) -> str:
    """What stands after ``id/`` in the IRI of an entity, the kind of thing left out."""
    return node.value.removeprefix(BASE + "id/").partition("/")[2]


def member(code: str) -> NamedNode:
    return _iri(f"id/member/{code}")


def plan(plan_id: str) -> NamedNode:
    return _iri(f"id/plan/{plan_id}")


def theme(plan_id: str, number: str) -> NamedNode:
    return _iri(f"id/plan/{plan_id}/theme/{number}")


def cocreation(plan_id: str, key: str) -> NamedNode:
    return _iri(f"id/plan/{plan_id}/cocreation/{key}")


def plan_document(plan_id: str, number: str) -> NamedNode:
    return _iri(f"id/plan/{plan_id}/document/{number}")


def commitment(commitment_id: str) -> NamedNode:
    return _iri(f"id/commitment/{commitment_id}")


def milestone(commitment_id: str, number: str) -> NamedNode:
    return _iri(f"id/commitment/{commitment_id}/milestone/{number}")


def reference(commitment_id: str, number: str) -> NamedNode:
    return _iri(f"id/commitment/{commitment_id}/reference/{number}")


def institution(member_code: str, key: str) -> NamedNode:
    return _iri(f"id/institution/{member_code.lower()}/{key}")


def institution_change(member_code: str, key: str) -> NamedNode:
    return _iri(f"id/change/{member_code.lower()}/{key}")


def institution_family(member_code: str, key: str) -> NamedNode:
    return _iri(f"id/institution-family/{member_code.lower()}/{key}")


def report(report_id: str) -> NamedNode:
    return _iri(f"id/report/{report_id}")


def assessment(commitment_id: str, phase: str) -> NamedNode:
    return _iri(f"id/assessment/{commitment_id}/{phase}")


def absence(entity: NamedNode, variable: NamedNode) -> NamedNode:
    return NamedNode(f"{entity.value}/absence/{local_name(variable)}")


def initiative(member_code: str, key: str) -> NamedNode:
    return _iri(f"id/initiative/{member_code.lower()}/{key}")


def role(member_code: str, key: str) -> NamedNode:
    return _iri(f"id/role/{member_code}/{key}")


def lineage(*parts: str) -> NamedNode:
    """``id/lineage/FR0004-extendedBy-FR0031``: earlier, relation, later; or commitment and fate."""
    return _iri("id/lineage/" + "-".join(part.replace("/", ".") for part in parts if part))


def source(key: str) -> NamedNode:
    return _iri(f"id/source/{key}")


def source_graph(key: str) -> NamedNode:
    return _iri(f"graph/source/{key}")


def conflict(about: NamedNode, variable: NamedNode) -> NamedNode:
    return _iri(f"id/conflict/{path_of(about)}/{local_name(variable)}")


def claim(conflict_node: NamedNode, number: int) -> NamedNode:
    return NamedNode(f"{conflict_node.value}/claim/{number}")


def derivation(rule: str) -> NamedNode:
    return _iri(f"id/derivation/{rule}")


def derivation_graph(rule: str) -> NamedNode:
    return _iri(f"graph/derivation/{rule}")


def graph(name: str) -> NamedNode:
    """``graph/ontology``, ``graph/shapes``, ``graph/catalogue``, ``graph/scheme/<name>``."""
    return _iri(f"graph/{name}")


def entity(path: str) -> NamedNode:
    """An entity by its path below ``id/``, such as ``member/FR``."""
    return _iri(f"id/{path}")
