"""Labels inside a list of institutions: "Other actors involved - government", "CSOs:", "Partners:". None is a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

_KIND = (
    r"(?:non-?\s?)?government(?:al)?|(?:non-?\s?)?state|csos?|cs|ngos?|civil society(?: organi[sz]ations?)?"
    r"|private sector"
    r"|multilaterals?(?: organi[sz]ations?)?|working groups?|international(?: organi[sz]ations?)?|academia|media"
    r"|donors?"
    r"|business(?:es)?|public(?: sector)?|others?|gouvernement(?:aux|al|ales?)?|osc|ong|société civile|secteur privé"
    r"|multilatéra(?:ux|les?)|groupes? de travail|étatiques?|publics?|gobierno|gubernamentales|sociedad civil"
    r"|sector privado|multilaterales|grupos? de trabajo|estatales"
)
_AND = r"\s*(?:,|/|&|;|\band/or\b|\band\b|\bor\b|\bet\b|\by\b|\bou\b|\bo\b)\s*"
_KINDS = rf"(?:{_KIND})(?:{_AND}(?:{_AND})?(?:{_KIND}))*"
_NOUN = (
    r"(?:partners?|actors?|stakeholders?|institutions?|agenc(?:y|ies)|organi[sz]ations?|partenaires?|acteurs?|actores"
    r"|socios|aliados|organismes?|organismos?)(?:\s?\(s\))?"
)
_INVOLVED = r"(?:\s+(?:involved|impliqu[ée]+s?|involucrad[oa]s))?"
_OTHERS = (
    rf"(?:(?:other|autres|otr[oa]s)\s+(?:(?:{_KIND})\s+)?(?:actors?|stakeholders|acteurs|actores|parties prenantes"
    rf"|partes interesadas){_INVOLVED})"
)
# The template's own words need no colon; other words do.
_LABEL = re.compile(
    rf"{_OTHERS}\s*\([^()\n]{{1,60}}\)\s*[:：]\s*"
    rf"|{_OTHERS}\s*(?:[-–—:(]\s*(?:{_KINDS})\b(?:\s+{_NOUN})?{_INVOLVED}(?:\s*\([^()\n]{{1,60}}\)(?=\s*[:：]))?\)?)?\s*[:：–—-]?\s*"
    rf"|(?:{_KIND})\s+(?:actors|acteurs|actores)\s+(?:involved|impliqués|involucrados)\s*[:：–—-]?\s*"
    rf"|(?:acteurs|actores)\s+(?:{_KIND})\s*[:：]\s*"
    rf"|(?:{_KIND}){_AND}(?:(?:{_KIND}){_AND})*(?:working groups?|groupes? de travail|grupos? de trabajo)"
    r"\s*[:：–—-]?\s*"
    rf"|(?:{_KINDS})(?:\s+{_NOUN})?{_INVOLVED}\s*[:：]\s*"
    rf"|(?:(?:lead|supporting|implementing|co-?lead)\s+)?{_NOUN}{_INVOLVED}\s*[:：]\s*"
    rf"|(?:{_OTHERS}|{_KINDS})[^:;,\n]{{0,60}}[:：]\s*"
    r"|(?:lead|supporting|support|members|with|chef de file|apoyo|soutien)\s*[:：]\s*",
    re.I,
)


def at_labels(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a text between such labels, and whether a label stands before each.

    >>> list(at_labels("Court of Accounts CSOs: Mill Guild"))
    [('Court of Accounts', False), ('Mill Guild', True)]
    """
    place, labelled = 0, False
    for match in _LABEL.finditer(text):
        if match.start() < place or not _may_begin(text, match.start()):
            continue
        if text[place : match.start()].strip():
            yield text[place : match.start()].strip(), labelled
        place, labelled = match.end(), True
    if text[place:].strip():
        yield text[place:].strip(), labelled


# A kind of body that stands before a bullet with no colon: the head of the items that follow.
_BEFORE_BULLET = re.compile(rf"(?:^|(?<=\s))(?:{_KINDS})\s*(?=[•○●▪])", re.I)


def without_group_heads(text: str) -> str:
    """A bulleted list without the heads of its groups.

    >>> without_group_heads("Government • Health Board Civil Society • Hill Club")
    '• Health Board • Hill Club'
    """
    return _BEFORE_BULLET.sub(lambda found: "" if found.group()[:1].isupper() else found.group(), text)


def _may_begin(text: str, start: int) -> bool:
    before = text[:start].rstrip(" •○●-–")
    if not before:
        return True
    return text[start].isupper() and text[start - 1] in " ,;.)\n(" and not re.search(r"\b(?:of|the|and|for|&)$", before)
