"""What follows from the statements by a rule. Each rule has a graph of its own that accounts for its triples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph.lift.cube import observations
from ogpgraph.lift.graph import Graph
from ogpgraph.lift.ratings import RATINGS
from ogpgraph.lift.statements import Statements
from ogpgraph.vocabulary import DCTERMS, OGP, ORG, PROV, RDF, RDFS, SKOS, text, without_blank_nodes

RULES = {
    "resolution": "Among claims that differ the winner stands, by a rule of scheme/resolution-rule.",
    "conflict": "Where sources differ, a conflict shows every claim with its sources and the value that won.",
    "curation": "A curator inferred this from what the named sources say; no source states it.",
    "plan-number-to-id": "A source names a commitment by its number in the plan; the known plan numbers gave OGP's id.",
    "plan-number-by-order": "A page lists as many commitments as the plan has numbers; their order gives the numbers.",
    "plan-of-cycle": "No page names a plan that fits: the plan of the member that starts in the commitment's cycle.",
    "row-identity": "A row of OGP's database and a commitment with an OGP id are one: plan, number and title agree.",
    "member-name": "The table of member names tells which member a printed country name means, and its usual name.",
    "plan-succession": "A member's plans follow one another in the order of their cycles.",
    "institution-succession": "A stated organisational change joins the bodies before it to the bodies after it.",
    "latest-completion": "The completion in the latest IRM assessment: results, else end of term, else midterm.",
    "latest-star": "The star in the latest IRM assessment, else in the page's header; of rules the newest counts.",
    "latest-early-results": "The early results in the latest IRM assessment, else in the page's header.",
    "possible-successor": "A statement inferred, or made for a policy area only, joins two identified commitments.",
    "super-property": "A property implies its super-properties in the ontology.",
    "inverse": "A property implies its inverse in the ontology.",
    "cube": "Commitments are counted by their latest ratings; without one, by the reason why it is absent.",
    "label": "The label of an entity is its resolved title or name, else a phrase made from its identifiers.",
}


def derive(said: Statements) -> None:
    """Run every rule, in the order in which they build on one another."""
    _account_for_winners(said)
    graph = Graph(said.default)
    for rule, triples in (
        ("plan-succession", _plan_succession),
        ("institution-succession", _institution_succession),
        ("possible-successor", _possible_successor),
        *((rating.rule, rating.latest_values) for rating in RATINGS),
    ):
        _add(rule, list(triples(graph)), said, graph)
    _add("super-property", list(_super_properties(said)), said, graph)
    _add("inverse", list(_inverses(said)), said, graph)
    _add("inverse", list(_inverses_of_class(graph)), said)
    _add("cube", list(observations(graph)), said)
    _add("label", list(_labels(said)), said)
    _describe_rules(said)


def _add(rule: str, triples: Iterable[Triple], said: Statements, seen: Graph | None = None) -> None:
    """Add what a rule makes to its graph and to the default graph; ``seen`` takes in what is new."""
    graph = iris.derivation_graph(rule)
    for triple in triples:
        if seen is not None and triple not in said.default:
            seen.add((triple,))
        said.derive(triple, graph)


def _account_for_winners(said: Statements) -> None:
    """What the resolution itself made, and no source says in these words, belongs to its graph."""
    accounted = {quad.triple for quad in said.named}
    _add("resolution", sorted(said.default - accounted, key=str), said)


def _plan_succession(graph: Graph) -> Iterator[Triple]:
    plans: dict[NamedNode, list[tuple[str, NamedNode]]] = defaultdict(list)
    for plan in graph.of_type(OGP.ActionPlan):
        member, cycle = graph.value(plan, OGP.member), graph.value(plan, OGP.cycle)
        if isinstance(member, NamedNode) and cycle is not None and graph.value(plan, OGP.ordinal) is not None:
            plans[member].append((cycle.value, plan))
    for member in sorted(plans, key=lambda node: node.value):
        ordered = [plan for _, plan in sorted(plans[member], key=lambda pair: pair[0])]
        for earlier, later in pairwise(ordered):
            if _ordinal(graph, later) == _ordinal(graph, earlier) + 1:
                yield Triple(earlier, OGP.followedBy, later)


def _ordinal(graph: Graph, plan: NamedNode) -> int:
    ordinal = graph.value(plan, OGP.ordinal)
    assert ordinal is not None
    return int(ordinal.value)


def _institution_succession(graph: Graph) -> Iterator[Triple]:
    """Only changes that a source states, and only those that end the earlier body or make the later one."""
    going_on = {"part-of", "coordination-role-moved", "became-part-of"}
    for event in graph.of_type(ORG.ChangeEvent):
        basis, kind = graph.value(event, OGP.basis), graph.value(event, OGP.changeKind)
        if not isinstance(basis, NamedNode) or iris.local_name(basis) != "stated":
            continue
        if isinstance(kind, NamedNode) and iris.local_name(kind) in going_on:
            continue
        for before in graph.values(event, ORG.originalOrganization):
            for after in graph.values(event, ORG.resultingOrganization):
                assert isinstance(before, NamedNode)
                yield Triple(before, OGP.successorInstitution, after)


def _possible_successor(graph: Graph) -> Iterator[Triple]:
    for statement in graph.of_type(OGP.LineageStatement):
        basis, relation = graph.value(statement, OGP.basis), graph.value(statement, OGP.relation)
        if not isinstance(basis, NamedNode) or iris.local_name(basis) == "stated":
            continue
        if relation in (OGP.splitInto, OGP.mergedInto):
            continue
        earlier, later = graph.value(statement, OGP.earlier), graph.value(statement, OGP.later)
        if isinstance(earlier, NamedNode) and later is not None:
            yield Triple(earlier, OGP.possibleSuccessor, later)


def _super_properties(said: Statements) -> Iterator[Triple]:
    for triple in said.default:
        if triple.predicate in OGP:
            for parent in said.vocabulary.supers(triple.predicate):
                yield Triple(triple.subject, parent, triple.object)


def _inverses(said: Statements) -> Iterator[Triple]:
    for triple in said.default:
        inverse = said.vocabulary.inverse.get(triple.predicate)
        if inverse is not None and isinstance(triple.object, NamedNode):
            inverted = Triple(triple.object, inverse, triple.subject)
            if inverted not in said.default:
                yield inverted


# Inverses that no axiom can state, because the property serves several classes: class of the subject,
# property, property of the object.
_OF_CLASS = (
    (OGP.ActionPlan, OGP.member, OGP.hasPlan),
    (OGP.Commitment, OGP.inPlan, OGP.hasCommitment),
    (OGP.Commitment, OGP.theme, OGP.hasCommitment),
    (OGP.Theme, OGP.inPlan, OGP.hasTheme),
    (OGP.CoCreationActivity, OGP.inPlan, OGP.hasCoCreationActivity),
)


def _inverses_of_class(graph: Graph) -> Iterator[Triple]:
    for kind, predicate, inverse in _OF_CLASS:
        for subject in graph.of_type(kind):
            for value in graph.values(subject, predicate):
                assert isinstance(value, NamedNode)
                yield Triple(value, inverse, subject)


# Entities without a title or a name: their path below id/ is the best label that there is.
_LABELLED_BY_PATH = (OGP.Commitment, OGP.Reference, OGP.Absence, OGP.Claim)


def _labels(said: Statements) -> Iterator[Triple]:
    """One label an entity: its title in English where there is one, else what the lifting made up."""
    titles: dict[NamedNode, list[Literal]] = defaultdict(list)
    for subject, predicate, value in without_blank_nodes(said.default):
        if predicate in (DCTERMS.title, SKOS.prefLabel) and isinstance(value, Literal):
            titles[subject].append(value)
    for subject, found in titles.items():
        if subject not in said.labels:
            said.labels[subject] = min(
                found, key=lambda title: (title.language != "en", title.language or "", title.value)
            )
    for subject, predicate, value in without_blank_nodes(said.default):
        if predicate == RDF.type and value in _LABELLED_BY_PATH:
            path = iris.path_of(subject).replace("/absence/", ", absent: ").replace("/claim/", ", claim ")
            said.labels.setdefault(subject, text(path))
    for subject, label in said.labels.items():
        yield Triple(subject, RDFS.label, label)


# Rules that may rest on any source.
_FROM_SOURCES = ("resolution", "conflict", "plan-number-to-id", "plan-number-by-order", "cube")


def _describe_rules(said: Statements) -> None:
    """Each rule as a node, with its graph and the graphs that it was derived from."""
    catalogue = iris.graph("catalogue")
    used = {quad.graph_name.value for quad in said.named if isinstance(quad.graph_name, NamedNode)}
    sources = sorted(name for name in used if "/graph/source/" in name)
    for rule, description in RULES.items():
        graph = iris.derivation_graph(rule)
        if graph.value not in used:
            continue
        node = iris.derivation(rule)
        said.derive(Triple(node, RDF.type, OGP.DerivationRule), catalogue)
        said.derive(Triple(node, RDFS.label, text(rule.replace("-", " "))), catalogue)
        said.derive(Triple(node, DCTERMS.description, text(description)), catalogue)
        said.derive(Triple(node, OGP.graph, graph), catalogue)
        for name in sources if rule in _FROM_SOURCES else ():
            said.derive(Triple(graph, PROV.wasDerivedFrom, NamedNode(name)), catalogue)
