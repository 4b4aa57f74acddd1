"""Where the sources of a release disagree, as a table: one row a claim, the winner marked."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from ogpgraph import iris
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCTERMS, OGP, RDF, Term, without_blank_nodes

_COLUMNS = ("about", "variable", "kind", "rule", "value", "stands", "sources")


def conflicts_csv(triples: Iterable[Triple]) -> bytes:
    """All conflicts of a default graph, sorted by what they are about; IRIs without the base."""
    values: dict[tuple[NamedNode, NamedNode], list[Term]] = defaultdict(list)
    conflicts: list[NamedNode] = []
    for subject, predicate, value in without_blank_nodes(triples):
        values[subject, predicate].append(value)
        if predicate == RDF.type and value == OGP.Conflict:
            conflicts.append(subject)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for conflict in sorted(conflicts, key=lambda node: node.value):
        about, variable, kind, rule = (
            _shown(values[conflict, predicate])
            for predicate in (OGP.about, OGP.variable, OGP.conflictKind, OGP["rule"])
        )
        winners = set(values[conflict, OGP.resolvedTo])
        for claim in sorted(values[conflict, OGP.claim], key=str):
            assert isinstance(claim, NamedNode)
            claimed = values[claim, OGP.claimedValue]
            stands = "yes" if set(claimed) & winners else "no"
            sources = [iris.local_name(node) for node in values[claim, DCTERMS.source] if isinstance(node, NamedNode)]
            rows.writerow([about, variable, kind, rule, _shown(claimed), stands, " ".join(sorted(sources))])
    return table.getvalue().encode()


def _shown(terms: Iterable[Term]) -> str:
    return " | ".join(sorted(term.value.removeprefix(BASE) for term in terms))
