"""One linking from what was asked to the candidates as SSSOM: both sides read, compared, decided pairs left out."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ogpgraph.link.candidates import DEFAULT, Candidate, LibraryMissing, Options, candidates
from ogpgraph.link.decisions import POSSIBLE_SUCCESSOR, read_decisions
from ogpgraph.link.items import Item, UnreadableItems
from ogpgraph.link.kinds import KINDS, RELATIONS
from ogpgraph.link.lineage import TOPIC, KnownLineage, as_topic, lineage_candidates
from ogpgraph.link.proposals import candidate_set, proposals, reason, title_of
from ogpgraph.link.sides import BY_NAME, LATEST, Layout, NotASide, Side, read_side
from ogpgraph.sssom import MappingSet

__all__ = [
    "Found",
    "Layout",
    "LibraryMissing",
    "NotASide",
    "Request",
    "UnreadableItems",
    "explain",
    "layout_of",
    "link",
]

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants linked.

    ``table``: the layout of the table, and of the left one where both sides are tables. ``decisions``: SSSOM files and
    folders of them; ``day``: when candidates are found, ISO 8601; ``out``: where releases are. ``lineage``: whether
    possible successors inside ``member`` are wanted, ``with_known`` those too that are stated or contradicted.
    """

    out: Path
    day: str
    left: str = LATEST
    right: str = LATEST
    kind: str = "commitment"
    relation: str | None = None
    member: str | None = None
    table: Layout = BY_NAME
    right_table: Layout = BY_NAME
    options: Options = DEFAULT
    decisions: tuple[Path, ...] = ()
    lineage: bool = False
    with_known: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates, what was compared, how many pairs were left out because they are decided or one thing twice."""

    candidates: MappingSet
    between: str
    left_out: int


def link(request: Request, step: Step) -> Found:
    """Candidates between two sides, or of lineage inside a member; best first for each thing of the left side.

    Raises NotASide, ProblemsFound, DamagedRelease and LibraryMissing, each with what to do about it.
    """
    decided = read_decisions(request.decisions)
    found, between = _lineage(request, step) if request.lineage else _between(request, step)
    predicate = RELATIONS[request.relation] if request.relation else ""
    left_out: list[Candidate] = []
    asked = POSSIBLE_SUCCESSOR if request.lineage else predicate
    mappings = list(proposals(_counted(found, step), decided, asked, request.day, left_out))
    return Found(candidate_set(mappings, between), between, len(left_out))


def _between(request: Request, step: Step) -> tuple[Iterator[Candidate], str]:
    left, right = _sides(request, step)
    step(f"comparing {len(left.items)} with {len(right.items)}")
    return candidates(left.items, right.items, request.options), f"{left.name} and {right.name}"


def _lineage(request: Request, step: Step) -> tuple[Iterator[Candidate], str]:
    side = _side(request, request.left, request.table, step)
    step(f"comparing {len(side.items)}")
    known = KnownLineage.of(side.store) if side.store else KnownLineage({}, frozenset(), frozenset())
    found = lineage_candidates(side.items, known, _topic(request), with_known=request.with_known)
    return found, f"the plans of {request.member} in {side.name}"


def _topic(request: Request) -> Options:
    return replace(request.options, features=TOPIC.features)


def explain(request: Request, one: str, other: str, step: Step) -> Iterator[str]:
    """The features of one pair, as lines; each thing is named by its IRI or the last parts of it.

    The pair is compared among all things of both sides, as `link` does, since rare words weigh more than frequent ones.
    """
    left, right = _sides(request, step)
    first, second = _named(one, left), _named(other, right)
    step("comparing")
    options = _topic(request) if request.lineage else request.options
    wide = replace(options, least_score=0.0, per_item=max(1, len(right.items)), one_to_one=False)
    found = candidates([first], right.items, wide)
    pair = next((each for each in found if each.right.iri == second.iri), None)
    yield f"{first.iri}  {title_of(first)}"
    yield f"{second.iri}  {title_of(second)}"
    if pair is None:
        yield "no candidate: the two share too little for a comparison"
        return
    yield f"score {(as_topic(pair) if request.lineage else pair).score:.4f}"
    yield from (f"  {reason(feature)}" for feature in pair.features)


def layout_of(columns: Iterable[str], namespace: str = "") -> Layout:
    """The layout that ``title:de=Titel`` and its like describe; NotASide where a text is no such pair."""
    found: list[tuple[str, str]] = []
    for text in columns:
        field, equals, column = (part.strip() for part in text.partition("="))
        if not equals or not field or not column:
            raise NotASide(f"--columns {text!r}: write FIELD=COLUMN, such as title=Titel")
        found.append((column, "iri" if field == "id" else field))
    return Layout(tuple(found), namespace)


def _sides(request: Request, step: Step) -> tuple[Side, Side]:
    left = _side(request, request.left, request.table, step)
    if request.left == request.right and request.right_table == BY_NAME:
        return left, left
    # Where only the right side is a table, there is one table and its layout needs no second name.
    only_table = left.store is not None and request.right_table == BY_NAME
    return left, _side(request, request.right, request.table if only_table else request.right_table, step)


def _side(request: Request, asked: str, layout: Layout, step: Step) -> Side:
    step(f"reading {asked}")
    side = read_side(asked, KINDS[request.kind], request.out, layout, request.member)
    if not side.items:
        what = f"{request.kind} of member {request.member}" if request.member else request.kind
        raise NotASide(f"{side.name} has no {what}; members have OGP's codes, such as FR")
    return side


def _counted(found: Iterable[Candidate], step: Step) -> Iterator[Candidate]:
    for number, candidate in enumerate(found, start=1):
        if number % 500 == 0:
            step(f"comparing: {number} candidates")
        yield candidate


def _named(asked: str, side: Side) -> Item:
    """The item that a person means by an IRI or the end of one; NotASide where none or several are."""
    found = [item for item in side.items if item.iri == asked]
    found = found or [item for item in side.items if item.iri.endswith((f"/{asked}", f"#{asked}", f":{asked}"))]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotASide(f"{asked}: {side.name} has {len(found)} such things: give the whole IRI, such as {found[0].iri}")
    ends = [item.iri.replace("#", "/").rpartition("/")[2] for item in side.items]
    near = difflib.get_close_matches(asked, ends, n=1)
    hint = f"; the nearest is {near[0]}" if near else ""
    raise NotASide(f"{asked}: {side.name} has no such thing{hint}")
