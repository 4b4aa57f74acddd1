"""Where every IRI of the graph is minted: one function a kind of thing (design, section 2).

IRIs come from identifiers that OGP prints or that the hand-kept data fix, never from titles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from pyoxigraph import NamedNode

from ogpgraph.settings import BASE


@lru_cache(maxsize=100_000)
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


def number_key(printed: str) -> str:
    """A printed number as part of an IRI: letters, digits and dots stay, all else becomes a hyphen.

    >>> number_key("1:A"), number_key("6(B)"), number_key(" 3.3.1.3 "), number_key("1.1.")
    ('1-A', '6-B', '3.3.1.3', '1.1')
    """
    ascii_only = unicodedata.normalize("NFKD", printed).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.]+", "-", ascii_only).strip("-.")


def row_commitment(plan_key: str, number: str, title_hash: str = "") -> str:
    """The path of a commitment that a row of OGP's database names without an OGP id.

    ``AL-2012/3.1``: plan and printed number. Rows of one file that share them carry ``~`` and the first digits of
    the SHA-256 of their title: ``UK-2011/1~3f2a9c``. So do rows without a number (``NO-2011/unnumbered~…``) and a row
    whose key a newer edition gives to a commitment with another title. Where the year of the plan is not known its
    number stands in its place: ``HR-plan2/6.1``. The IRI does not depend on the order of the rows.
    """
    return f"{plan_key}/{number or 'unnumbered'}" + (f"~{title_hash}" if title_hash else "")


def process_answer(owner_path: str, question: str) -> NamedNode:
    """``id/plan/AL-2012/process/advance-notice``: one answer about how a plan was made."""
    return _iri(f"id/{owner_path}/process/{slug(question)[:80].strip('-')}")


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


def cube(name: str) -> NamedNode:
    """A data set of the RDF Data Cube: ``id/cube/completion-by-member``."""
    return _iri(f"id/cube/{name}")


def observation(cube_name: str, place: Iterable[str], rating: NamedNode) -> NamedNode:
    """``id/cube/completion-by-member-and-cycle/FR/2015/completion/limited``: cube, place, scheme and rating."""
    return _iri("/".join(["id/cube", cube_name, *place, rating.value.removeprefix(BASE + "scheme/")]))


def derivation(rule: str) -> NamedNode:
    return _iri(f"id/derivation/{rule}")


def derivation_graph(rule: str) -> NamedNode:
    return _iri(f"graph/derivation/{rule}")


def mapping_set(key: str) -> NamedNode:
    """``id/mapping-set/members-eu-countries``; a mapping stands below its set."""
    return _iri(f"id/mapping-set/{key}")


def mapping_set_graph(key: str) -> NamedNode:
    return _iri(f"graph/mapping-set/{key}")


def graph(name: str) -> NamedNode:
    """``graph/ontology``, ``graph/shapes``, ``graph/catalogue``, ``graph/scheme/<name>``."""
    return _iri(f"graph/{name}")


def entity(path: str) -> NamedNode:
    """An entity by its path below ``id/``, such as ``member/FR``."""
    return _iri(f"id/{path}")
