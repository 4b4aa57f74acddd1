"""The classes of the ontology and their main relations as a picture: where each box and each line stands.

The places are chosen by hand, because what belongs together should stand together; what is drawn there is read from
the ontology. A class without a place comes into a row of its own below.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from ogpgraph.pages.ontology_terms import Ontology, OwnTerm

# Column and row of each class.
_PLACES = {
    "NationalMember": (0, 0),
    "CoCreationActivity": (1, 0),
    "Theme": (2, 0),
    "Milestone": (3, 0),
    "Initiative": (4, 0),
    "Member": (0, 1),
    "ActionPlan": (1, 1),
    "Commitment": (2, 1),
    "Institution": (3, 1),
    "InstitutionFamily": (4, 1),
    "LocalMember": (0, 2),
    "Role": (1, 2),
    "Assessment": (2, 2),
    "Reference": (3, 2),
    "LineageStatement": (4, 2),
    "IRMReport": (1, 3),
    "ReviewDocument": (2, 3),
    "Conflict": (3, 3),
    "Claim": (4, 3),
    "Source": (0, 4),
    "DerivationRule": (1, 4),
    "Absence": (2, 4),
    "ProcessAnswer": (3, 4),
    "Alignment": (4, 4),
}
# The relations that are drawn, each from the first class of its domain to the first other class of its range. Where a
# property has an inverse, one of the two says it.
_RELATIONS = (
    *("hasPlan", "heldBy", "hasCommitment", "hasTheme", "hasCoCreationActivity", "theme", "hasMilestone"),
    *("hasAssessment", "inReport", "reviewsPlan", "leadInstitution", "familyOf", "replacedBy"),
    *("earlier", "later", "hasReference", "claim"),
)
# Those that lead from a class to itself are named in its box.
_LOOPS = ("succeededBy", "followedBy", "successorInstitution")
# Where on its line the name of a relation stands, as a share of the way; in the middle unless another is there.
_SHARES = {"replacedBy": 0.72, "hasTheme": 0.6, "hasMilestone": 0.6}
COLUMN, ROW = 246, 132  # from one box to the next, in the units of the picture
WIDTH, HEIGHT = 142, 66  # of a box
_MARGIN = 10
_LETTERS = 15  # in a line of a box
_LEVEL_LETTERS, _SLANT_LETTERS = 15, 18  # in a line of the name of a level relation, and of another
LETTER, LINE = 6.6, 14  # width of a letter (of a wide font) and height of a line of a relation's name


@dataclass(slots=True)
class Box:
    """A class; ``x`` and ``y`` are its centre. ``loops`` are the relations that lead from it to itself."""

    iri: str
    name: str
    lines: list[str]
    number: int
    x: int
    y: int
    loops: list[tuple[str, str]] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Where it begins from the left."""
        return self.x - WIDTH // 2

    @property
    def top(self) -> int:
        """Where it begins from above."""
        return self.y - HEIGHT // 2


@dataclass(frozen=True, slots=True)
class Name:
    """A property as it is written at a line; ``rows`` are the lines of its text."""

    iri: str
    text: str
    rows: list[str]


@dataclass(slots=True)
class Line:
    """A relation from the border of one box to that of another; without names that of a class to a more general one.

    ``x`` and ``y`` are the middle of the names.
    """

    source: Box
    target: Box
    names: list[Name]
    x1: float
    y1: float
    x2: float
    y2: float
    x: float = 0.0
    y: float = 0.0

    @property
    def rows(self) -> list[tuple[Name, str]]:
        """Each line of text, with the property that it names."""
        return [(name, row) for name in self.names for row in name.rows]

    @property
    def name_width(self) -> float:
        """The width of the names, with a little room."""
        return round(max((len(row) for _, row in self.rows), default=0) * LETTER + 4, 1)

    @property
    def name_height(self) -> float:
        """The height of the names."""
        return len(self.rows) * LINE


@dataclass(slots=True)
class Diagram:
    """The picture, with its size."""

    boxes: list[Box]
    lines: list[Line]
    width: int
    height: int


def class_diagram(ontology: Ontology, numbers: dict[str, int]) -> Diagram:
    """The classes of an ontology with the numbers of their instances."""
    boxes = _boxes(ontology, numbers)
    related: dict[tuple[str, str], list[OwnTerm]] = {}
    for term in ontology.terms.values():
        source = next((iri for iri in term.domain if iri in boxes), "")
        target = next((iri for iri in term.range if iri in boxes and iri != source), "")
        if source and term.name in _LOOPS:
            boxes[source].loops.append((term.iri, term.label))
        elif source and target and term.name in _RELATIONS:
            related.setdefault((source, target), []).append(term)
    lines = [_line(boxes[source], boxes[target], terms) for (source, target), terms in related.items()]
    for term in ontology.of_kind("Class"):
        lines += [_line(boxes[term.iri], boxes[parent], []) for parent in term.parents if parent in boxes]
    width = max((box.x for box in boxes.values()), default=0) + WIDTH // 2 + _MARGIN
    height = max((box.y for box in boxes.values()), default=0) + HEIGHT // 2 + _MARGIN
    return Diagram(list(boxes.values()), lines, width, height)


def _boxes(ontology: Ontology, numbers: dict[str, int]) -> dict[str, Box]:
    classes = ontology.of_kind("Class")
    last = 1 + max(row for _, row in _PLACES.values())
    others = (term.name for term in classes if term.name not in _PLACES)
    places = _PLACES | {name: (index % 5, last + index // 5) for index, name in enumerate(others)}
    found = {}
    for term in classes:
        column, row = places[term.name]
        x, y = _MARGIN + WIDTH // 2 + column * COLUMN, _MARGIN + HEIGHT // 2 + row * ROW
        found[term.iri] = Box(term.iri, term.name, textwrap.wrap(term.label, _LETTERS), numbers.get(term.iri, 0), x, y)
    return found


def _line(source: Box, target: Box, terms: list[OwnTerm]) -> Line:
    x1, y1 = _border(source, target)
    x2, y2 = _border(target, source)
    letters = _LEVEL_LETTERS if y1 == y2 else _SLANT_LETTERS
    names = [Name(term.iri, term.label, textwrap.wrap(term.label, letters)) for term in terms]
    line = Line(source, target, names, x1, y1, x2, y2)
    share = next((_SHARES[term.name] for term in terms if term.name in _SHARES), 0.5)
    line.x, line.y = round(x1 + (x2 - x1) * share, 1), round(y1 + (y2 - y1) * share, 1)
    if y1 == y2 and len(line.rows) == 1:  # above a level line there is room for one, and the line stays whole
        line.y = round(y1 - line.name_height / 2 - 2, 1)
    return line


def _border(box: Box, towards: Box) -> tuple[float, float]:
    """Where the line from the centre of a box to that of another leaves the box."""
    dx, dy = towards.x - box.x, towards.y - box.y
    share = min(
        WIDTH / 2 / abs(dx) if dx else float("inf"),
        HEIGHT / 2 / abs(dy) if dy else float("inf"),
    )
    return round(box.x + dx * share, 1), round(box.y + dy * share, 1)
