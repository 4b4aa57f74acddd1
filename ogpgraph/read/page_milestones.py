"""Milestones of a page: numbered lists of the reviewers, road maps of the plan, bullets with due dates.

A step printed in several places is one milestone: its number comes from where it is numbered, its due date from
where that is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ogpgraph.dates import Period, period, wordings
from ogpgraph.read.page_lines import Line
from ogpgraph.records import PageMilestone

_NUMBERED = re.compile(
    r"(?:^|(?<=[\n\s])|(?<=[a-zà-ÿ.;)])(?=\d{1,3}\.\d{1,2}))(?:(?:milestone|jalon|étape|hito|activity|activité"
    r"|actividad)\s+)?"
    r"(\d{1,3}(?:\.\d{1,2}){1,2}[a-z]?)\s*[.:)–-]?(?:\s+(?=[\"“«'‘(]?[A-ZÀ-Þ0-9])|(?=[A-ZÀ-Þ][a-zà-ÿ]))",
    re.I,
)
_SIMPLE = re.compile(
    r"^(?:(?:milestone|jalon|étape|hito|activity|activité|actividad)\s+(\d{1,3}[a-z]?)\s*[.:)–-]|(\d{1,2}"
    r"|[a-h])[.)](?:\s|(?=[A-ZÀ-Þ])))\s*",
    re.I,
)
INSIDE_BULLET = re.compile(r"\s*(?:[•●○▪\ue000-\uf8ff]\s*)+")
_LOST_SPACES = (
    re.compile(r"(?<=(?:19|20)\d\d)(?=[A-ZÀ-Þ][a-zà-ÿ])"),
    re.compile(
        r"(?<=[a-zà-ÿ)])(?=(?:Semest(?:er|re)|Quarter|Trimest(?:er|re)|January|February|March|April|May|June|July"
        r"|August"
        r"|September|October|November|December)\s\d)"
    ),
)
_PREPOSITION = re.compile(
    r"(?:in|by|on|at|during|throughout|before|until|from|between|en|au|dès|avant|d['’]ici|jusqu|courant|durante"
    r"|pendant|antes|hasta"
    r"|para|desde|mid|mi|end|fin|q\d|h\d|t\d|s\d|semester|semestre|quarter|trimestre|first|second|third|fourth"
    r"|premier|deuxième|troisième"
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
_SAYS_SO = re.compile(
    r"(?:^|(?<=[\n.;]\s)|(?<=\n))(?:milestone|jalon|étape"
    r"|hito)\s+(\d{1,3}(?:\.\d{1,2}){0,2}[a-z]?)\s*[:.)–-]\s+(?=[A-ZÀ-Þ\"“«])",
    re.I,
)
_LONGEST_DATED_LINE = 160
_FEWEST_WORDS = 3
_IN_LINES = re.compile(
    r"(?m)^(?:(?:milestone|jalon|étape|hito|activity|activité|actividad|step"
    r"|action)\s+)?\(?(\d{1,2}(?:\.\d{1,2}){0,2}[a-z]?)"
    r"(?:\s?[.:)–-]\s*|\s+)(?=[A-ZÀ-Þ“\"«¿])",
    re.I,
)
_HYPHEN_ITEM = re.compile(r"(?:^|\s)[–-]\s+(?=[A-ZÀ-Þ])(?!(?:\S+\s)?(?:\S+\s)?(?:19|20)\d{2})")
# Words before a date that belong to it, where the wording alone gives no bounds.
_BEFORE_DATE = re.compile(
    r"(?:\b(?:by|before|until|till|from|no later than|as of|starting(?: in| from)?|(?:the )?(?:beginning|start"
    r"|end) of|early|late|end"
    r"|in the course of|each year until|every year until|a fines de|antes de|para|hasta|desde|a partir de"
    r"|à partir de|d['’]ici à"
    r"|avant|dès)\s+)+(?:the\s+)?$",
    re.I,
)
_ONLY_END = re.compile(
    r"(?:by|before|until|till|no later than|antes de|para|hasta|avant|d['’]ici(?: à)?)\s+(?:the\s+)?", re.I
)
_AHEAD = re.compile(r"\s*[:–—]\s+|\s+-\s+")
# The head of a table of steps, set as text.
_TABLE_HEAD = re.compile(
    r"^(?:(?:start|end|due)(?: date)?|dates? de (?:début|fin)|fecha de (?:inicio|finalización|término|fin)|milestones?"
    r"|responsible|[\s:|])+(?=\n|\d|$)",
    re.I,
)
_IN_ORDER = re.compile(r"(?:^|(?<=[\s;]))\(?(\d{1,2})[.)]\s*(?=[A-ZÀ-Þ“\"«¿])")
_DATE_LABEL = re.compile(r"^(?:start|end|due|date de|fecha de)\b.{0,20}:", re.I)
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
    pair = _pair_at_end(text)
    if pair:
        return Step(text[: pair[0]].strip(" -–:,(;."), number, pair[1], **more)  # type: ignore[arg-type]
    bare, last = due_in(text)
    return Step(bare, number, last, **more)  # type: ignore[arg-type]


def _pair_at_end(text: str) -> tuple[int, str] | None:
    """Where two dates with nothing between them end a text, as the columns of a table do, and both as one."""
    spans = wordings(text)
    if len(spans) < 2 or text[spans[-1][1] :].strip(" .;,)"):
        return None
    (start, middle), (begin, end) = spans[-2:]
    if start == 0 or text[middle:begin].strip() or not (_is_bare(text[start:middle]) and _is_bare(text[begin:end])):
        return None
    return start, f"{text[start:middle].strip()} – {text[begin:end].strip()}"


def _is_bare(date: str) -> bool:
    found = period(date)
    return found is not None and found.kind in ("day", "month", "year") and not _PREPOSITION.match(date)


def due_in(text: str) -> tuple[str, str | None]:
    """The words without a due date set behind them, and the due date as printed."""
    spans = wordings(text)
    if not spans:
        return text.strip(), None
    start, end = spans[0]
    ahead = _AHEAD.match(text, end)
    if start == 0 and ahead and text[ahead.end() :].strip() and len(spans) == 1:
        return text[ahead.end() :].strip(), _LEADING.sub("", text[:end].strip())
    start, end = spans[-1]
    led = _BEFORE_DATE.search(text, 0, start)
    start = led.start() if led and led.start() else start
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
    text = _TABLE_HEAD.sub("", "\n".join(line.text for line in lines))
    marks = list(_NUMBERED.finditer(text)) or _in_order(text)
    if marks:
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        return [
            step(_without_rest(text[mark.end() : end]), mark[1], printed_in=printed_in)
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


def _in_order(text: str) -> list[re.Match[str]]:
    """Marks "1." "2." … that count up from one, wherever they stand."""
    marks: list[re.Match[str]] = []
    for mark in _IN_ORDER.finditer(text):
        if int(mark[1]) == len(marks) + 1:
            marks.append(mark)
    return marks if len(marks) > 1 else []


def _without_rest(text: str) -> str:
    """A step without lines that follow it and neither go on with it nor date it."""
    first, *others = text.strip().split("\n")
    kept = [first]
    for line in others:
        dates = wordings(line)
        dated = bool(_DATE_LABEL.match(line)) or (bool(dates) and dates[0][0] == 0 and dates[-1][1] >= len(line) - 1)
        if not (dated or line[:1].islower() or len(others) == 0):
            break
        kept.append(line)
    return " ".join(kept).rstrip(" ;")


def labelled_steps(lines: list[Line], printed_in: str) -> list[Step]:
    """Steps that say themselves what they are: "Milestone 1: …", each on its line or one behind the other."""
    text = "\n".join(line.text for line in lines)
    marks = list(_SAYS_SO.finditer(text))
    if not marks:
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        step(_without_rest(text[mark.end() : end]), mark[1], printed_in=printed_in)
        for mark, end in zip(marks, ends, strict=True)
        if text[mark.end() : end].strip()
    ]


def counted_steps(lines: list[Line], printed_in: str) -> list[Step]:
    """Steps of a text that counts them ("1. … 2. …", "4.1 … 4.2 …"), without any other sign of a list."""
    text = "\n".join(line.text for line in lines)
    counted = len(_in_order(text)) > 1 or len(_NUMBERED.findall(text)) > 1
    return numbered_steps(lines, printed_in) if counted else []


def dated_numbers(lines: list[Line]) -> list[Step]:
    """Numbered lines that follow each other without a label above, taken for steps where one of them is dated."""
    text = "\n".join(line.text for line in lines)
    marks = list(_IN_LINES.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    steps = [
        step(_without_rest(text[mark.end() : end]), mark[1], printed_in="description")
        for mark, end in zip(marks, ends, strict=True)
        if text[mark.end() : end].strip()
    ] if len(marks) > 1 else []  # fmt: skip
    return steps if any(each.due for each in steps) else []


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
    for mark in _LOST_SPACES:
        text = mark.sub(" ", text)
    items = INSIDE_BULLET.split(text)
    if text[:1] in "-–" or len(_HYPHEN_ITEM.findall(text)) > 1:
        items = [part for item in items for part in _HYPHEN_ITEM.split(item)]
    for part in items:
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
    blocks: list[list[str]] = [_dated_lines(lines)]
    fresh = True
    for line in lines:
        parts = INSIDE_BULLET.split(line.text)
        if len(parts) == 1 and len(_HYPHEN_ITEM.findall(line.text)) > 1:
            parts = _HYPHEN_ITEM.split(line.text)
        if line.bullet:
            blocks = [*blocks, []] if fresh else blocks
            blocks[-1] += parts
        elif len(parts) > 1:
            blocks.append(parts[1:])
        fresh = not line.bullet
    return [step(text) for block in blocks if any(due_in(text)[1] for text in block) for text in block if text.strip()]


def _is_dated(text: str) -> bool:
    """Whether a short line without a full stop ends in a due date and is more than a label with its date."""
    if len(text) >= _LONGEST_DATED_LINE or len(text.split()) <= _FEWEST_WORDS or ":" in text[:20]:
        return False
    if _DATE_LABEL.match(text) or INSIDE_BULLET.search(text) or not re.search(r"\d\)?$", text):
        return False
    return due_in(text)[1] is not None


def _dated_lines(lines: list[Line]) -> list[str]:
    """Short lines without a bullet or a full stop of which each ends in a due date; one alone is no list."""
    found = [line.text for line in lines if not line.bullet and _is_dated(line.text)]
    return found if len(found) > 1 else []


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
            bounds = _bounds(each.due)
            if bounds is not None:
                fields["due_start"] = bounds.start.isoformat() if bounds.start else None
                fields["due_end"] = bounds.end.isoformat()
        records.append(PageMilestone(**fields, printed_in=each.printed_in))  # type: ignore[arg-type]
    return records


def _bounds(due: str) -> Period | None:
    """The bounds of a due date; a last day alone where words before the date only say by when."""
    found = period(due)
    led = _ONLY_END.match(due)
    if found is None and led:
        last = period(re.sub(r"^(?:end(?: of)?|fines de)\s+", "", due[led.end() :], flags=re.I))
        return Period("by-date", None, last.end) if last else None
    return found


def dated_by_step(lines: list[Line]) -> bool:
    """Whether dates behind labels stand between numbered steps, so that they are dates of steps."""
    text = "\n".join(line.text for line in lines)
    label = re.search(r"(?:start date|date de début|fecha de inicio)\s*:", text, re.I)
    if label is None:
        return False
    counted = _in_order(text)
    between = any(mark.start() > label.end() for mark in counted) and any(
        mark.end() < label.start() for mark in counted
    )
    return between or bool(_NUMBERED.search(text, label.end()))
