"""The rating of a commitment: which of its assessments gives it, and what stands where none does.

Assessments are made phase by phase, so "the completion of FR0042" needs a rule: the latest phase of the IRM that
rates the commitment counts. The header of a page mixes phases and names no report; it counts for the star and the early
results, which most commitments have nowhere else, and comes last. Self-assessments never count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from ogpgraph import iris
from ogpgraph.lift.graph import Graph
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP, Term

# Phases from the earliest to the latest.
_IRM_PHASES = ("midterm", "end-of-term", "results")
_ALL_PHASES = ("header", *_IRM_PHASES)
# Several rules for stars lived side by side, the newest last; what names no rule is what the IRM itself gave.
STAR_RULES = ("pre-june-2014", "2015-only", "current", "")

NO_ASSESSMENT = NamedNode(BASE + "scheme/absence/no-assessment")


@dataclass(frozen=True)
class Rating:
    """A variable of assessments of which a commitment has one value at a time.

    ``latest`` is the property of the commitment that holds it, ``phases`` are those that count, the earliest first.
    """

    name: str
    variable: NamedNode
    latest: NamedNode
    phases: tuple[str, ...]

    @property
    def rule(self) -> str:
        """The name of the rule that derives the latest value."""
        return f"latest-{self.name}"

    def latest_values(self, graph: Graph) -> Iterator[Triple]:
        """The value of each commitment that an assessment rates."""
        for commitment, value in self._latest(graph, graph.pairs(self.variable), self.phases).items():
            yield Triple(commitment, self.latest, value)

    def outcomes(self, graph: Graph) -> dict[NamedNode, Term]:
        """For every commitment its latest value, else the latest reason why there is none."""
        outcomes: dict[NamedNode, Term] = dict.fromkeys(graph.of_type(OGP.Commitment), NO_ASSESSMENT)
        outcomes |= self._latest(graph, self._reasons(graph), _ALL_PHASES)
        for commitment, value in graph.pairs(self.latest):
            outcomes[commitment] = value
        return outcomes

    def _reasons(self, graph: Graph) -> Iterator[tuple[NamedNode, Term]]:
        for absence, variable in graph.pairs(OGP.variable):
            assessment, reason = graph.value(absence, OGP.absentFrom), graph.value(absence, OGP.reason)
            if variable == self.variable and isinstance(assessment, NamedNode) and reason is not None:
                yield assessment, reason

    def _latest(
        self, graph: Graph, found: Iterable[tuple[NamedNode, Term]], phases: tuple[str, ...]
    ) -> dict[NamedNode, Term]:
        """Of what assessments say, the latest for each commitment; of two equally late ones the first."""
        latest: dict[NamedNode, tuple[tuple[int, int], Term]] = {}
        for assessment, value in found:
            commitment, phase = graph.value(assessment, OGP.assesses), _local_value(graph, assessment, OGP.phase)
            if isinstance(commitment, NamedNode) and phase in phases:
                star_rule = _local_value(graph, assessment, OGP.starRule)
                rank = (phases.index(phase), STAR_RULES.index(star_rule))
                if commitment not in latest or rank > latest[commitment][0]:
                    latest[commitment] = (rank, value)
        return {commitment: value for commitment, (_, value) in latest.items()}


def _local_value(graph: Graph, subject: NamedNode, predicate: NamedNode) -> str:
    """The slug of the concept that a property has, or nothing."""
    value = graph.value(subject, predicate)
    return iris.local_name(value) if isinstance(value, NamedNode) else ""


RATINGS = (
    Rating("completion", OGP.completion, OGP.latestCompletion, _IRM_PHASES),
    Rating("star", OGP.starred, OGP.latestStar, _ALL_PHASES),
    Rating("early-results", OGP.earlyResults, OGP.latestEarlyResults, _ALL_PHASES),
)
