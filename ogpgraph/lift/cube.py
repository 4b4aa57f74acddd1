"""The RDF Data Cube: how many commitments have which rating (W3C, The RDF Data Cube Vocabulary, 2014).

For each rating and each level there is a data set of its own, so that a common question reads its answer and adds
nothing up. Their structures and labels stand in ``ontology/cube.ttl``; here are their observations, one for each
combination of values that occurs: what does not occur has no observation.

Every commitment counts once in a data set: with its latest rating, else with the reason why it has none. In a data
set by policy area it counts once in each of its areas, and not at all where it has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph.lift.graph import Graph
from ogpgraph.lift.ratings import RATINGS, Rating
from ogpgraph.vocabulary import OGP, QB, RDF, XSD, Term

# The dimensions of each level: the property of a commitment, by the dimension of an observation.
_MEMBER = {OGP.refMember: OGP.member}
_CYCLE = {OGP.refCycle: OGP.cycle}
LEVELS = {
    "": {},
    "-by-member": _MEMBER,
    "-by-cycle": _CYCLE,
    "-by-policy-area": {OGP.refPolicyArea: OGP.policyArea},
    "-by-member-and-cycle": _MEMBER | _CYCLE,
}
# The dimension that holds the rating.
_RATED_BY = {"completion": OGP.refCompletion, "star": OGP.refStar, "early-results": OGP.refEarlyResults}


def observations(graph: Graph) -> Iterator[Triple]:
    """The observations of all data sets, in a stable order."""
    for rating in RATINGS:
        outcomes = rating.outcomes(graph)
        for level, dimensions in LEVELS.items():
            counted = _counted(graph, outcomes, list(dimensions.values()))
            for (*place, value), number in sorted(counted.items(), key=lambda item: [str(term) for term in item[0]]):
                assert isinstance(value, NamedNode)
                yield from _observation(rating, level, dict(zip(dimensions, place, strict=True)), value, number)


def _counted(graph: Graph, outcomes: dict[NamedNode, Term], properties: list[NamedNode]) -> Counter[tuple[Term, ...]]:
    """How many commitments have each combination of the properties' values and an outcome."""
    return Counter(
        (*place, outcome)
        for commitment, outcome in outcomes.items()
        for place in product(*(graph.values(commitment, each) for each in properties))
    )


def _observation(
    rating: Rating, level: str, place: dict[NamedNode, Term], value: NamedNode, number: int
) -> Iterator[Triple]:
    name = rating.name + level
    node = iris.observation(name, map(_key, place.values()), value)
    yield Triple(node, RDF.type, QB.Observation)
    yield Triple(node, QB.dataSet, iris.cube(name))
    for dimension, term in place.items():
        yield Triple(node, dimension, term)
    yield Triple(node, _RATED_BY[rating.name], value)
    yield Triple(node, OGP.commitmentsCounted, Literal(str(number), datatype=XSD.integer))


def _key(term: Term) -> str:
    """A value of a dimension as part of an IRI: FR, 2015, open-data."""
    return iris.local_name(term) if isinstance(term, NamedNode) else term.value
