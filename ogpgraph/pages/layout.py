"""A layered drawing, left to right: boxes in layers, links between them with few crossings and few bends.

The method of Sugiyama, Tagawa and Toda (1981), https://doi.org/10.1109/TSMC.1981.4308636: a link over several layers
is cut at each of them by a lane, sweeps order every layer by the barycentres of its neighbours, and the order with the
fewest crossings stays. Heights then follow by least squares: each box as near to its neighbours as the order allows.

Nothing here is random: the same boxes in the same order give the same drawing. Lengths are user units of SVG.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 24
_SETTLINGS = 12

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """What is placed: ``height`` is the least that it needs; the order of boxes is the one to start from."""

    key: str
    layer: int
    height: float


@dataclass(frozen=True, slots=True)
class Link:
    """What joins two boxes."""

    key: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Measures:
    """How wide things are, and how far apart. A link starts with a straight ``strip``, on which its name has room."""

    width: float  # of a box
    strip: float
    bend: float  # between a strip and the next layer
    gap: float = 10  # between boxes of a layer
    lane: float = 10  # the height of a link that passes a layer
    port: float = 26  # between links that leave a box
    entry: float = 10  # between links that reach a box

    @property
    def step(self) -> float:
        """From one layer to the next."""
        return self.width + self.strip + self.bend


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box is."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is. A route is a list of points: straight from the first to the second, bent to the third,
    straight to the fourth, and so on."""

    places: dict[str, Place]
    routes: dict[str, list[Point]]
    width: float
    height: float


def layered(boxes: Sequence[Box], links: Sequence[Link], measures: Measures) -> Layout:
    """Place boxes and links; a link that leads to no later layer is drawn straight to its end.

    KeyError where a link joins what is no box.
    """
    drawing = _Drawing(boxes, links, measures)
    drawing.reduce_crossings()
    drawing.settle()
    return drawing.layout()


class _Drawing:
    """The slots of all layers, boxes and lanes, while they are being ordered and placed."""

    def __init__(self, boxes: Sequence[Box], links: Sequence[Link], measures: Measures) -> None:
        self.boxes, self.links, self.measures = {box.key: box for box in boxes}, links, measures
        self.layer_of = {box.key: box.layer for box in boxes}
        self.chains: dict[str, list[str]] = {}  # the slots that a link passes, from its source to its target
        self.before: dict[str, list[str]] = defaultdict(list)
        self.after: dict[str, list[str]] = defaultdict(list)
        lanes = self._chain()
        self.heights = {box.key: self._height(box) for box in boxes} | dict.fromkeys(lanes, measures.lane)
        layers = max(self.layer_of.values(), default=-1) + 1
        self.orders: list[list[str]] = [[] for _ in range(layers)]
        self.alone: list[list[str]] = [[] for _ in range(layers)]
        linked = {end for link in links for end in (link.source, link.target)}
        for key, layer in self.layer_of.items():
            (self.orders if key in linked or key in lanes else self.alone)[layer].append(key)
        self.tops: dict[str, float] = {}

    def _chain(self) -> set[str]:
        """Cut links at the layers that they pass; the lanes that this makes."""
        lanes: set[str] = set()
        for link in self.links:
            start, end = self.boxes[link.source].layer, self.boxes[link.target].layer
            passed = [f"{link.key} | {layer}" for layer in range(start + 1, end)]
            self.layer_of |= {lane: start + 1 + n for n, lane in enumerate(passed)}
            lanes.update(passed)
            self.chains[link.key] = [link.source, *passed, link.target]
            if start < end:
                for one, other in pairwise(self.chains[link.key]):
                    self.after[one].append(other)
                    self.before[other].append(one)
        return lanes

    def _height(self, box: Box) -> float:
        leaving = sum(link.source == box.key for link in self.links)
        reaching = sum(link.target == box.key for link in self.links)
        return max(box.height, leaving * self.measures.port, reaching * self.measures.entry)

    def reduce_crossings(self) -> None:
        """Sweep to and fro; keep the best order met."""
        best, fewest = [list(order) for order in self.orders], self._crossings()
        for sweep in range(_SWEEPS):
            forward = sweep % 2 == 0
            layers = range(1, len(self.orders)) if forward else range(len(self.orders) - 2, -1, -1)
            for layer in layers:
                self._sort(layer, self.before if forward else self.after)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(order) for order in self.orders], crossings
        self.orders = best

    def _sort(self, layer: int, neighbours: dict[str, list[str]]) -> None:
        """Order a layer by the mean position of neighbours; what has none keeps its share of the way."""
        order = self.orders[layer]
        shares = {key: (position + 0.5) / len(each) for each in self.orders for position, key in enumerate(each)}

        def barycentre(key: str) -> float:
            found = neighbours.get(key, ())
            return sum(shares[each] for each in found) / len(found) if found else shares[key]

        order.sort(key=barycentre)

    def _crossings(self) -> int:
        return sum(self._crossings_after(layer) for layer in range(len(self.orders) - 1))

    def _crossings_after(self, layer: int) -> int:
        """How many links cross between a layer and the next: the inversions of their ends."""
        position = {key: n for n, key in enumerate(self.orders[layer + 1])}
        seen: list[int] = []
        crossings = 0
        for key in self.orders[layer]:
            ends = sorted(position[each] for each in self.after.get(key, ()))
            crossings += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
        return crossings

    def settle(self) -> None:
        """Heights: as near to the neighbours as the order allows, then what has none below."""
        for order in self.orders:
            self.tops |= dict(zip(order, _packed([0.0] * len(order), self._heights(order), self._gap), strict=True))
        for turn in range(_SETTLINGS):
            forward = turn % 2 == 0
            for order in self.orders if forward else reversed(self.orders):
                self._pull(order, self.before if forward else self.after)
        highest = min(self.tops.values(), default=0.0)
        self.tops = {key: top - highest for key, top in self.tops.items()}
        for order, alone in zip(self.orders, self.alone, strict=True):
            bottom = max((self.tops[key] + self.heights[key] + self._gap for key in order), default=0.0)
            for key in alone:
                self.tops[key] = bottom
                bottom += self.heights[key] + self._gap

    @property
    def _gap(self) -> float:
        return self.measures.gap

    def _heights(self, order: list[str]) -> list[float]:
        return [self.heights[key] for key in order]

    def _middle(self, key: str) -> float:
        return self.tops[key] + self.heights[key] / 2

    def _pull(self, order: list[str], neighbours: dict[str, list[str]]) -> None:
        wanted = []
        for key in order:
            found = neighbours.get(key) or ()
            middle = sum(map(self._middle, found)) / len(found) if found else self._middle(key)
            wanted.append(middle - self.heights[key] / 2)
        self.tops |= dict(zip(order, _packed(wanted, self._heights(order), self._gap), strict=True))

    def layout(self) -> Layout:
        """What came out."""
        places = {
            key: Place(box.layer * self.measures.step, self.tops[key], self.measures.width, self.heights[key])
            for key, box in self.boxes.items()
        }
        exits = self._ports(leaving=True)
        entries = self._ports(leaving=False)
        routes = {link.key: self._route(link, exits[link.key], entries[link.key]) for link in self.links}
        width = len(self.orders) * self.measures.step - self.measures.strip - self.measures.bend
        height = max((place.y + place.height for place in places.values()), default=0.0)
        return Layout(places, routes, max(width, 0.0), height)

    def _ports(self, leaving: bool) -> dict[str, float]:
        """At what height each link leaves, or reaches, its box: in the order of where they come from or go to."""
        at: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for link in self.links:
            chain = self.chains[link.key]
            box, next_to_it = (chain[0], chain[1]) if leaving else (chain[-1], chain[-2])
            at[box].append((self._middle(next_to_it), link.key))
        apart = self.measures.port if leaving else self.measures.entry
        return {
            key: self._middle(box) + (n - (len(found) - 1) / 2) * apart
            for box, found in at.items()
            for n, (_, key) in enumerate(sorted(found))
        }

    def _route(self, link: Link, leaves: float, reaches: float) -> list[Point]:
        left = {key: self.layer_of[key] * self.measures.step for key in self.chains[link.key]}
        out = self.measures.width + self.measures.strip
        points = [(left[link.source] + self.measures.width, leaves), (left[link.source] + out, leaves)]
        for lane in self.chains[link.key][1:-1]:
            points += [(left[lane], self._middle(lane)), (left[lane] + out, self._middle(lane))]
        return [*points, (left[link.target], reaches)]


def _packed(wanted: list[float], heights: list[float], gap: float) -> list[float]:
    """The tops nearest to the wanted ones, by least squares, of boxes that keep their order and do not overlap.

    Without what stands above it each box wants a position, and positions must not fall: that is an isotonic
    regression, solved by pooling adjacent violators.
    """
    above = [0.0]
    for height in heights[:-1]:
        above.append(above[-1] + height + gap)
    pools: list[tuple[float, int]] = []  # the mean of some neighbours' positions, and how many they are
    for want, offset in zip(wanted, above, strict=False):
        mean, number = want - offset, 1
        while pools and pools[-1][0] > mean:
            other, count = pools.pop()
            mean, number = (mean * number + other * count) / (number + count), number + count
        pools.append((mean, number))
    positions = [mean for mean, number in pools for _ in range(number)]
    return [position + offset for position, offset in zip(positions, above, strict=False)]
