"""The ratings of a plan's commitments as stacked bars; of a member one bar for each plan.

The counts are those of the data cube: each commitment counts once, with its latest rating, or with the reason why it
has none. So a bar is as long as the plan has commitments, and what is not known is drawn as not known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.labels import labels_of
from ogpgraph.pages.links import short
from ogpgraph.pages.svg import add, markup, stretched, width_of
from ogpgraph.pages.terms import Row
from ogpgraph.vocabulary import OGP

# By the dimension of the cube: what the chart is called, and which assessments count (ogpgraph/lift/ratings.py).
_RATINGS = {
    OGP.refCompletion.value: (
        "Completion",
        "in the latest IRM assessment: of results, else at end of term, else at midterm",
    ),
    OGP.refEarlyResults.value: (
        "Early results",
        "in the latest IRM assessment: of results, else at end of term, else at midterm, else in the page's header",
    ),
}
# Of the phases that rate a commitment alike, the one that the release takes, the latest first.
_PHASES = ("results", "end-of-term", "midterm", "header")
_LEVELS = 4  # the highest level of a scale as it is drawn
_HEIGHT = 26.0  # of a bar
_USUAL_WIDTH = 640.0  # of a bar on a page; what has no room there is not written into it
_FONT = 12.0  # as in lineage.css

Kind = Literal["rated", "unranked", "absent"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan that a bar is of."""

    iri: str
    title: str
    cycle: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a rating, or a reason why there is none; ``level`` is its place on the scale from 0 to 4."""

    iri: str
    label: str
    kind: Kind
    level: int = 0

    @property
    def style(self) -> str:
        """How it is drawn."""
        return f"part {self.kind}" + (f" level-{self.level}" if self.kind == "rated" else "")


@dataclass(frozen=True, slots=True)
class Bar:
    """How many commitments of a plan have which value; ``phases`` says how many are rated in which phase."""

    plan: Plan
    counts: dict[str, int]
    phases: tuple[tuple[str, int], ...]
    drawing: Markup

    @property
    def total(self) -> int:
        """All commitments of the plan."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Chart:
    """A rating: its values in the order in which they are drawn, and a bar for each plan."""

    title: str
    rule: str
    values: tuple[Value, ...]
    bars: tuple[Bar, ...]


async def ratings_section(context: Context, iri: str) -> Markup:
    """Completion and early results of a plan, or of all plans of a member; NotFound for what is neither, and where the
    release counts nothing."""
    charts = await charts_of(context, iri)
    if not charts:
        raise NotFound(iri)
    return Markup(context.render("charts-section.html", charts=charts))


async def charts_of(context: Context, iri: str) -> list[Chart]:
    """A chart for each rating that the release counts of a plan, or of a member's plans."""
    rows = await context.rows("charts-plans", entity=iri)
    if not rows:
        return []
    plans = list({row["plan"].value: _plan(row) for row in reversed(rows)}.values())[::-1]
    base, member = context.links.base, rows[0]["member"].value
    sets = {name: f"{base}id/cube/{name}-by-member-and-cycle" for name in ("completion", "early-results")}
    counts = await context.rows("charts-counts", member=member, **sets)
    schemes = {name: f"{base}scheme/{name}" for name in ("completion", "early-results", "early-results-2021")}
    scales = await context.rows("charts-scales", **schemes)
    phases = await context.rows("charts-phases", member=member)
    named = {row["value"].value for row in counts} | {row["phase"].value for row in phases}
    labels = await labels_of(context, named)
    return [chart for rating in _RATINGS if (chart := _chart(rating, plans, counts, scales, phases, labels))]


def _plan(row: Row) -> Plan:
    return Plan(row["plan"].value, row["label"].value, row["cycle"].value)


def _chart(
    rating: str, plans: list[Plan], counts: list[Row], scales: list[Row], phases: list[Row], labels: dict[str, str]
) -> Chart | None:
    by_cycle: dict[str, dict[str, int]] = defaultdict(dict)
    for row in counts:
        if row["rating"].value == rating:
            by_cycle[row["cycle"].value][row["value"].value] = int(row["number"].value)
    shown = [plan for plan in plans if by_cycle.get(plan.cycle)]
    values = values_of({value for plan in shown for value in by_cycle[plan.cycle]}, scales, labels)
    title, rule = _RATINGS[rating]
    rated_in = _phases_by_cycle([row for row in phases if row["rating"].value == rating])
    longest = max((sum(by_cycle[plan.cycle].values()) for plan in shown), default=0)
    bars = tuple(
        Bar(
            plan,
            by_cycle[plan.cycle],
            tuple((labels.get(iri) or short(iri), number) for iri, number in rated_in[plan.cycle]),
            _drawn(f"{title}, {plan.title}", values, by_cycle[plan.cycle], longest),
        )
        for plan in shown
    )
    return Chart(title, rule, tuple(values), bars) if bars else None


def values_of(used: Iterable[str], scales: list[Row], labels: dict[str, str]) -> list[Value]:
    """The values in the order of drawing: those of the scale from the lowest, those beside it, then what is absent."""
    places = {row["value"].value: int(row["place"].value) if "place" in row else None for row in scales}
    tops: dict[str, int] = defaultdict(int)
    for iri, place in places.items():
        tops[_scheme(iri)] = max(tops[_scheme(iri)], place or 0)
    found = []
    for iri in used:
        label, place = labels.get(iri) or short(iri), places.get(iri)
        if place is not None:
            found.append(Value(iri, label, "rated", round(_LEVELS * place / max(tops[_scheme(iri)], 1))))
        else:
            found.append(Value(iri, label, "unranked" if iri in places else "absent"))
    order: dict[Kind, int] = {"rated": 0, "unranked": 1, "absent": 2}
    return sorted(found, key=lambda value: (order[value.kind], _scheme(value.iri), value.level, value.label))


def _scheme(iri: str) -> str:
    return iri.rpartition("/")[0]


def _phases_by_cycle(rows: list[Row]) -> dict[str, list[tuple[str, int]]]:
    """How many commitments of each cycle are rated in which phase, the latest phase first."""
    latest: dict[tuple[str, str], str] = {}
    for row in rows:
        key, phase = (row["cycle"].value, row["commitment"].value), row["phase"].value
        if short(phase) in _PHASES and (key not in latest or _rank(phase) < _rank(latest[key])):
            latest[key] = phase
    counted = Counter((cycle, phase) for (cycle, _), phase in latest.items())
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (cycle, phase), number in sorted(counted.items(), key=lambda item: _rank(item[0][1])):
        found[cycle].append((phase, number))
    return found


def _rank(phase: str) -> int:
    return _PHASES.index(short(phase))


def _drawn(title: str, values: Sequence[Value], counts: dict[str, int], longest: int) -> Markup:
    """A bar as wide as its place on the page; parts are cut off at their ends, so that no text leaves them."""
    says = ", ".join(f"{value.label} {counts[value.iri]}" for value in values if value.iri in counts)
    root = stretched(_HEIGHT, class_="rating-bar", role="img", aria_label=f"{title}: {says}")
    before = 0
    for value in values:
        count = counts.get(value.iri, 0)
        if not count:
            continue
        share = count / longest
        part = add(root, "svg", x=_percent(before / longest), width=_percent(share), height=_HEIGHT, class_=value.style)
        add(part, "title", f"{value.label}: {count}")
        add(part, "rect", x=1, y=1, width="100%", height=_HEIGHT - 2, class_="ground")
        fits = width_of(f"{count} {value.label}", _FONT) + 12 < share * _USUAL_WIDTH
        add(part, "text", f"{count} {value.label}" if fits else str(count), x=6, y=17.5)
        before += count
    return Markup(markup(root))


def _percent(share: float) -> str:
    return f"{100 * share:.3f}%"
