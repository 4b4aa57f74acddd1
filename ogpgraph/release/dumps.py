"""The files of a release: one dataset in many forms, the same bytes whenever the data are the same."""

from __future__ import annotations

import gzip
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    serialize,
)

from ogpgraph import iris
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP, PREFIXES, RDF, RDFS, subject_name

# Kinds of entity whose IRI begins with the code of their member.
_KINDS = (
    "member plan commitment institution institution-family change report assessment lineage initiative role conflict"
)
_MEMBER = re.compile(rf"{re.escape(BASE)}id/(?:{_KINDS.replace(' ', '|')})/(?:plan-)?([A-Za-z]{{2,4}})(?=[0-9/-]|$)")


_FIRST = {RDF.type: 0, RDFS.label: 1}


def canonical(quads: Iterable[Quad]) -> list[Quad]:
    """The quads sorted, with blank nodes named by RDFC-1.0, so that equal data are equal bytes.

    The names depend on nothing but the quads in which the blank nodes stand, so only those are asked.
    """
    named: list[Quad] = []
    unnamed: list[Quad] = []
    for quad in quads:
        has_blank = isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)
        (unnamed if has_blank else named).append(quad)
    dataset = Dataset(unnamed)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted({*named, *dataset}, key=_order)


def with_further(ordered: list[Quad], further: Iterable[Quad]) -> list[Quad]:
    """Canonical quads with more, which have no blank nodes, in their places."""
    grown: list[Quad] = []
    taken = 0
    for quad in sorted(set(further), key=_order):
        place = bisect_left(ordered, _order(quad), lo=taken, key=_order)
        grown += ordered[taken:place]
        taken = place
        if ordered[place : place + 1] != [quad]:
            grown.append(quad)
    return grown + ordered[taken:]


def stated_in(graph: NamedNode, triples: Iterable[Triple]) -> Iterator[Quad]:
    """Triples as a named graph states them, and as the default graph takes them over."""
    for triple in triples:
        yield Quad(triple.subject, triple.predicate, triple.object, graph)
        yield Quad(triple.subject, triple.predicate, triple.object, DefaultGraph())


def _order(quad: Quad) -> tuple:
    return (str(quad.graph_name), *by_subject(quad.triple))


def by_subject(triple: Triple) -> tuple:
    """Sorting key that keeps a subject together, its type and its label first."""
    first = _FIRST.get(triple.predicate, 2)
    return (str(triple.subject), first, str(triple.predicate), str(triple.object))


def default_graph(quads: Iterable[Quad]) -> list[Triple]:
    """The triples of the default graph, in the order given."""
    return [quad.triple for quad in quads if quad.graph_name == DefaultGraph()]


def nquads(quads: Iterable[Quad]) -> bytes:
    return _written(quads, RdfFormat.N_QUADS)


def trig(quads: Iterable[Quad]) -> bytes:
    return _written(quads, RdfFormat.TRIG)


def json_ld(quads: Iterable[Quad]) -> bytes:
    """Expanded JSON-LD, one object a graph: quads of one graph and subject must stand together."""
    raw = serialize(quads, format=RdfFormat.JSON_LD)
    assert raw is not None
    return raw


def turtle(triples: Iterable[Triple]) -> bytes:
    """Turtle with the base and the prefixes of the project; triples of one subject must stand together."""
    return _written(triples, RdfFormat.TURTLE)


def _written(data: Iterable[Quad] | Iterable[Triple], form: RdfFormat) -> bytes:
    prefixes, base = (None, None) if form == RdfFormat.N_QUADS else (PREFIXES, BASE)
    raw = serialize(data, format=form, prefixes=prefixes, base_iri=base)
    assert raw is not None
    return _with_schemes(raw) if base else raw


# A literal is skipped whole, so that what is written in it stays as it is.
_LITERAL_OR_NETWORK_PATH = re.compile(rb'"(?:[^"\\]|\\.)*"|<//')


def _with_schemes(raw: bytes) -> bytes:
    """IRIs of other hosts in full: the engine cuts the scheme that they share with the base (RFC 3986, section 4.2)."""
    whole = f"<{BASE.partition('//')[0]}//".encode()
    return _LITERAL_OR_NETWORK_PATH.sub(lambda found: whole if found[0] == b"<//" else found[0], raw)


def gzipped(raw: bytes) -> bytes:
    """The bytes compressed, without a clock in the header."""
    return gzip.compress(raw, compresslevel=9, mtime=0)


def member_of(node: NamedNode) -> str | None:
    """The code of the member that an entity belongs to, read off its IRI."""
    found = _MEMBER.match(node.value)
    return found.group(1).upper() if found else None


def member_pattern(code: str) -> str:
    """The IRIs of the entities of a member, as a regular expression of SPARQL: what ``member_of`` reads off them."""
    return f"^{re.escape(BASE)}id/({_KINDS.replace(' ', '|')})/(plan-)?({code.upper()}|{code.lower()})([0-9/-]|$)"


def by_member(triples: Iterable[Triple]) -> dict[str, list[Triple]]:
    """The default graph in parts, one a member, each with the sources that it names."""
    parts: dict[str, list[Triple]] = defaultdict(list)
    sources: dict[NamedNode, list[Triple]] = defaultdict(list)
    for triple in triples:
        subject = triple.subject
        if not isinstance(subject, NamedNode):
            continue
        code = member_of(subject)
        if code:
            parts[code].append(triple)
        elif subject.value.startswith(iris.source("").value):
            sources[subject].append(triple)
    return {code: sorted([*part, *_cited(part, sources)], key=by_subject) for code, part in sorted(parts.items())}


def _cited(part: list[Triple], sources: dict[NamedNode, list[Triple]]) -> Iterator[Triple]:
    targets = {triple.object for triple in part if isinstance(triple.object, NamedNode)}
    for source in sorted(targets & sources.keys(), key=str):
        yield from sources[source]


def by_plan(part: list[Triple]) -> dict[str, list[Triple]]:
    """One member's part again in parts, one a plan: the plan, its commitments and what hangs on them."""
    prefix = iris.plan("").value
    owner: dict[str, str] = {}
    for subject, predicate, target in _links(part):
        if predicate in (OGP.inPlan, OGP.reviewsPlan):
            owner[subject] = target.removeprefix(prefix)
    for subject, predicate, target in _links(part):  # what points to a commitment belongs where that does
        if predicate in (OGP.earlier, OGP.later, OGP.assesses, OGP.about) and target in owner:
            owner.setdefault(subject, owner[target])
    plans: dict[str, list[Triple]] = defaultdict(list)
    for triple in part:
        name = _plan_of(subject_name(triple), prefix, owner)
        if name:
            plans[name].append(triple)
    return dict(sorted(plans.items()))


def _links(part: Iterable[Triple]) -> Iterator[tuple[str, NamedNode, str]]:
    for triple in part:
        if isinstance(triple.object, NamedNode):
            yield subject_name(triple), triple.predicate, triple.object.value


def _plan_of(subject: str, prefix: str, owner: dict[str, str]) -> str | None:
    if subject.startswith(prefix):
        return subject.removeprefix(prefix).partition("/")[0]
    while subject.startswith(BASE):
        if subject in owner:
            return owner[subject]
        if "/" not in subject.removeprefix(BASE):
            return None
        subject = subject.rpartition("/")[0]
    return None
