"""What can be searched for, and the properties by which a search is narrowed.

A facet is a SPARQL property path: the index is made with it, and a search is written as a query with it, so that both
find the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP, SKOS, XSD

# The classes of what is found, with what they are called and how much a match counts for. Of several the first.
KINDS: tuple[tuple[NamedNode, str, float], ...] = (
    (OGP.Commitment, "Commitment", 1.3),
    (OGP.NationalMember, "National member", 1.6),
    (OGP.LocalMember, "Local member", 1.6),
    (OGP.ActionPlan, "Action plan", 1.3),
    (OGP.Theme, "Theme", 1.1),
    (OGP.Milestone, "Milestone", 1.0),
    (OGP.Institution, "Institution", 1.1),
    (OGP.InstitutionFamily, "Institution family", 0.9),
    (OGP.IRMReport, "IRM report", 1.1),
    (OGP.ReviewDocument, "Review document", 1.0),
    (OGP.Assessment, "Assessment", 1.0),
    (OGP.LineageStatement, "Lineage statement", 0.9),
    (OGP.Initiative, "Initiative", 1.1),
    (OGP.CoCreationActivity, "Co-creation activity", 1.0),
    (OGP.Role, "Role", 1.0),
    (OGP.Reference, "Reference", 0.8),
    (SKOS.Concept, "Concept", 0.9),
)
KIND_LABELS = {kind.value: label for kind, label, _ in KINDS}


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a search.

    ``path`` leads from an entity to the value. In addresses a value is written without ``start``; a facet without
    one has years.
    """

    name: str
    label: str
    path: str
    start: str = ""

    def short(self, value: str) -> str:
        """A value as addresses have it."""
        return value.removeprefix(self.start)

    def value(self, short: str) -> str:
        """The value that an address means; ValueError where it cannot be one."""
        if not self.start:
            if not (short.isascii() and short.isdigit() and len(short) == 4):
                raise ValueError(f"{self.name}: a year has four digits")
            return short
        try:
            return NamedNode(short if short.startswith(("http://", "https://")) else self.start + short).value
        except ValueError:
            raise ValueError(f"{self.name}: that is no name of a value") from None

    def node(self, value: str) -> NamedNode | Literal:
        """A value as a term of RDF."""
        return NamedNode(value) if self.start else Literal(value, datatype=XSD.gYear)


_PARTS = ("milestoneOf", "assesses", "inPlan", "reviewsPlan", "earlier", "earlierPlan")  # lead to what has the value


def _path(name: str, parts: tuple[str, ...]) -> str:
    return "|".join((f"ogp:{name}", *(f"ogp:{part}/ogp:{name}" for part in parts)))


KIND = Facet("kind", "Kind", "a", OGP.iri)
FACETS = (
    KIND,
    Facet("member", "Member", _path("member", _PARTS), f"{BASE}id/member/"),
    Facet("cycle", "Cycle", _path("cycle", _PARTS)),
    Facet("area", "Policy area", _path("policyArea", _PARTS[:2]), f"{BASE}scheme/policy-area/"),
    Facet("completion", "Completion", "ogp:latestCompletion", f"{BASE}scheme/completion/"),
    Facet("star", "Star", "ogp:latestStar", f"{BASE}scheme/star/"),
)
BY_NAME = {facet.name: facet for facet in FACETS}
Selection = tuple[tuple[str, str], ...]  # names of facets with values, in the order of FACETS
