"""Lists of institutions as pages print them, split into the names of bodies where the text gives evidence.

Semicolons, bullets and lines of their own divide; commas do where a new name begins behind them, and not in
brackets or inside a ministry's portfolio. Names that are known of the member decide before any rule.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ogpgraph.read.institution_labels import at_labels, without_group_heads
from ogpgraph.read.institution_runs import KINDS, cut_run
from ogpgraph.vocabulary import folded


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HEADS = _words(
    """
    ministry ministries minister ministers department departments directorate agency agencies office offices
    secretariat secretary commission commissioner committee council institute institution national federal state
    authority authorities bureau bank court parliament assembly senate congress university universities
    association associations foundation centre center network federation union chamber municipality
    municipalities city prefecture presidency president cabinet board service services administration unit
    registry ombudsman supreme police treasury inspectorate directorate-general interministerial
    inter-ministerial general high central civil organisation organisations organization organizations coalition
    alliance group society citizens ngos csos private public local regional academia embassy fund archives
    statistics house consultative advisory autonomous independent all ministère ministères ministre direction
    agence secrétariat secrétaire conseil institut autorité cour assemblée sénat fondation haute haut premier
    banque université réseau collectif collectivités délégation ministerio ministerios ministro secretaría
    agencia dirección instituto consejo comisión oficina corte congreso asociación fundación red universidad
    contraloría procuraduría presidencia vicepresidencia unidad superintendencia municipalidad senado cámara
    tribunal servicio banco defensoría gobierno
    """
)
_HEAD = re.compile(rf"(?:the\s+|la\s+|le\s+|les\s+|l['’]|el\s+|los\s+|las\s+)?(?:{'|'.join(sorted(_HEADS))})\b", re.I)
_MINISTRY = re.compile(
    r"(?:the\s+)?(?:ministr(?:y|ies|er)|minist[eè]re|ministerio|ministre|ministro|department|departments"
    r"|secretar(?:y|iat)"
    r"|secretaría|directorate|state secretariat|undersecretar(?:y|iat)|office|direction|dirección)\b.{0,40}?"
    r"\b(?:of|for|de|du|des|d['’])",
    re.I,
)
_FIELDS = _words(
    """
    social affairs
    industry industries energy planning science sciences culture youth sport sports trade environment education
    health labour labor employment commerce transport transportation infrastructure housing agriculture forestry
    fisheries fishing tourism communication communications technology technologies innovation research justice
    defence defense finance economy development investment investments equality families family mining water
    lands forests climate digitalization budget immigration migration consumers cooperation telecommunications
    competitiveness territories cohesion welfare parliamentary arts heritage media sovereignty integration food
    livestock entrepreneurship skills art urban rural industria energía ciencia cultura deporte comercio
    ambiente educación salud trabajo empleo transporte vivienda agricultura turismo innovación investigación
    hacienda industrie énergie jeunesse environnement éducation santé travail emploi transports logement pêche
    tourisme recherche
    """
)
_CONTINUES = re.compile(
    r"(?:attached|in charge|responsible|under|reporting|and\b|et\b|y\b|of\b|for\b|rattachée?|chargée?|auprès"
    r"|adjoint|placé|inc\b|ltd\b"
    r"|llc\b|s\.a\.|adscrit[oa]|adjunt[oa]|a cargo|including|through|as well as|within|de\b|du\b|des\b"
    r"|dependiente|sous\b)",
    re.I,
)
_BULLETS = re.compile(
    r"\s*[•●○◦▪■‣∙·]\s*|(?:^|(?<=\s))\*\s*(?=[^\W\d_])|^[–—-]\s*(?=[^\W\d_])"
    r"|(?:^|(?<=\s))\(?(?:\d{1,2}|[a-h])[.)]\s*(?=[A-ZÀ-Þ])"
)
# A hyphen with a space on one side at least; alone, it may stand inside a name.
_HYPHENS = re.compile(r"\s+[–—-]\s*(?=[^\W\d_])|(?<=[a-zà-ÿ)])[–—-]\s+(?=[A-ZÀ-Þ])")
_PART_OF_A_BODY = re.compile(
    r"(?:the\s+)?(?:department|directorate|office|unit|division|direction|bureau|dirección|oficina|faculty|school"
    r"|centre"
    r"|center|institute|service|secretariat|administration)\b",
    re.I,
)
_OF_A_UNIVERSITY = re.compile(r"(?:the\s+)?(?:faculty|school|department|faculté|facultad|escuela|chair)\b", re.I)
_FULL_STOP = re.compile(
    r"(?:(?<=[a-zà-ÿ]{3})"
    r"|(?<=\)))(?<!Dept)(?<!Govt)(?<!Univ)(?<!Assoc)(?<!Corp)(?<!Prof)(?<!Natl)(?<!Intl)\.\s*(?=[A-ZÀ-Þ])"
)
_TOGETHER = re.compile(
    r",?\s+(?:as well as|along with|together with|in (?:cooperation|co-operation|collaboration|partnership) with"
    r"|en (?:collaboration|partenariat|coopération) avec|en (?:colaboración|conjunto|cooperación) con)\s+"
    r"(?=(?:the |la |le |les |l['’]|el |los |las )?[A-ZÀ-Þ])"
)
_AFTER_ACRONYM = re.compile(r"(?<=[A-ZÀ-Þ]\))\s+(?=[A-ZÀ-Þ])")
_REPEATED_HEAD = re.compile(r"(?<=[a-zà-ÿ)])\s+(?=(?:Ministry|Ministère|Ministerio)\s(?:of|for|de|du|des)\s)")
_NEW_SENTENCE = re.compile(r"(?<=[a-zà-ÿ)])\s+(?=The\s[a-z])")
_AND_HEAD = re.compile(rf"\s*,?\s+(?:and|et|y|e)\s+(?={_HEAD.pattern})", re.I)
_OF_KIND = re.compile(r"(?:the\s+)?[A-ZÀ-Þ]\S+\s(?:of|for|de|du|des|del)\s")
_OF_ANY = re.compile(rf"\b(?:{'|'.join(sorted(KINDS))})\s(?:of|for|de|des|du)\s", re.I)
_AND_ANY = re.compile(r"\s*,?\s+(?:and|&)\s+(?=(?:the\s+)?[A-ZÀ-Þ])")
_SLASH = re.compile(r"\s+/\s+")
_GLUED = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=[A-ZÀ-Þ]\))(?=[A-ZÀ-Þ])")
_AND = re.compile(r"\s+(?:and|&|et|y)\s+")
_NOT_BEFORE_HEAD = re.compile(
    r"\b(?:of|the|to|by|and|for|in|with|de|du|la|le|des|del|under|deputy|acting|[A-Z]\.)$", re.I
)


@dataclass
class Split:
    """The names found, and why the split may be wrong."""

    names: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def split_names(lines: Sequence[str], known: Collection[str] = ()) -> Split:
    """The names of bodies in a printed list; ``known`` are folded names of the member's institutions."""
    split = Split()
    for part, listed in _divided(list(lines)):
        for name in _of_part(part, known, split.doubts, listed):
            name = _clean(name)
            if name and name not in split.names:
                split.names.append(name)
    return split


def _divided(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Parts at semicolons, bullets, sub-labels, full stops and line breaks, and which marks divided them."""
    whole = _joined_lines(lines)
    for line in whole:
        for piece, labelled in at_labels(without_group_heads(line)):
            items = [item for item in _at_marks(piece) if item.strip()]
            parts = [part for item in items for part in _outside_brackets(item, ";|") if part.strip()]
            marks = "semicolons" if len(parts) > len(items) else ""
            if len(whole) > 1 or len(items) > 1 or _BULLETS.match(piece):
                marks = "lines"
            for part in parts:
                sentences = [one.strip() for one in _at_full_stops(part) if one.strip()]
                for sentence in sentences:
                    yield sentence, "" if labelled or len(sentences) > 1 else marks


def _at_marks(piece: str) -> list[str]:
    """Items at bullets and numbers, and at hyphens that list and do not belong to a name."""
    items: list[str] = []
    begun = bool(re.match(r"[–—-]", piece))
    for item in _BULLETS.split(piece):
        parts = _HYPHENS.split(item)
        items += parts if begun or len(parts) > 2 or all(map(_has_kind, parts)) else [item]
    return items


def _at_full_stops(text: str) -> Iterator[str]:
    place = 0
    for match in _FULL_STOP.finditer(text):
        if not _depth(text, match.start()):
            yield text[place : match.start()]
            place = match.end()
    yield text[place:]


def _joined_lines(lines: list[str]) -> list[str]:
    """Lines as the author meant them: one that begins small or follows "of" or a comma goes on with the last."""
    joined: list[str] = []
    for line in lines:
        line = line.strip()
        if not line:
            continue
        previous = joined[-1] if joined else ""
        opened = previous.count("(") > previous.count(")")
        goes_on = (line[0].islower() and not _HEAD.match(line)) or line[0] in ",;)&"
        unfinished = re.search(r"(?:\b(?:of|for|the|and|de|du|des|et|y|to|in|la|le)|[-–&,])$", previous)
        if joined and (opened or goes_on or unfinished):
            joined[-1] = f"{previous} {line}"
        else:
            joined.append(line)
    return joined


def _outside_brackets(text: str, marks: str) -> Iterator[str]:
    """The parts of a text between marks that stand outside brackets; an unclosed bracket counts for nothing."""
    depth, start = 0, 0
    balanced = text.count("(") == text.count(")")
    for i, letter in enumerate(text):
        if letter == "(" and balanced:
            depth += 1
        elif letter == ")" and balanced:
            depth = max(0, depth - 1)
        elif letter in marks and depth == 0:
            yield text[start:i]
            start = i + 1
    yield text[start:]


def _of_part(part: str, known: Collection[str], doubts: list[str], listed: str) -> list[str]:
    """The names in a part that only commas, conjunctions and spaces divide."""
    if _is_known(part, known):
        return [part]
    names: list[str] = []
    pieces = [piece.strip() for piece in _outside_brackets(part, ",") if piece.strip()]
    if len(pieces) > 1 and not listed:
        pieces = [name for piece in pieces for name in ([piece] if _is_known(piece, known) else _run(piece, doubts))]
    for name in _names_of_pieces(pieces, known, doubts, listed):
        names += _at_conjunctions(name, known, doubts)
    return names


def _names_of_pieces(pieces: list[str], known: Collection[str], doubts: list[str], listed: str) -> list[str]:
    """Names made of pieces between commas; where other marks divide the list, a comma stays inside a name."""
    names: list[str] = []
    i = 0
    while i < len(pieces):
        width = _known_width(pieces, i, known)
        if width:
            names.append(", ".join(pieces[i : i + width]))
            i += width
            continue
        piece = pieces[i]
        inside = listed and not _new_in_item(names, piece, pieces, listed)
        if names and (inside or _belongs_to(names[-1], piece, pieces[i + 1 :], known, doubts)):
            names[-1] = f"{names[-1]}, {piece}"
        else:
            names.append(piece)
        i += 1
    return names


def _new_in_item(names: list[str], piece: str, pieces: list[str], listed: str) -> bool:
    """Whether a comma inside an item of a list divides after all.

    Between semicolons it does before a new body that is no part of another; on a line of its own, or behind a
    bullet, only where the same kind comes again or nothing but bodies stand between the commas.
    """
    if _is_acronym(piece):
        return True
    if not names or not _HEAD.match(piece):
        return False
    if listed == "semicolons" and not _PART_OF_A_BODY.match(piece):
        return True
    same = names[-1].split(" ")[0].casefold() == piece.split(" ")[0].casefold()
    return same or (len(pieces) > 2 and all(_HEAD.match(each) for each in pieces))


def _known_width(pieces: list[str], i: int, known: Collection[str]) -> int:
    """How many pieces from ``i`` on make a known name; the longest wins."""
    if not known:
        return 0
    return next((w for w in range(min(6, len(pieces) - i), 0, -1) if _is_known(", ".join(pieces[i : i + w]), known)), 0)


def _belongs_to(before: str, piece: str, following: list[str], known: Collection[str], doubts: list[str]) -> bool:
    """Whether a comma stands inside a name: the piece behind it only goes on with what was before."""
    if _is_known(before, known):
        return False
    core = re.split(r"(?<=\))\s|\s(?=\()", piece)[0]
    core = next((part for part in _cut(core, _AND_ANY, _begins_body)), core)
    words = re.findall(r"[^\W\d_][\w'’-]*", core)
    if _OF_A_UNIVERSITY.match(piece) and re.search(r"\b(?:universit\w+|college|academy)\b", before, re.I):
        return True
    if _begins_body("", core) and not _CONTINUES.match(piece):
        return False
    before = _cut(before, _AND_ANY, _begins_body)[-1]
    last = before.rpartition(",")[2].strip() if "," in before else before
    ministry = bool(_MINISTRY.match(before))
    portfolio = ministry and bool(words) and all(w.lower() in _FIELDS or w.lower() in _LINKS for w in words)
    if re.match(r"(?:and|et|y|&)\s", piece):
        rest = re.sub(r"^(?:and|et|y|&)\s+", "", piece)
        return not _HEAD.match(rest) and ministry and not _is_acronym(rest)
    if _CONTINUES.match(piece):
        return True
    if _HEAD.match(piece) and not portfolio:
        return False
    if before.endswith(")") or last.isupper() or not words:
        return not words
    if portfolio:
        return True
    if ministry and words[0].lower() in _FIELDS and len(words) <= 6:
        return True
    tail = next((p for p in following if not _is_portfolio(p)), "")
    closes = any(
        re.search(r"\s(?:and|et|y|&)\s|^(?:and|et|y)\s", p) for p in [core, *following[:2]] if not _HEAD.match(p)
    )
    sides = [side.strip() for side in re.split(r"\s(?:and|et|y|&)\s", core)]
    pair = len(sides) == 2 and all(re.fullmatch(r"[^\W\d_]+", side) for side in sides)
    plurals = all(re.fullmatch(r"[A-ZÀ-Þ][^\W\d_]{2,}s", side) or side.lower() in _FIELDS for side in sides)
    if _OF_ANY.search(before) and closes and plurals and not _is_acronym(piece):
        doubts.append(f"'{before}, {piece}' is taken for one body")
        return True
    followed = bool(_HEAD.match(tail or piece)) and not pair
    if ministry and len(words) <= 5 and closes and not followed and not _is_acronym(piece):
        doubts.append(f"'{before}, {piece}' is taken for one body")
        return True
    return False


_LINKS = _words("and et y the of for de la le les des du and/or &")


def _is_portfolio(piece: str) -> bool:
    words = re.findall(r"[^\W\d_][\w'’-]*", piece)
    return bool(words) and all(word.lower() in _FIELDS or word.lower() in _LINKS for word in words)


def _is_acronym(text: str) -> bool:
    return bool(re.fullmatch(r"[A-ZÀ-Þ][A-ZÀ-Þ0-9&-]{1,9}", text.strip(" .()")))


def _at_conjunctions(name: str, known: Collection[str], doubts: list[str]) -> list[str]:
    """Names inside one piece: at "and" before a new kind of body, behind an acronym in brackets, at a new head."""
    if _is_known(name, known):
        return [name]
    parts = [name]
    parts = [p for part in parts for p in _cut(part, _TOGETHER, lambda left, right: True)]
    parts = [p for part in parts for p in _run(part, doubts)]
    parts = [p for part in parts for p in _cut(part, _AND_HEAD, lambda left, right: _both_bodies(left, right, known))]
    parts = [p for part in parts for p in _cut(part, _AND_ANY, _two_kinds)]
    parts = [p for part in parts for p in _cut(part, _SLASH, _bodies_at_slash)]
    parts = [p for part in parts for p in _cut(part, _GLUED, _glued_bodies, doubts)]
    parts = [p for part in parts for p in _cut(part, _AFTER_ACRONYM, lambda left, right: True, doubts)]
    parts = [p for part in parts for p in _cut(part, _REPEATED_HEAD, _new_head, doubts)]
    parts = [p for part in parts for p in _cut(part, _NEW_SENTENCE, lambda left, right: True, doubts)]
    return [p for part in parts for p in _at_and(part, known, doubts)]


def _run(part: str, doubts: list[str]) -> list[str]:
    names = cut_run(part)
    if len(names) > 1:
        doubts.append(f"'{part}' is taken for {len(names)} bodies with nothing between them")
    return names


def _two_kinds(left: str, right: str) -> bool:
    """Whether both sides of "and" are bodies by their own kinds: "Land Office and Dockers' Union"."""
    closed = left.endswith(")") or (left.split()[-1].casefold() in KINDS and len(left.split()) > 1)
    right = _up_to_kind(right) if closed else _AND_ANY.split(right)[0]
    last = re.sub(r"^the\s+", "", right.partition(",")[0]).split()
    if not (len(last) > 1 and last[0][0].isupper() and _has_kind(left)):
        return False
    if last[0].casefold() in KINDS and _OF_KIND.match(" ".join(last)):
        return True
    head = re.split(r"\s(?:\(|of\s|for\s)", " ".join(last))[0].split()
    if len(head) < 2 or head[-1].casefold() not in KINDS:
        return False
    if closed or re.search(r"['’]s?$", last[0]):
        return True
    fields = last[0].casefold() in _FIELDS or _is_portfolio(last[0])
    return not (fields and _MINISTRY.match(left)) and not last[0].casefold().endswith(("ry", "ce"))


def _up_to_kind(text: str) -> str:
    """A text up to the first "and" behind a kind of body: "Roads and Bridges Directorate" is one name."""
    found = ""
    for part in _AND_ANY.split(text):
        found = f"{found} and {part}" if found else part
        if _has_kind(part):
            break
    return found


def _begins_body(left: str, right: str) -> bool:
    """Whether the words behind "and" make a body by themselves, so that a portfolio ends before it."""
    right = re.sub(r"^the\s+", "", _AND_ANY.split(right)[0])
    words = re.sub(r"\s*\([^()]*\)$", "", right).split()
    if len(words) < 2:
        return False
    of_kind = words[0].casefold() in KINDS and words[1] != "and" and bool(_OF_KIND.match(right))
    return of_kind or (words[-1].casefold() in KINDS and words[0].casefold() not in _FIELDS)


def _has_kind(text: str) -> bool:
    return any(word.casefold() in KINDS for word in re.findall(r"[\w-]+", text))


def _bodies_at_slash(left: str, right: str) -> bool:
    """Whether a slash between spaces stands between two bodies."""
    return _has_kind(left) and _has_kind(right)


def _glued_bodies(left: str, right: str) -> bool:
    """Whether a lost space stood between two names."""
    words = left.split()
    kind = bool(words) and words[-1].casefold() in KINDS and len(words) > 1
    begins = len(words) > 1 and bool(_HEAD.match(right)) and " " in right
    return left.endswith(")") or kind or begins


def _cut(text: str, mark: re.Pattern[str], may: object, doubts: list[str] | None = None) -> list[str]:
    parts: list[str] = []
    start = 0
    for match in mark.finditer(text):
        left, right = text[start : match.start()], text[match.end() :]
        if _depth(text, match.start()) == 0 and left.strip() and right.strip() and may(left, right):  # type: ignore[operator]
            parts.append(left)
            start = match.end()
            if doubts is not None:
                doubts.append(f"'{left.strip()}' and what follows it are taken for several bodies")
    return [*parts, text[start:]]


def _both_bodies(left: str, right: str, known: Collection[str]) -> bool:
    """Whether "and" joins two bodies and no two fields of one."""
    if _is_known(left, known):
        return True
    first = right.split(" ")[0].lower()
    if not _HEAD.match(left) and not re.search(r"\([A-Z]{2,}\)$|^[A-Z]{2,}$", left.strip()):
        ends = len(left.split()) > 1 and left.split()[-1].casefold() in KINDS
        begins = bool(_MINISTRY.match(right))
        return (begins and (len(left.split()) <= 4 or _has_kind(left))) or (ends and bool(_OF_KIND.match(right)))
    weak = {
        "public",
        "local",
        "regional",
        "general",
        "civil",
        "national",
        "state",
        "private",
        "central",
        "services",
        "high",
    }
    weak |= {
        "federal",
        "administration",
        "service",
        "development",
        "society",
        "citizens",
        "statistics",
        "archives",
        "all",
    }
    weak |= {
        "public",
        "red",
        "haut",
        "police",
        "treasury",
        "group",
        "house",
        "independent",
        "organisation",
        "institution",
    }
    return first not in weak or (
        bool(re.match(r"(?:the\s+)?(?:National|Federal|State|Central|General)\s+[A-Z]", right))
        and not (_MINISTRY.match(left) and len(right.split()) <= 2)
    )


def _new_head(left: str, right: str) -> bool:
    return bool(_MINISTRY.match(left.strip())) and not _NOT_BEFORE_HEAD.search(left.strip()) and len(left.split()) > 1


def _at_and(name: str, known: Collection[str], doubts: list[str]) -> list[str]:
    """Two short proper names joined by "and": certain where one is known, else a doubt."""
    match = _AND.search(name)
    if match is None or _depth(name, match.start()):
        return [name]
    left, right = name[: match.start()], name[match.end() :]
    if _is_known(left, known) or _is_known(right, known):
        return [left, *_at_and(right, known, doubts)]
    proper = all(_is_proper(side) for side in (left, right))
    if " " not in left and not _is_acronym(left) and right.split()[-1].casefold() in KINDS:
        return [name]
    if not proper or _HEAD.match(left) or _HEAD.search(left) or _is_portfolio(right) or _MINISTRY.match(name):
        return [name]
    doubts.append(f"'{name}' is taken for two bodies")
    return [left, right]


def _is_proper(text: str) -> bool:
    words = text.split()
    return 0 < len(words) <= 3 and all(word[0].isupper() for word in words)


def _depth(text: str, place: int) -> int:
    return text.count("(", 0, place) - text.count(")", 0, place)


def _is_known(text: str, known: Collection[str]) -> bool:
    return bool(known) and folded(_clean(text)) in known


def _clean(name: str) -> str:
    name = " ".join(name.split()).strip(" ,;:|•○◦●–-")
    name = re.sub(r"^(?:and|et|y|&)\s+", "", name)
    name = re.sub(r"^the\s+(?=[A-ZÀ-Þ])", "", name)
    name = re.sub(r"^(?:in (?:cooperation|collaboration|partnership) with|together with|with)\s+", "", name, flags=re.I)
    name = re.sub(
        r",?\s+(?:(?:and|et|y)\s+(?:many\s+)?(?:others?|more|autres|otros)|etc\.?|inter alia)$", "", name, flags=re.I
    )
    return re.sub(r"(?<=[a-zà-ÿ)])(?<!Inc)(?<!Ltd)\.$", "", name)


def same_printed(first: Iterable[str], second: Iterable[str]) -> bool:
    """Whether two printed lists hold the same letters, whatever their line breaks."""
    return _letters(first) == _letters(second)


def _letters(lines: Iterable[str]) -> str:
    return re.sub(r"\W", "", "".join(lines)).casefold()
