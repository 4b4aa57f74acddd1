"""What a text says of a commitment's origin and fate, and what reviewers advise, by its wordings.

Only wordings that name a fact make lineage; advice makes recommendations. The scheme ``fate`` holds the
declarations ("New commitment"); the rest are patterns, in English, French and Spanish.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ogpgraph.vocabulary import Vocabulary

_NOUN = r"(?:commitments?|engagements?|compromisos?)"
_NUMBER = r"(?:nos?\.?|n[°ºo]s?\.?|number|numéro|número|num\.|#)"
_BACKWARD = re.compile(
    r"(?P<building>commitment\s+(?:that\s+)?(?:building|builds|based)\s+(?:up)?on|engagement\s+s['’]appuyant\s+sur"
    r"|engagement\s+fondé\s+sur"
    r"|engagement\s+construit\s+sur|compromiso\s+(?:que\s+se\s+basa|basado|construido)\s+en"
    r"|compromiso\s+que\s+se\s+apoya\s+en)"
    r"|(?P<extending>commitment\s+(?:that\s+)?(?:extending|extends|prolonging|continuing|following\s+up\s+on)"
    r"|engagement\s+prolongeant"
    r"|engagement\s+qui\s+prolonge|engagement\s+étendant|compromiso\s+que\s+(?:amplía|extiende|prolonga)"
    r"|compromiso\s+de\s+continuación\s+de)",
    re.I,
)
_EARLIER = re.compile(
    rf"(?:{_NOUN}\s+(?:{_NUMBER}\s*)?|{_NUMBER}\s*)(?P<number>\d{{1,3}}(?:\.\d{{1,2}})?[a-z]?)(?![\d-])", re.I
)
_EARLIER_PLAN = re.compile(
    r"(?P<years>(?:19|20)\d{2}\s?[-–/]\s?(?:(?:19|20)\d{2}|\d{2}))\s*(?:NAP|PAN|action plan|national action plan)?"
)
_OF_PLAN = re.compile(
    r"\s*,?\s*(?:of|in|from|du|de|dans|del|en)\s+(?:the\s+|le\s+|el\s+)?(?:previous\s+)?(?:(?:19"
    r"|20)\d{2}.{0,8}\s)?(?:NAP|PAN|national action plan|action plan|plan)\b.*$",
    re.I | re.S,
)
_SPLIT = re.compile(
    rf"{_NOUN}\s+(\d+)\s+(?:is|was|has been|est|a été|se|fue)\s+(?:broken|split|divided|divisé|scindé"
    rf"|dividi\w*)\s*(?:down\s+)?(?:in(?:to)?|en)\s+((?:[^.;\n]|\.(?=\d)){{1,200}})",
    re.I,
)
_SUB = re.compile(r"(\d{1,3}\.\d{1,2}[a-z]?)")
_REPLACED = re.compile(
    r"(?P<new>[^.;\n,]{2,120}?)\s+(?:has|have|had|was)?\s*(?:since\s+)?(?:replaced|replaces"
    r"|superseded)\s+(?!by)(?P<old>[^.;,\n\[]{2,120})"
)
_NOT_CARRIED = re.compile(
    r"(?:not|never|n['’]a pas été|no (?:fue|se))\s+(?:be(?:en)?\s+)?(?:carried\s+(?:over|forward)"
    r"|included\s+in\s+the\s+(?:next|new|following)|continued|reconduit|reporté|repris|incluido|trasladado|retomado)",
    re.I,
)
_REFOCUSED = re.compile(r"refocuss?ed|reoriented|reformulated|recentré|reformulé|reformulado|reorientado", re.I)
_INTO_NEXT = re.compile(
    r"(?:integrated|included|incorporated|taken up|carried\s+(?:over|forward)|continued|intégré|repris|reconduit"
    r"|incluido|integrado|trasladado)"
    r"[^.;\n]{0,60}?\b(?:next|new|following|third|second|fourth|fifth|sixth|nouveau|prochain|siguiente"
    r"|nuevo)\b[^.;\n]{0,30}?\bplan\b",
    re.I,
)
_TARGET = re.compile(rf"\bas\s+{_NOUN}\s+(?:{_NUMBER}\s*)?(\d{{1,3}}(?:\.\d+)?)", re.I)
_CARRIED = re.compile(
    r"(?:was|is|were|been|will be|a été|fue)\s+(?:partially\s+|partly\s+)?(?:carried\s+(?:over|forward)|continued"
    r"|reconduit|trasladado)",
    re.I,
)
# What reviewers advise, by its code in scheme/recommendation; the first that fits a sentence wins it.
_ADVICE = (
    (
        "do-not-carry-forward",
        r"\b(?:not|n['’]est pas|no)\b[^.;]{0,40}?\b(?:be\s+)?(?:carr(?:y|ied|ying)(?:\s+\w+){0,3}?\s+(?:forward"
        r"|over)|reconduit|reporté|trasladad[oa]|continuad[oa])",
    ),
    (
        "merge",
        r"\b(?:merg(?:e|ed|ing)|combin(?:e|ed|ing)\s+(?:this|the|these|both)\s+commitments?|fusionner|fusionar)\b",
    ),
    ("formalise-as-forum", r"\bformali[sz]e\b[^.;]{0,80}?\bforum"),
    ("widen-format", r"\b(?:generali[sz]e|extend|widen|broaden)\b[^.;]{0,40}?\bformat\b"),
    (
        "carry-forward",
        r"\b(?:carr(?:y|ied|ying)(?:\s+\w+){0,4}?\s+(?:forward|over)|continue[sd]?\s+(?:this|the)\s+commitment"
        r"|reconduire|trasladar|continuar\s+(?:este|el)\s+compromiso)\b",
    ),
    (
        "revise",
        r"\b(?:revis(?:e|ed|ing)|redesign|reformulate|réviser|revisar)\b[^.;]{0,40}?\b(?:commitment|engagement"
        r"|compromiso)\b",
    ),
    (
        "maintain",
        r"\b(?:maintain|monitor the maintenance|maintenir|mantener)\b[^.;]{0,40}?\b(?:monitor|commitment|suivre"
        r"|suivi|monitorear)\b",
    ),
)
_ADVICE_PATTERNS = tuple((code, re.compile(pattern, re.I)) for code, pattern in _ADVICE)
_CLAUSE = re.compile(
    r",?\s+(?:but|however|while|whereas|mais|tandis que|pero|mientras que|sin embargo)\s+|;\s+"
    rf"|,?\s+(?:and|et|y)\s+(?={_NOUN}\s+(?:{_NUMBER}\s*)?\d)",
    re.I,
)
_SUBJECT = re.compile(
    rf"{_NOUN}\s+(?:{_NUMBER}\s*)?(\d{{1,3}}(?:\.\d{{1,2}})?[a-z]?(?:(?:\s*,\s*|\s+(?:and|et|y"
    rf"|&)\s+)\d{{1,3}}\.\d{{1,2}}[a-z]?)*)(?![\d-])",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ“\"])")


@dataclass(frozen=True)
class Said:
    """One claim that a text makes: a relation or a fate, the numbers it names, and its short wording."""

    printed: str
    start: int
    relation: str | None = None
    fate: str | None = None
    number: str | None = None
    title: str | None = None
    plan: str | None = None
    later_number: str | None = None
    initiative: str | None = None
    doubt: str | None = None


def origins(text: str, vocabulary: Vocabulary) -> Iterator[Said]:
    """What the government says of where a commitment comes from."""
    for match in _BACKWARD.finditer(text):
        end = _statement_end(text, match.end())
        yield from _predecessors(text[match.start() : end], match)
    yield from _declared(text, vocabulary)


def _statement_end(text: str, start: int) -> int:
    """A statement of origin ends with its line, or where the next label of the plan begins."""
    line = text.find("\n", start)
    if line >= 0 and not text[start:line].strip(" :"):
        line = text.find("\n", line + 1)
    label = re.compile(r"\s(?:OGP principles|Principes|Principios|Challenges|Enjeux|Desafíos)\b").search(
        text, start, start + 1500
    )
    ends = [place for place in (line, label.start() if label else -1) if place >= 0]
    return min(ends, default=min(len(text), start + 600))


def _predecessors(statement: str, match: re.Match[str]) -> Iterator[Said]:
    relation = "builtOnBy" if match["building"] else "extendedBy"
    opening = statement[: match.end() - match.start()]
    rest = statement[len(opening) :]
    plan = _EARLIER_PLAN.search(rest)
    years = " ".join(plan["years"].split()).replace(" ", "") if plan else None
    named = [m for m in _EARLIER.finditer(rest) if not plan or not plan.start() <= m.start("number") < plan.end()]
    if not named:
        doubt = "the statement names no number of an earlier commitment"
        yield Said(" ".join(statement.split())[:200], match.start(), relation, plan=years, doubt=doubt)
    for i, earlier in enumerate(named):
        end = named[i + 1].start() if i + 1 < len(named) else len(rest)
        title = _OF_PLAN.sub("", rest[earlier.end() : end])
        title = re.sub(r"[\s;,]*(?:\b(?:and|et|y)\b)?\s*$", "", title).strip(' :,;.-–“”"«»()')
        printed = " ".join(f"{opening}{':' if rest.lstrip().startswith(':') else ''} {earlier[0]}".split())
        printed = printed if not plan else f"{printed} … {' '.join(plan[0].split())}"
        yield Said(printed, match.start(), relation, number=earlier["number"], title=title or None, plan=years)


def _declared(text: str, vocabulary: Vocabulary) -> Iterator[Said]:
    """ "New commitment" or "Existing commitment", on a line of its own or before the next label."""
    scheme = vocabulary.schemes.get("fate")
    if scheme is None:
        return
    labels = {
        label: c.value.rpartition("/")[2]
        for label, c in scheme.labels.items()
        if c.value.rpartition("/")[2].startswith("declared-")
    }
    words = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True) if " " in label)
    pattern = re.compile(
        rf"(?:^|(?<=\n)|(?<=[.)\]]\s)|(?<=\s))({words})"
        r"(?=\s*(?P<ends>\n|$|OGP principles|Principes|Principios)|\s+(?:[•●○–-]|(?-i:[A-ZÀ-Þ¿])))",
        re.I,
    )
    for match in pattern.finditer(text):
        if match[1][0].isupper() and (match["ends"] is not None or _opens(text, match.start())):
            yield Said(match[1], match.start(), fate=labels[" ".join(match[1].split()).casefold()])
            return
    asked = re.search(r"New or (?:ongoing|existing) commitment\s*[?:]?\s*(New|Ongoing|Existing|Yes)\b", text)
    if asked and asked[1] != "Yes":
        yield Said(asked[0], asked.start(), fate="declared-new" if asked[1] == "New" else "declared-existing")


def _opens(text: str, start: int) -> bool:
    """Whether a sentence or a line begins here."""
    return not text[:start].strip() or text[:start].rstrip(" ")[-1] in ".!?:”»\n"


def divisions(text: str) -> Iterator[Said]:
    """That the reviewers divide a number of the plan into several."""
    seen: set[tuple[str, str]] = set()
    for match in _SPLIT.finditer(text):
        for sub in _SUB.findall(match[2]):
            if (match[1], sub) not in seen:
                seen.add((match[1], sub))
                printed = re.sub(r",?\s*(?:which|that|and assessed|to be)\b.*$", "", " ".join(match[0].split()))
                yield Said(printed, match.start(), "splitInto", number=match[1], later_number=sub)


def replacements(text: str, names: dict[str, str]) -> Iterator[Said]:
    """That something done instead took the place of a commitment whose name the page ties to a number."""
    for match in _REPLACED.finditer(text):
        number = next(
            (n for name, n in names.items() if " ".join(match["old"].casefold().split()).startswith(name)), None
        )
        if number:
            new = re.sub(r"^.*?\b(?:thus|therefore|hence)\b,?\s*", "", match["new"].strip(), flags=re.I)
            yield Said(f"replaced {match['old'].strip()}", match.start(), "replacedBy", number=number, initiative=new)


def fates(text: str) -> Iterator[Said]:
    """What a text under "Carried Forward?" says became of a commitment, or of the parts that it names."""
    place = 0
    for sentence in _clauses(text):
        start = text.find(sentence, place)
        place = max(start, place)
        said = _fate(sentence, start)
        if said is None:
            continue
        verb = next(found.start() for p in (_NOT_CARRIED, _INTO_NEXT, _CARRIED) if (found := p.search(sentence)))
        named = _numbers_before(sentence[:verb])
        yield from (replace(said, number=number) for number in named) if named else (said,)


def _fate(sentence: str, start: int) -> Said | None:
    moved = _INTO_NEXT.search(sentence)
    target = _TARGET.search(sentence)
    number = target[1] if target else None
    open_end = None if number else "the commitment of the next plan is not identified"
    denied = _NOT_CARRIED.search(sentence)
    if denied:
        return Said(_short(denied[0]), start, fate="not-carried-forward")
    if moved and _REFOCUSED.search(sentence):
        return Said(_short(moved[0]), start, "refocusedAs", plan="next", later_number=number, doubt=open_end)
    carried = moved or _CARRIED.search(sentence)
    if carried:
        return Said(_short(carried[0]), start, "carriedForwardInto", plan="next", later_number=number, doubt=open_end)
    return None


def _numbers_before(text: str) -> list[str]:
    """The numbers of commitments that a clause is about."""
    return list(
        dict.fromkeys(
            number
            for match in _SUBJECT.finditer(text)
            for number in re.findall(r"\d{1,3}(?:\.\d{1,2})?[a-z]?", match[1])
        )
    )


def _clauses(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        yield from (part for part in _CLAUSE.split(sentence) if part.strip())


def _short(words: str) -> str:
    return re.sub(r"^(?:not|never)\s+be(?:en)?\s+", "not ", " ".join(words.split()))


def advice(text: str) -> list[str]:
    """Codes of scheme/recommendation for the wordings that are known, each once, in their order."""
    codes: list[str] = []
    for sentence in re.split(r"(?<=[.;!?])\s+|\n", text):
        for code, pattern in _ADVICE_PATTERNS:
            if pattern.search(sentence):
                if code not in codes:
                    codes.append(code)
                break
    return codes
