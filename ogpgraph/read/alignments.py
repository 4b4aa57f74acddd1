"""Files of ``data/alignments/`` to records, and the rule which predicate may stand between what.

==========================  ===================================  =====================================================
predicate                   between                              what the release makes of it
==========================  ===================================  =====================================================
``owl:sameAs``              two IRIs of ours of one kind, or     the triple
                            one and its copy on another base
``skos:exactMatch``,        a thing of ours and one of others    the triple
``close-``, ``broad-``,
``narrow-``,
``relatedMatch``
``ogp:sameCommitment``      two commitments of ours              the triple, both ways
``ogp:possibleSuccessor``   two commitments of ours              an inferred ``ogp:LineageStatement``
any, modifier ``Not``       the same                             no triple: the mapping is described, and stays decided
==========================  ===================================  =====================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from ogpgraph import iris, sssom
from ogpgraph import records as r
from ogpgraph.problems import Problem, ProblemsFound, Severity
from ogpgraph.read.located import AnyPath, Located, text_of
from ogpgraph.settings import BASE, CANONICAL_BASE
from ogpgraph.vocabulary import OGP, OWL, SKOS, under_base

SUFFIX = ".sssom.tsv"
MATCHES = frozenset(
    node.value for node in (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch)
)
SAME_AS, SAME_COMMITMENT = OWL.sameAs.value, OGP.sameCommitment.value
POSSIBLE_SUCCESSOR = OGP.possibleSuccessor.value
_PREDICATES = "skos:exactMatch, skos:closeMatch, skos:broadMatch, skos:narrowMatch, skos:relatedMatch, owl:sameAs, "
_PREDICATES += "ogp:sameCommitment or ogp:possibleSuccessor"
# What the hand-kept data say of every mapping beyond what SSSOM demands.
_DEMANDED = ("author_id", "mapping_date", "confidence")


def read_alignments(path: AnyPath, shown: str) -> tuple[r.Alignments, Located]:
    """A set of mappings with the line of each; ProblemsFound lists everything wrong with the file.

    What another program may pass over, such as a slot that SSSOM does not know, is a violation in hand-kept data.
    """
    key = PurePosixPath(path.name).name.removesuffix(SUFFIX)
    mapping_set, problems = sssom.read_sssom(under_base(text_of(path, shown)), shown)
    problems = [replace(problem, severity=Severity.VIOLATION) for problem in problems]
    problems += _set_problems(key, mapping_set, shown)
    for mapping in mapping_set.mappings:
        problems += (Problem(shown, mapping.line, *fault) for fault in faults(mapping))
    problems += _repeated(mapping_set, shown)
    if problems:
        raise ProblemsFound(problems)
    lines: dict[tuple[str | int, ...], int] = {("mappings", i): m.line for i, m in enumerate(mapping_set.mappings)}
    return r.Alignments(key=key, mapping_set=mapping_set), Located(shown, lines=lines)


def _set_problems(key: str, mapping_set: sssom.MappingSet, shown: str) -> Iterator[Problem]:
    expected = iris.mapping_set(key).value
    if mapping_set.mapping_set_id not in ("", expected):
        given = mapping_set.mapping_set_id
        message = f"the set is called {given}: the file's name makes it {expected.replace(BASE, CANONICAL_BASE)}"
        yield Problem(shown, 1, "wrong-set-id", message, column="mapping_set_id", value=given)
    for slot in ("mapping_set_title", "mapping_set_description", "license"):
        if not getattr(mapping_set, slot):
            yield Problem(shown, 1, "missing-slot", f"the set has no {slot}: add it to the metadata", column=slot)


def _repeated(mapping_set: sssom.MappingSet, shown: str) -> Iterator[Problem]:
    """Two rows that say the same of one pair, or that contradict each other."""
    seen: dict[tuple[str, str, str], sssom.Mapping] = {}
    for mapping in mapping_set.mappings:
        key = (mapping.subject_id, mapping.predicate_id, mapping.object_id)
        first = seen.setdefault(key, mapping)
        if first is not mapping:
            said = "says the contrary of" if first.negated != mapping.negated else "repeats"
            message = f"the row {said} line {first.line}: keep the one that was decided"
            yield Problem(shown, mapping.line, "repeated-mapping", message, column="subject_id")


def faults(mapping: sssom.Mapping) -> Iterator[tuple[str, str]]:
    """Rule and message of each way in which a mapping breaks the table above."""
    for slot in _DEMANDED:
        if getattr(mapping, slot) in ("", (), None):
            yield "missing-slot", f"{slot} is empty: every mapping says who holds it, since when and how surely"
    subject, target = own_path(mapping.subject_id), own_path(mapping.object_id)
    if subject is None:
        message = f"the subject {mapping.subject_id} is none of ours: write the mapping from our thing to the other"
        yield "foreign-subject", message
        return
    match mapping.predicate_id:
        case predicate if predicate in MATCHES:
            if target is not None:
                message = "a match leads to a thing of others; concepts of ours are joined in ontology/schemes/"
                yield "own-object", f"{message}, things of ours by owl:sameAs or ogp:sameCommitment"
        case predicate if predicate == SAME_AS:
            if not (_one_kind(subject, target) or mapping.object_id.endswith(f"/id/{subject}")):
                message = "owl:sameAs stands between two of our IRIs of one kind, or one and its copy elsewhere"
                yield "no-copy", f"{message}: use skos:exactMatch for a thing of others"
        case predicate if predicate in (SAME_COMMITMENT, POSSIBLE_SUCCESSOR):
            if not (subject.startswith("commitment/") and (target or "").startswith("commitment/")):
                yield "no-commitment", f"{mapping.predicate_id} stands between two commitments of ours"
        case predicate:
            message = f"nothing is loaded by {predicate}: use {_PREDICATES}; terms of the ontology are aligned in"
            yield "unknown-predicate", f"{message} ontology/alignments.ttl"


def own_path(iri: str) -> str | None:
    """What stands after ``id/`` or, for a concept, the path from ``scheme/`` on; None for what is not ours."""
    found = re.fullmatch(re.escape(BASE) + r"(?:id/(.+)|(scheme/.+))", iri)
    return (found[1] or found[2]) if found else None


def _one_kind(one: str, other: str | None) -> bool:
    return other is not None and one.partition("/")[0] == other.partition("/")[0]
