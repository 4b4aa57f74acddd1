"""Persons, phones and e-mail addresses are cut from what a source prints, before it becomes a record."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}")
_PHONE = re.compile(
    r"(?:(?:tel|phone|fax|t[ée]l[ée]?(?:phone|fono)?|mobile|cell|ph)\b[.:]?\s*)\+?[\d(][\d\s().\-/]{5,20}\d"
    r"|\+\d{1,3}[\s(.\-]{0,2}\d[\d\s().\-]{6,16}\d|\(\d{2,4}\)\s?\d{3,4}[\s\-.]\d{3,4}\b"
    r"|\b\d{3}[\-.]\d{3}[\-.]\d{4}\b",
    re.I,
)
_NAME = (
    r"[A-ZÀ-ÞŁŠŽ][\w'’-]{1,20}(?:\s+(?:[A-ZÀ-Þ]\.|(?:de|del|la|van|von|der|bin|al|da"
    r"|dos)\s[A-ZÀ-Þ][\w'’-]{1,20}|[A-ZÀ-ÞŁŠŽ][\w'’-]{1,20})){1,3}"
)
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Dr|Prof|Hon|Mme|Sra?|Ing|Lic)\b\.?\s+(?:{_NAME}|[A-ZÀ-Þ][\w'’-]+)|\bM\.\s+{_NAME}"
)
_LABELLED = re.compile(
    rf"\b(?:contact(?:\s+person)?|name of (?:the )?responsible person|responsible person|point of contact|focal point"
    rf"|persona (?:responsable|de contacto)|personne (?:responsable|à contacter))\b[^:\n]{{0,40}}:\s*{_NAME}",
    re.I,
)
_JOB = (
    r"(?:(?:chief|deputy|acting|senior|assistant|executive|general|project|program(?:me)?|policy|managing|vice)\s+)*"
    r"(?:director|officer|manager|coordinator|co-ordinator|adviser|advisor|commissioner|head|chief|analyst|specialist"
    r"|consultant|lead|counsel|minister|secretary|directora|directeur|directrice|jefe|jefa|coordinador|coordinadora"
    r"|chargée?|responsable)\b[^,;|\n]{0,60}"
)
_WITH_JOB = re.compile(rf"(?P<lead>^|[,;(|\n–-]\s*){_NAME}\s*[,(–-]\s*(?i:{_JOB})\)?")
_PERSON = re.compile(_NAME)
_TALK = re.compile(
    r"\b(?:interview|personal communication|e-?mail|correspondence|phone call|conversation|entretien|entrevista)", re.I
)
_BODY_WORD = re.compile(
    r"\b(?:minist\w+|department|directorate|agency|office|council|commission|institut\w*|committee|authority|bureau|union"
    r"|association|foundation|federation|network|university|bank|court|parliament|assembly|senate|mission|government"
    r"|members?|officials?|researchers?|staff|representatives?|transparency|open|national|international|public|city|group"
    r"|centre|center|democracy|civic|data|digital|plan|action|report|etalab|agence|direction|conseil|secr[eé]ta\w+"
    r"|fundaci[oó]n|fondation|red|society|initiative|partnership|irm|forum|of|for|the|and)\b",
    re.I,
)


def without_contacts(text: str) -> tuple[str, list[str]]:
    """The text without addresses, phones and named contacts, and what kinds of data were cut."""
    cut: list[str] = []
    for kind, pattern in (
        ("an e-mail address", _EMAIL),
        ("a person", _LABELLED),
        ("a person", _TITLED),
        ("a phone number", _PHONE),
    ):
        text, count = pattern.subn("", text)
        cut += [kind] * bool(count)
    return (_tidy(text), sorted(set(cut))) if cut else (text, [])


def without_persons(text: str) -> tuple[str, list[str]]:
    """The same for a list of institutions, where a name beside a job is a person too."""
    bare = _WITH_JOB.sub(lambda match: match["lead"] if not _is_body(match[0]) else match[0], text)
    count = int(bare != text)
    bare, cut = without_contacts(bare)
    mailed = _EMAIL.search(text)
    if mailed:
        parts = re.split(r"([,;\n])", bare)
        kept = [part for part in parts if not (looks_like_person(part) and _near(part, text, mailed.start()))]
        count += len(kept) != len(parts)
        bare = "".join(kept)
    if count:
        cut = sorted({*cut, "a person"})
    return (_tidy(bare), cut) if cut else (text, [])


def looks_like_person(text: str) -> bool:
    """Two to four capitalised words of which none belongs to the name of a body."""
    words = text.strip(" .,;()")
    return bool(_PERSON.fullmatch(words)) and not _BODY_WORD.search(words) and not words.isupper()


def note_without_persons(text: str) -> tuple[str, list[str]]:
    """A note without the names of those who were asked: what stands before an interview, comma by comma."""
    bare, cut = without_contacts(text)
    talk = _TALK.search(bare)
    if talk:
        head = _PERSON.sub(lambda match: "a person" if looks_like_person(match[0]) else match[0], bare[: talk.start()])
        if head != bare[: talk.start()]:
            head = re.sub(r"^(?:a person(?:\s+and\s+|\s*[,;]\s*))+", "", head)
            bare = head + bare[talk.start() :]
            cut = sorted({*cut, "a person"})
        bare = bare[:1].upper() + bare[1:]
    return bare, cut


def _is_body(text: str) -> bool:
    first = re.split(r"[,(–-]", text.strip(" ,;(|–-\n"))[0]
    return not looks_like_person(first)


def _near(part: str, text: str, place: int) -> bool:
    found = text.find(part.strip())
    return 0 <= place - found < 120


def _tidy(text: str) -> str:
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r"\(\s*[,;:]*\s*\)|\[\s*\]", "", text)
    text = re.sub(r"\s+([,;.])", r"\1", text)
    text = re.sub(r"([,;])(?:\s*[,;])+", r"\1", text)
    return text.strip(" ,;:|–-\t")
