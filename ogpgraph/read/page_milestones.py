"""Milestones of a page: numbered lists of the reviewers, road maps of the plan, bullets with due dates.

A step printed in several places is one milestone: its number comes from where it is numbered, its due date from
where that is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ogpgraph.dates import period, wordings
from ogpgraph.read.page_lines import Line
from ogpgraph.records import PageMilestone

_NUMBERED = re.compile(
    r"(?:^|(?<=[\n\s]))(?:(?:milestone|jalon|étape|hito|activity|activité|actividad)\s+)?"
    r"(\d{1,3}(?:\.\d{1,2}){1,2}[a-z]?)\s*[.:)–-]?\s+(?=[\"“«'‘(]?[A-ZÀ-Þ0-9])",
    re.I,
)
_SIMPLE = re.compile(
    r"^(?:(?:milestone|jalon|étape|hito|activity|activité|actividad)\s+(\d{1,3}[a-z]?)\s*[.:)–-]|(\d{1,2}|[a-h])[.)])\s+",
    re.I,
)
INSIDE_BULLET = re.compile(r"\s(?:[•●○▪\ue000-\uf8ff]\s*)+")
_PREPOSITION = re.compile(
    r"(?:in|by|on|at|during|throughout|before|until|from|between|en|au|dès|avant|d['’]ici|jusqu|courant|durante|pendant|antes|hasta"
    r"|para|desde|mid|mi|end|fin|q\d|h\d|t\d|s\d|semester|semestre|quarter|trimestre|first|second|third|fourth|premier|deuxième|troisième"
    r"|primer|segundo|tercer|cuarto|[1-4](?:st|nd|rd|th|er|e))\b",
    re.I,
)
_NO_DUE_BEFORE = re.compile(
    r"\b(?:of|since|the|de|du|del|la|law|loi|ley|act|plan|no\.?|n°|and|from|version|agenda|dated?)$|/$", re.I
)
# A step with dates of its own, as plans by the template print them.
_OWN_DATES = re.compile(
    r"\b(?:start(?: date)?|date de début|fecha de inicio)\s*:\s*(?P<start>.{4,30}?)\s*[,;-]?\s*"
    r"\b(?:end(?: date)?|date de fin|fecha de (?:finalización|término|fin))\s*:\s*(?P<end>.{4,30})$",
    re.I,
)
_LEADING = re.compile(r"^(?:in|on|en)\s+", re.I)


@dataclass(frozen=True)
class Step:
    """A step as one place prints it."""

    text: str
    number: str | None = None
    due: str | None = None
    plan_number: str | None = None
    printed_in: str = "description"


def step(text: str, number: str | None = None, **more: str | None) -> Step:
    """A step with the due date that its words give."""
    text = " ".join(text.split())
    dated = _OWN_DATES.search(text)
    if dated and dated.start():
        due = f"{dated['start'].strip(' .;,')} – {dated['end'].strip(' .;,')}"
        return Step(text[: dated.start()].strip(" -–:,(;"), number, due, **more)  # type: ignore[arg-type]
    bare, due = due_in(text)
    return Step(bare, number, due, **more)  # type: ignore[arg-type]


def due_in(text: str) -> tuple[str, str | None]:
    """The words without a due date set behind them, and the due date as printed."""
    spans = wordings(text)
    if not spans:
        return text.strip(), None
    start, end = spans[-1]
    if not text[end:].strip(" .;,)") and not _NO_DUE_BEFORE.search(text[max(0, start - 20) : start].rstrip()):
        due = _LEADING.sub("", text[start:end].strip())
        inside = _inside(text, start, end)
        bare = text if inside else text[:start].rstrip(" -–:,(;")
        return (bare or text).strip(), due
    telling = [
        (a, b)
        for a, b in spans
        if _PREPOSITION.match(text[a:b]) and not _NO_DUE_BEFORE.search(text[max(0, a - 20) : a].rstrip())
    ]
    if len(telling) == 1:
        a, b = telling[0]
        return text.strip(), _LEADING.sub("", text[a:b].strip())
    return text.strip(), None


def _inside(text: str, start: int, end: int) -> bool:
    """Whether a due date at the end is part of the sentence ("will be ready by June 2016")."""
    return bool(
        re.match(r"(?:in|by|during|on|before|until|from|en|avant|d['’]ici|hasta|antes)\b", text[start:end], re.I)
    ) and bool(text[:start].strip())


def numbered_steps(lines: list[Line], printed_in: str, plan_number: str | None = None) -> list[Step]:
    """The steps of a list whose numbers are printed; without numbers each line is one."""
    text = "\n".join(line.text for line in lines)
    marks = list(_NUMBERED.finditer(text))
    if marks:
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        return [
            step(text[mark.end() : end], mark[1], printed_in=printed_in)
            for mark, end in zip(marks, ends, strict=True)
            if text[mark.end() : end].strip()
        ]
    found: list[Step] = []
    for line in lines:
        simple = _SIMPLE.match(line.text)
        if simple and line.text[simple.end() :].strip():
            found.append(step(line.text[simple.end() :], simple[1] or simple[2], printed_in=printed_in))
        elif found and not line.bullet and line.text[:1].islower():
            found[-1] = step(f"{found[-1].text} {line.text}", found[-1].number, printed_in=printed_in)
        else:
            found += [step(part, printed_in=printed_in) for part in _parts(line.text)]
    return [replace(s, plan_number=plan_number) for s in found]


def road_map_steps(lines: list[Line]) -> list[Step]:
    """The steps of a road map: a line each, or parts divided by bullets and due dates; sub-points go with theirs."""
    steps: list[Step] = []
    items = [(line.bullet, part) for line in _whole_lines(lines) for part in _parts(line.text)]
    i = 0
    while i < len(items):
        bullet, text = items[i]
        i += 1
        if not text.endswith(":"):
            steps.append(step(text))
            continue
        below: list[str] = []
        while bullet and i < len(items) and items[i][0] != bullet and items[i][0]:
            below.append(items[i][1])
            i += 1
        steps += _grouped(text, below) if below else ([step(text)] if bullet else [])
    return steps


def _grouped(parent: str, below: list[str]) -> Iterable[Step]:
    """Sub-points under one due date are one step; without any they are a step each."""
    parts = [step(text) for text in below]
    if any(part.due for part in parts):
        texts = " ".join([parent, *(part.text for part in parts)])
        return [Step(texts, due=next(part.due for part in reversed(parts) if part.due))]
    return [Step(f"{parent} {part.text}") for part in parts]


def _whole_lines(lines: list[Line]) -> Iterator[Line]:
    """Lines with those that break off in the middle of a sentence put together again."""
    held: Line | None = None
    for line in lines:
        if held is not None and not line.bullet and line.text[:1].islower() and not due_in(held.text)[1]:
            held = replace(held, text=f"{held.text} {line.text}")
            continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _parts(text: str) -> list[str]:
    """A line cut at bullets inside it, and behind due dates that a new sentence follows without a stop."""
    found: list[str] = []
    for part in INSIDE_BULLET.split(text):
        begin = 0
        for start, end in wordings(part):
            following = part[end:].lstrip()
            stop = part[end : end + 1]
            new = bool(following) and (following[0].isupper() or following[0] in '“"«')
            if (
                stop == " "
                and new
                and not _NO_DUE_BEFORE.search(part[max(0, start - 20) : start].rstrip())
                and part[begin:start].strip()
            ):
                found.append(part[begin:end])
                begin = end
        if part[begin:].strip():
            found.append(part[begin:].strip())
    return [p.strip() for p in found if len(p.strip()) > 3]


def dated_bullets(lines: list[Line]) -> list[Step]:
    """Bullets of a description, taken for steps where one of their block is dated."""
    blocks: list[list[str]] = []
    fresh = True
    for line in lines:
        parts = INSIDE_BULLET.split(line.text)
        if line.bullet:
            blocks = [*blocks, []] if fresh else blocks
            blocks[-1] += parts
        elif len(parts) > 1:
            blocks.append(parts[1:])
        fresh = not line.bullet
    return [step(text) for block in blocks if any(due_in(text)[1] for text in block) for text in block if text.strip()]


def merged(steps: Iterable[Step], own_number: str | None) -> list[PageMilestone]:
    """One record a step, in the order of first print; steps of another number of the plan are kept apart."""
    found: dict[str, Step] = {}
    for each in steps:
        key = re.sub(r"[\W_]", "", each.text).casefold()
        if not key:
            continue
        other = each.plan_number if each.plan_number != own_number else None
        before = found.get(key)
        if before is None:
            found[key] = replace(each, plan_number=other)
        else:
            clearer = each.text if each.number and not before.number else before.text
            found[key] = Step(
                clearer, before.number or each.number, before.due or each.due, before.plan_number, before.printed_in
            )
    return _records(list(found.values()))


def _records(steps: list[Step]) -> list[PageMilestone]:
    places: dict[str | None, int] = {}
    records = []
    for each in steps:
        places[each.plan_number] = places.get(each.plan_number, 0) + 1
        fields: dict[str, object] = {"number": each.number or str(places[each.plan_number]), "text": each.text}
        if not each.number:
            fields["number_printed"] = False
        if each.plan_number:
            fields["plan_number"] = each.plan_number
        if each.due:
            fields["due_text"] = each.due
            bounds = period(each.due)
            if bounds is not None:
                fields["due_start"] = bounds.start.isoformat() if bounds.start else None
                fields["due_end"] = bounds.end.isoformat()
        records.append(PageMilestone(**fields, printed_in=each.printed_in))  # type: ignore[arg-type]
    return records


def dated_by_step(lines: list[Line]) -> bool:
    """Whether dates behind labels stand between numbered steps, so that they are dates of steps."""
    text = "\n".join(line.text for line in lines)
    label = re.search(r"(?:start date|date de début|fecha de inicio)\s*:", text, re.I)
    return bool(label and _NUMBERED.search(text, label.end()))
