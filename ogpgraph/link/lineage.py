"""Lineage candidates: which commitments of a member's next plan may go on with the topic of one in the plan before.

What comes out is a guess, to be reviewed, and never more than ``ogp:possibleSuccessor``: only a source states lineage.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from pyoxigraph import NamedNode, QuerySolutions, Store

from ogpgraph.link.candidates import Candidate, Feature, Options, candidates
from ogpgraph.link.items import Item
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP

_PAIRS = f"""
PREFIX ogp: <{OGP.iri}>
SELECT DISTINCT ?earlier ?later ?relation ?basis {{
  {{ ?earlier ogp:succeededBy ?later BIND(ogp:succeededBy AS ?relation) }}
  UNION {{
    ?statement ogp:earlier ?earlier ; ogp:later ?later ; ogp:relation ?relation
    OPTIONAL {{ ?statement ogp:basis ?basis }}
  }}
}} ORDER BY ?earlier ?later ?relation ?basis"""
# A source says of an earlier commitment that it ended, or of a later one that nothing came before it.
_FATES = f"""
PREFIX ogp: <{OGP.iri}> PREFIX fate: <{BASE}scheme/fate/>
SELECT DISTINCT ?ended ?new {{
  {{ ?statement ogp:fate ?fate ; ogp:earlier ?ended VALUES ?fate {{ fate:withdrawn fate:not-carried-forward }} }}
  UNION {{ ?statement ogp:fate fate:declared-new ; ogp:later ?new }}
}}"""
# Plans differ in dates, numbers and cycle: what a topic keeps is its words, its policy areas and who is in charge.
TOPIC = Options(features=("title", "text", "institutions", "tags", "numbers"), per_item=3, least_score=0.5)
# The linker's odds are those of one thing under two names. A topic that goes on seldom keeps its title, so that the
# binary logarithm of its odds is taken for this line of theirs, set by eye on the known pairs of four plans of one
# member (docs/linking.md): the order is the linker's, the size of a score is a rough guide.
_SLOPE, _OFFSET = 0.6, 4.5


@dataclass(frozen=True, slots=True)
class KnownLineage:
    """What a graph already says of lineage: pairs with how they are joined, and which ends a source rules out."""

    pairs: dict[tuple[str, str], str]
    ended: frozenset[str]
    new: frozenset[str]

    @classmethod
    def of(cls, store: Store) -> KnownLineage:
        """The lineage statements of a release, stated and inferred, and the fates that contradict any successor."""
        pairs: dict[tuple[str, str], str] = {}
        for row in _rows(store, _PAIRS):
            told = [_local(row[name]) for name in ("relation", "basis") if row[name] is not None]
            pairs.setdefault((row["earlier"].value, row["later"].value), ", ".join(told))
        fates = list(_rows(store, _FATES))
        return cls(
            pairs,
            frozenset(row["ended"].value for row in fates if row["ended"]),
            frozenset(row["new"].value for row in fates if row["new"]),
        )

    def says(self, earlier: str, later: str) -> str:
        """What is known of a pair, in words; empty where nothing is."""
        if (earlier, later) in self.pairs:
            return f"the graph already has it: {self.pairs[earlier, later]}"
        if earlier in self.ended:
            return "a source contradicts it: the earlier commitment was withdrawn or not carried forward"
        if later in self.new:
            return "a source contradicts it: the later commitment is declared new"
        return ""


def lineage_candidates(
    items: Iterable[Item], known: KnownLineage, options: Options = TOPIC, *, with_known: bool = False
) -> Iterator[Candidate]:
    """Pairs of commitments of one member, from each plan into its next, best first over all of them.

    What the graph knows or a source contradicts is left out; ``with_known`` keeps it, with a feature that says so.
    """
    found: list[Candidate] = []
    for earlier, later in pairwise(_by_plan(items)):
        for candidate in map(as_topic, candidates(earlier, later, replace(options, least_score=0.0))):
            said = known.says(candidate.left.iri, candidate.right.iri)
            if candidate.score < options.least_score or (said and not with_known):
                continue
            notes = (Feature("known", 1.0, 0.0, said),) if said else ()
            found.append(replace(candidate, features=(*notes, *candidate.features)))
    yield from sorted(found, key=lambda each: (-each.score, each.left.iri, each.right.iri))


def as_topic(candidate: Candidate) -> Candidate:
    """The candidate with the probability that its topic goes on, not that both are the same."""
    score = min(max(candidate.score, 1e-9), 1 - 1e-9)
    bits = _OFFSET + _SLOPE * math.log2(score / (1 - score))
    return replace(candidate, score=1 / (1 + 2**-bits))


def _by_plan(items: Iterable[Item]) -> list[list[Item]]:
    """The commitments of each plan, in the order of the cycles; a commitment without a cycle belongs to none."""
    plans: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.cycle:
            plans[item.cycle].append(item)
    return [plans[cycle] for cycle in sorted(plans)]


def _rows(store: Store, query: str) -> QuerySolutions:
    rows = store.query(query)
    assert isinstance(rows, QuerySolutions)
    return rows


def _local(node: NamedNode) -> str:
    return node.value.replace("#", "/").rpartition("/")[2]
