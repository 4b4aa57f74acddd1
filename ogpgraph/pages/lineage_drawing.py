"""A lineage as SVG: plans as columns in the order of time, commitments as boxes, statements as links with names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

from ogpgraph.pages import ASSETS
from ogpgraph.pages.layout import Box, Link, Measures, Place, Point, layered
from ogpgraph.pages.lineage_graph import Edge, Fate, Lineage, Node, Said
from ogpgraph.pages.svg import add, fitted, markup, number, svg, wrapped

_MARGIN = 14.0
_HEAD = 54.0  # the height of the columns' headings
_CHIP = 20.0  # the height of a fate below a title
_INSET = 10.0  # between a box and its text
_LINE, _ROW_LINE = 16.0, 14.0  # from one line of a title to the next
_HEADING, _TITLE, _ROW, _SMALL, _TINY = 13.0, 12.5, 11.0, 10.5, 9.0  # font sizes, as in lineage-drawing.css
_BOLD = 1.08  # how much wider bold text is


@dataclass(frozen=True, slots=True)
class _Style:
    """How large boxes are: cards for one line of commitments; for a whole member rows, the name before the title."""

    measures: Measures
    lines: int  # of a title
    height: float  # of a box without its title
    is_row: bool


_CARDS = _Style(Measures(width=214, strip=150, bend=40), lines=3, height=30, is_row=False)
_ROWS = _Style(Measures(width=230, strip=150, bend=64, gap=6), lines=2, height=12, is_row=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A plan, or what stands in no plan; ``first`` and ``last`` are its layers."""

    heading: str
    iri: str
    first: int
    last: int


def drawn(lineage: Lineage, page: Callable[[str], str], alone: bool = False) -> str:
    """A lineage as an SVG element; ``page`` gives the address of an IRI's page.

    ``alone``: as a document of its own, with its styles and colours inside.
    """
    style = _ROWS if lineage.is_whole else _CARDS
    columns, layers = columns_of(lineage)
    fates = _fates_of(lineage)
    boxes = [
        Box(node.key, layers[node.key], _needed(node, len(fates[node.key]), style))
        for node in sorted(lineage.nodes.values(), key=_printed_order)
    ]
    links = [Link(edge.said.statement, edge.earlier, edge.later) for edge in lineage.edges]
    layout = layered(boxes, links, style.measures)
    width, height = layout.width + 2 * _MARGIN, layout.height + _HEAD + 2 * _MARGIN
    root = svg(width, height, class_="lineage-drawing", role="group", aria_labelledby="lineage-title lineage-about")
    add(root, "title", f"Lineage of {lineage.title}", id="lineage-title")
    add(root, "desc", _about(lineage), id="lineage-about")
    if alone:
        add(root, "style", _styles())
        add(root, "rect", class_="paper", width=width, height=height)
    _draw_columns(root, columns, style.measures, height, page)
    plane = add(root, "g", transform=f"translate({number(_MARGIN)} {number(_MARGIN + _HEAD)})")
    lines = _Pen(add(plane, "g", aria_hidden="true"), lineage, style, page)
    for edge in lineage.edges:
        lines.line(edge, layout.routes[edge.said.statement])
    pen = _Pen(plane, lineage, style, page)
    for box in boxes:
        pen.box(lineage.nodes[box.key], layout.places[box.key], fates[box.key])
    for edge in lineage.edges:
        pen.name(edge, layout.routes[edge.said.statement])
    return markup(root)


def columns_of(lineage: Lineage) -> tuple[list[Column], dict[str, int]]:
    """The columns in the order of time, and the layer of each node.

    A plan whose commitments were split or merged within it has several layers. What is in no plan stands after the
    last plan that leads to it.
    """
    bands = {key: _band(node, lineage) for key, node in lineage.nodes.items()}
    for key in [key for key, band in bands.items() if band is None]:
        sources = [bands[edge.earlier] for edge in lineage.edges if edge.later == key]
        before = max((band for band in sources if band), default=("9999", "~"))
        bands[key] = (before[0], before[1] + "~")
    inner = _inner_layers(lineage, bands)
    columns: list[Column] = []
    layers: dict[str, int] = {}
    first = 0
    for band in sorted({band for band in bands.values() if band}):
        keys = [key for key in lineage.nodes if bands[key] == band]
        deepest = max(inner[key] for key in keys)
        plan = lineage.plans.get(band[1])
        in_none = "Not a commitment of a plan" if band[1].endswith("~") else f"{band[0]}, plan not known"
        last = first + deepest
        columns.append(Column(plan.title if plan else in_none, plan.iri if plan else "", first, last))
        layers |= {key: last - inner[key] for key in keys}
        first = last + 1
    return columns, layers


_Band = tuple[str, str]  # the cycle and the plan


def _band(node: Node, lineage: Lineage) -> _Band | None:
    plan = lineage.plans.get(node.plan)
    if plan:
        return (plan.cycle, plan.iri)
    return (node.cycle, "") if node.cycle else None


def _inner_layers(lineage: Lineage, bands: dict[str, _Band | None]) -> dict[str, int]:
    """How many links within its plan lead on from a node, at the longest; links in a circle count once."""
    after: dict[str, list[str]] = defaultdict(list)
    for edge in lineage.edges:
        if bands[edge.earlier] == bands[edge.later]:
            after[edge.earlier].append(edge.later)
    found: dict[str, int] = {}

    def depth(key: str, path: tuple[str, ...]) -> int:
        if key not in found:
            nexts = [each for each in after[key] if each not in path]
            found[key] = max((1 + depth(each, (*path, each)) for each in nexts), default=0)
        return found[key]

    for key in lineage.nodes:
        depth(key, (key,))
    return found


def _fates_of(lineage: Lineage) -> dict[str, list[Fate]]:
    found: dict[str, list[Fate]] = defaultdict(list)
    for fate in lineage.fates:
        found[fate.node].append(fate)
    return found


def _printed_order(node: Node) -> tuple[list[tuple[int, str]], str, str]:
    """By the number in the plan, 10.2 after 9, then by OGP's id; what has no number comes last."""
    parts = re.findall(r"\d+|\D+", node.number) or ["~"]
    return [(int(part), "") if part.isdecimal() else (10**9, part) for part in parts], node.identifier, node.key


def _needed(node: Node, fates: int, style: _Style) -> float:
    if style.is_row:
        return style.height + _ROW_LINE * len(_row_lines(node, style)) + fates * _CHIP
    return style.height + _LINE * len(_title_lines(node, style)) + fates * _CHIP


def _title_lines(node: Node, style: _Style) -> list[str]:
    return wrapped(node.title, style.measures.width - 2 * _INSET, _TITLE, style.lines)


def _row_lines(node: Node, style: _Style) -> list[str]:
    return wrapped(f"{_kind_in_words(node)} {node.title}", style.measures.width - 2 * _INSET, _ROW, style.lines)


def _about(lineage: Lineage) -> str:
    """What the drawing shows, in a sentence."""
    stated = sum(edge.said.is_stated for edge in lineage.edges)
    other = len(lineage.edges) - stated
    return (
        f"{_counted(len(lineage.nodes), 'box', 'boxes')} in columns by plan, in time from left to right, joined by "
        f"{_counted(stated, 'stated link', 'stated links')}, drawn solid, and "
        f"{_counted(other, 'link', 'links')} that {'is' if other == 1 else 'are'} not stated, drawn dashed. "
        "A table says the same."
    )


def _counted(how_many: int, one: str, more: str) -> str:
    return f"{how_many} {one if how_many == 1 else more}"


def _styles() -> str:
    """The colours and the styles of a drawing that stands alone."""
    return "".join((ASSETS / f"{name}.css").read_text("utf-8") for name in ("lineage-colours", "lineage-drawing"))


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws the parts of a lineage into an element."""

    plane: Element
    lineage: Lineage
    style: _Style
    page: Callable[[str], str]

    def line(self, edge: Edge, route: list[Point]) -> None:
        """A link without its name; the surer the statement, the wider."""
        kind, weight = _kind(edge.said), 1.2 + 2.6 * _share(edge.said.confidence)
        add(self.plane, "path", class_=f"link {kind}", d=_path(route), stroke_width=weight)
        x, y = route[-1]
        add(self.plane, "path", class_=f"head {kind}", d=f"M{number(x)} {number(y)}l-9 -4.5v9z")

    def name(self, edge: Edge, route: list[Point]) -> None:
        """The relation above the strip that a link starts with, what it rests on below."""
        link = self._link(f"relation {_kind(edge.said)}", edge.said.statement, sentence(edge, self.lineage))
        x, y = route[0][0] + 5, route[0][1]
        room = self.style.measures.strip - 6
        label = edge.label if edge.said.is_stated else f"{edge.label} ({edge.said.confidence})"
        add(link, "text", fitted(label, room, _SMALL), x=x, y=y - 4)
        add(link, "text", fitted(edge.said.basis_label.lower(), room, _TINY), class_="basis", x=x, y=y + 9.5)

    def box(self, node: Node, place: Place, fates: list[Fate]) -> None:
        """A node with its title, and its fates below."""
        current = node.key == self.lineage.subject
        link = self._link(f"box {node.kind}{' current' * current}", node.iri, described(node, self.lineage))
        if current:
            link.set("aria-current", "page")
        radius = 15 if node.kind == "initiative" else 5
        add(link, "rect", x=place.x, y=place.y, width=place.width, height=place.height, rx=radius)
        x, room = place.x + _INSET, place.width - 2 * _INSET
        if self.style.is_row:
            self._row(link, node, x, place.y + 17)
        else:
            self._card(link, node, x, place.y + 18, room)
        for n, fate in enumerate(reversed(fates)):
            self._fate(fate, x, place.y + place.height - 8 - n * _CHIP, room)

    def _row(self, link: Element, node: Node, x: float, y: float) -> None:
        name = _kind_in_words(node)
        for n, line in enumerate(_row_lines(node, self.style)):
            text = add(link, "text", x=x, y=y + n * _ROW_LINE, lang=_foreign(node))
            if n == 0 and name and line.startswith(name):
                add(text, "tspan", name, class_="name")
                line = line.removeprefix(name)
            add(text, "tspan", line, class_="row")

    def _card(self, link: Element, node: Node, x: float, y: float, room: float) -> None:
        add(link, "text", fitted(_above_title(node), room / _BOLD, _SMALL), class_="name", x=x, y=y)
        for n, line in enumerate(_title_lines(node, self.style)):
            add(link, "text", line, class_="title", x=x, y=y + 18 + n * _LINE, lang=_foreign(node))

    def _fate(self, fate: Fate, x: float, y: float, room: float) -> None:
        says = f"{self.lineage.nodes[fate.node].name}: {fate.label}. {_ground(fate.said)}"
        link = self._link(f"fate {_kind(fate.said)}", fate.said.statement, says)
        add(link, "circle", class_="mark", cx=x + 4, cy=y - 4, r=3.5)
        label = fate.label if fate.said.is_stated else f"{fate.label} ({fate.said.basis_label.lower()})"
        add(link, "text", fitted(label, room - 14, _SMALL), x=x + 14, y=y)

    def _link(self, kind: str, iri: str, says: str) -> Element:
        """A link: its text names it, ``says`` is what a pointer shows."""
        link = add(self.plane, "a", class_=kind, href=self.page(iri))
        add(link, "title", says)
        return link


def _draw_columns(
    root: Element, columns: list[Column], measures: Measures, height: float, page: Callable[[str], str]
) -> None:
    for column in columns:
        x = _MARGIN + column.first * measures.step
        width = (column.last - column.first) * measures.step + measures.width
        add(root, "rect", class_="column", x=x - 8, y=4, width=width + 16, height=height - 8, rx=6)
        place = add(root, "a", class_="plan", href=page(column.iri)) if column.iri else root
        for n, line in enumerate(wrapped(column.heading, width / _BOLD, _HEADING, 2)):
            add(place, "text", line, class_="heading", x=x, y=_MARGIN + 14 + n * 17)


def _kind(said: Said) -> str:
    return "stated" if said.is_stated else "inferred"


def _foreign(node: Node) -> str:
    """The language of a title where it is not that of the page."""
    return "" if node.language == "en" else node.language


def _share(confidence: str) -> float:
    try:
        return min(max(float(confidence), 0.0), 1.0)
    except ValueError:
        return 0.5


def _path(route: list[Point]) -> str:
    """Straight and bent parts in turn; the last part ends in an arrow's head."""
    ends = [*route[:-1], (route[-1][0] - 8, route[-1][1])]
    steps = [f"M{_at(ends[0])}"]
    for n, (start, end) in enumerate(pairwise(ends)):
        middle = (start[0] + end[0]) / 2
        bent = f"C{_at((middle, start[1]))} {_at((middle, end[1]))} {_at(end)}"
        steps.append(f"L{_at(end)}" if n % 2 == 0 else bent)
    return "".join(steps)


def _at(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _kind_in_words(node: Node) -> str:
    if node.kind == "commitment":
        return node.identifier or (f"no. {node.number}" if node.number else "")
    return "not named" if node.kind == "unnamed" else "initiative"


def _above_title(node: Node) -> str:
    if node.kind == "unnamed":
        return "a commitment, not named"
    if node.kind == "initiative":
        return "initiative, no commitment"
    number_in_plan = f"no. {node.number}" if node.number else ""
    return " · ".join(part for part in (node.identifier, number_in_plan) if part)


def described(node: Node, lineage: Lineage) -> str:
    """A node in full: what it is, its title, its plan."""
    plan = lineage.plans.get(node.plan)
    about = ": ".join(part for part in (_above_title(node), node.title) if part)
    return f"{about} ({plan.title})" if plan else about


def sentence(edge: Edge, lineage: Lineage) -> str:
    """A link in words."""
    earlier, later = lineage.nodes[edge.earlier].name, lineage.nodes[edge.later].name
    return f"{earlier} {edge.label} {later}. {_ground(edge.said)}"


def _ground(said: Said) -> str:
    return f"{said.basis_label} by {said.asserted_by}, confidence {said.confidence}"
