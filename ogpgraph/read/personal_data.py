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
    r"(?:[A-ZÀ-ÞŁŠŽ]\.\s?){0,3}[A-ZÀ-ÞŁŠŽ][\w'’-]{1,20}(?:\s+(?:[A-ZÀ-Þ]\.?(?!\w)|(?:de|del|la|van|von|der|bin|al|da"
    r"|dos)\s[A-ZÀ-Þ][\w'’-]{1,20}|[A-ZÀ-ÞŁŠŽ][\w'’-]{1,20})){1,3}"
)
_INITIALS = r"(?:[A-ZÀ-ÞŁŠŽ]\.\s?){1,3}[A-ZÀ-ÞŁŠŽ][\w'’-]{1,20}"
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Dr|Prof|Hon|Mme|Sra?|Ing|Lic)\b\.?\s+(?:{_NAME}|[A-ZÀ-Þ][\w'’-]+)|\bM\.\s+{_NAME}"
)
_LABELLED = re.compile(
    rf"\b(?:contact(?:\s+person)?|name of (?:the )?responsible person|responsible person|point of contact|focal point"
    rf"|persona (?:responsable|de contacto)|personne (?:responsable|à contacter))\b[^:\n]{{0,40}}:\s*{_NAME}",
    re.I,
)
_JOB_TITLE = (
    r"(?:(?:the|le|la|el)\s+)?(?:(?:chief|deputy|acting|senior|assistant|associate|executive|general|project"
    r"|program(?:me)?|policy|managing|vice|legal"
    r"|technical|press|data|digital|information|permanent|first|principal|state)\s+)*"
    r"(?:director(?:[- ]general)?|officer|manager|coordinator|co-ordinator|adviser|advisor|commissioner|head|chief"
    r"|analyst"
    r"|specialist|consultant|expert|lead|counsel|counsell?or|minister|secretary(?:[- ]general)?|president"
    r"|chair(?:man|woman"
    r"|person)?|clerk|engineer|professor|assistant|administrator|steward|warden|keeper|librarian|mayor|rector|dean"
    r"|archivist|inspector|auditor"
    r"|registrar|superintendent|lawyer|economist|spokes(?:person|man|woman)|leader|supervisor|governor|delegate"
    r"|representative"
    r"|judge|prosecutor|treasurer|curator|surveyor|undersecretary|trainee|founder|ceo|cio|cdo|cto|attaché|statistician"
    r"|directora|directeur|directrice|jefe|jefa|coordinador|coordinadora|coordinateur|coordinatrice|asesora?"
    r"|encargad[oa]"
    r"|conseill(?:er|ère)|chef(?:fe)?|chargée?|responsable)\b"
)
_JOB = rf"{_JOB_TITLE}[^,;|\n]{{0,60}}"
_WITH_JOB = re.compile(rf"(?P<lead>^|[,;:(|\n•○●–-]\s*){_NAME}\s*[,(–\n-]\s*(?i:{_JOB})\)?")
_JOB_FIRST = re.compile(
    rf"(?P<lead>^|[,;:(|\n•○●–-]\s*)(?i:{_JOB_TITLE})(?P<of>[^,;"
    rf"|\n()]{{0,60}}?)[\s,:–-]+(?P<name>{_NAME})(?=\s*(?:[,;|)\n•–-]|$))"
)
_TURNED = re.compile(rf"(?P<lead>^|[,;:(|\n•○●–-]\s*)[A-ZÀ-Þ][\w'’-]+,\s+[A-ZÀ-Þ][\w'’-]+\s*[(–-]\s*(?i:{_JOB})\)?")
_LAST_TWO = re.compile(r"[A-ZÀ-Þ][\w'’.-]*\s+(?:[A-ZÀ-Þ]\.\s+)?[A-ZÀ-Þ][\w'’-]+$")
_OFFICE = re.compile(r"\b(?:office|inspectorate|board|council|commission|agency|ministry|department of)\b", re.I)
_ITEMS = re.compile(r"([,;|\n•○●()]|\s[–/-]\s|:\s)")
_NAME_AND_INITIALS = re.compile(rf"(?P<lead>^|[,;:(|\n•○●–-]\s*){_INITIALS}(?=\s*(?:[,;|)(\n•–-]|$))")
_JOB_INSIDE = re.compile(rf"\s(?i:{_JOB_TITLE})")
_JOB_ALONE = re.compile(rf"(?i:{_JOB_TITLE}).{{0,80}}", re.S)
_CONTACT_LABEL = re.compile(
    r"\b(?:name|designation|name of (?:the )?responsible persons?(?: from (?:the )?implementing agency)?|(?:title"
    r"|position),? (?:and )?department"
    r"|e-?mails?(?: and phone| address)?|phone(?: number)?|tel(?:ephone)?|responsible person|contact(?:s| person"
    r"| information| details)?"
    r"|(?:point of contact|focal point)|nom de la personne responsable|personne (?:responsable|à contacter)|fonction"
    r"|courriel|téléphone|persona (?:responsable|de contacto)|nombre de la persona responsable|cargo|correo electrónico"
    r"|teléfono|coordonnées)\s*(?:[:：]|$|(?=\n))"
    r"|\bname of (?:the )?responsible persons?(?: from (?:the )?implementing agency)?\b|\b(?:title"
    r"|position), department\b"
    r"|\be-?mail and phone\b",
    re.I | re.M,
)
# What ends the data of a contact inside a list of institutions.
_AFTER_CONTACT = re.compile(r"[;\n•○●]|\b(?:Other|State) actors\b|\bCSOs?,|\bAutres acteurs\b|\bOtros actores\b")
_PERSON = re.compile(_NAME)
_TALK = re.compile(
    r"\b(?:interview|personal communication|e-?mail|correspondence|phone call|conversation|entretien|entrevista)", re.I
)
_BODY_WORD = re.compile(
    r"\b(?:minist\w+|department|directorate|agency|office|council|commission|institut\w*|committee|authority|bureau"
    r"|union"
    r"|association|foundation|federation|network|university|bank|court|parliament|assembly|senate|mission|government"
    r"|members?|officials?|researchers?|staff|representatives?|transparency|open|national|international|public|city"
    r"|group"
    r"|chamber|league|guild|cooperative|club|circle|lab|academy|museum|library|college|school|hospital|trust|company"
    r"|board"
    r"|service|services|police|treasury|archives?|coalition|alliance|movement|secretariat|registry|embassy|town|hall"
    r"|house"
    r"|watch|press|post|railways?|lighthouse|harbour|chancellery|friends|observatory|laboratory|inspectorate|fund"
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
    """The same for a list of institutions, where a name beside a job, a phone or an address is a person too."""
    labelled = _without_contact_fields(text)
    bare = _WITH_JOB.sub(lambda match: match["lead"] if not _is_body(match[0]) else match[0], labelled)
    bare = _JOB_FIRST.sub(lambda match: match["lead"] if looks_like_person(match["name"]) else match[0], bare)
    bare = _without_name_before_address(bare)
    bare = _TURNED.sub(lambda match: match["lead"], bare)
    bare = "".join("" if _person_and_job(part) else part for part in _ITEMS.split(bare))
    parts = _ITEMS.split(bare)
    jobs = [i for i, part in enumerate(parts) if _JOB_ALONE.fullmatch(part.strip()) and not _OFFICE.search(part)]
    for i in jobs:
        for beside in (i - 2, i + 2):
            if 0 <= beside < len(parts) and looks_like_person(parts[beside]):
                parts[beside] = parts[i] = ""
    bare = "".join(parts)
    told = bare != text
    reached = [match.start() for pattern in (_EMAIL, _PHONE) for match in pattern.finditer(text)]
    bare, cut = without_contacts(bare)
    if told or reached or cut:
        bare = _NAME_AND_INITIALS.sub(lambda match: match["lead"], bare)
        parts = _ITEMS.split(bare)
        kept = [part for part in parts if not _tells_person(part, text, reached)]
        told = told or len(kept) != len(parts)
        bare = "".join(kept)
    if told:
        cut = sorted({*cut, "a person"})
    return (_tidy(bare), cut) if cut else (text, [])


def _without_name_before_address(text: str) -> str:
    """A list without two words of a person that stand right before an address, with nothing between."""
    for match in reversed(list(_EMAIL.finditer(text))):
        before = text[: match.start()].rstrip(" \n(<:–-")
        name = _LAST_TWO.search(before)
        if name and looks_like_person(name[0]):
            text = before[: name.start()] + " " + text[match.start() :]
    return text


def _without_contact_fields(text: str) -> str:
    """A list without the labelled data of a contact, each to the end of its line or item."""
    parts: list[str] = []
    place = 0
    for label in _CONTACT_LABEL.finditer(text):
        if label.start() < place:
            continue
        parts.append(text[place : label.start()])
        begin = label.end() + len(text[label.end() :]) - len(text[label.end() :].lstrip())
        ended = _AFTER_CONTACT.search(text, begin)
        place = ended.start() if ended else len(text)
    return "".join([*parts, text[place:]])


def _person_and_job(part: str) -> bool:
    """Whether a part is a person's name with the job right behind it."""
    job = _JOB_INSIDE.search(part)
    return job is not None and looks_like_person(part[: job.start()]) and not _BODY_WORD.search(part)


def _tells_person(part: str, text: str, reached: list[int]) -> bool:
    """Whether a part beside data of a contact is a person or a person's job."""
    words = part.strip()
    if _JOB_ALONE.fullmatch(words) and not words.casefold().startswith(("minister of", "secretary of")):
        return True
    return looks_like_person(words) and (any(_near(words, text, place) for place in reached) or not reached)


def looks_like_person(text: str) -> bool:
    """Two to four capitalised words of which none belongs to the name of a body."""
    words = text.strip(" .,;()")
    person = _PERSON.fullmatch(words) or re.fullmatch(_INITIALS, words)
    return bool(person) and not _BODY_WORD.search(words) and not words.isupper()


def of_contact(line: str) -> bool:
    """Whether a line is a person, a job, a phone or an address and nothing else."""
    words = line.strip()
    if len(words) > 120 or words.endswith("."):
        return False
    reached = _EMAIL.search(words) or _PHONE.search(words)
    return bool(reached or looks_like_person(words) or _JOB_ALONE.fullmatch(words))


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
    return found >= 0 and -120 < place - found < 160


def _tidy(text: str) -> str:
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r"\(\s*[,;:]*\s*\)|\[\s*\]", "", text)
    text = re.sub(r"\((?![^()]*\))\s*(?=[,;\n]|$)", "", text)
    text = re.sub(r"(?<=\s)[:/–-](?:\s*[:/–-])*\s*(?=[,;\n]|$)|:\s*(?=[,;]|$)", "", text)
    text = re.sub(r"\s+([,;.])", r"\1", text)
    text = re.sub(r"([,;])(?:\s*[,;])+", r"\1", text)
    return text.strip(" ,;:|–-\t")
