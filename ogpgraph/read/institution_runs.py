"""Names of bodies with nothing between them, cut by the kinds of bodies that they name ("… Office … League …").

A name is either a kind with what it is of ("Court of Accounts") or words that end in a kind ("Land Office"). Two names
alone are only cut where the second begins with "kind of": "Land Office Workers' Union" is one name.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KINDS = _words(
    """
    ministry ministries department directorate agency office offices secretariat commission committee council
    institute institution authority bureau bank court parliament assembly senate university association
    foundation centre center network federation confederation union chamber municipality city town prefecture
    presidency cabinet board service services administration unit registry register inspectorate coalition
    alliance society embassy fund archive archives league guild guilds cooperative co-operative club circle lab
    laboratory academy museum library college school hospital trust movement forum company corporation
    observatory chancellery collective platform syndicate consortium hall ombudsman police treasury mission
    friends order exchange observatory press radio post railways circle brotherhood sisterhood fellowship
    congregation synod house initiative programme program watch division mint ministère direction agence
    secrétariat conseil institut autorité cour assemblée sénat fondation banque université réseau collectif
    délégation société fédération syndicat chambre ministerio secretaría agencia dirección instituto consejo
    comisión oficina corte congreso asociación fundación red universidad contraloría procuraduría presidencia
    unidad superintendencia municipalidad senado cámara tribunal servicio banco defensoría sindicato unión
    federación
    """
)
_SUBUNITS = _words(
    """
    department directorate office unit division direction bureau dirección oficina service
    """
)
_OF = _words(
    """
    of for on against de du des del da di d' d’
    """
)
_SMALL = _words(
    """
    of for on the and & in to at by de du des del la le les el los las et y e d' d’ da di a à
    """
)
_ADJECTIVE = re.compile(
    r"open|old|new|inland|prime|free|fair|human|higher|high|young|safe|clean|good|small|blind|deaf|great|public"
    r"|private|common"
    r"|modern|rural|urban|[a-z]{3,}(?:ian|ese|ish|al|ic|ive|ary|ous|able)",
    re.I,
)
# What stands before "Ministry of …" and belongs to it.
_QUALIFIES = re.compile(r"and|&|the|state|union|deputy|former|line", re.I)
# Kinds that name a body by themselves.
_ALONE = _words(
    """
    parliament senate treasury cabinet ombudsman police presidency chancellery customs assembly congress
    """
)
_FEWEST = 3


def cut_run(text: str) -> list[str]:
    """The names in a run of words, or the text alone where the kinds do not tell.

    >>> cut_run("Land Office Mill Guild Court of Accounts Women's League of Hentzau")
    ['Land Office', 'Mill Guild', 'Court of Accounts', "Women's League of Hentzau"]
    >>> cut_run("Treasury Board Secretariat")
    ['Treasury Board Secretariat']
    """
    words = text.split()
    if sum(map(_is_kind, words)) < 2:
        return [text]
    names = _names(words)
    lone = [i for i, name in enumerate(names) if len(name) < 2 and _bare(name[0]) not in _ALONE]
    if len(names) < 2 or any(i + 1 == len(names) or not _follows(names[i + 1], 1) for i in lone):
        return [text]
    if len(names) < _FEWEST and not _clear(names):
        return [text]
    return [" ".join(name) for name in names]


def _clear(names: list[list[str]]) -> bool:
    """Whether the second of two names surely begins a body of its own."""
    first, second = names[0], names[1]
    return (
        len(second) > 1
        and _is_kind(second[0])
        and second[1].lower() in _OF
        and not (_bare(second[0]) in _SUBUNITS and _bare(first[0]).startswith("minist"))
    )


def _names(words: list[str]) -> list[list[str]]:
    names: list[list[str]] = []
    start = 0
    while start < len(words):
        end = _end(words, start)
        if not any(_is_kind(word) for word in words[end:]):
            end = len(words)
        names.append(words[start:end])
        start = end
    return names


def _end(words: list[str], start: int) -> int:
    """Where the name that begins at ``start`` ends."""
    i = start
    if _stands_alone(words, start):
        return start + 1
    while i < len(words) and not (_is_kind(words[i]) and (i > start or _follows(words, i + 1))):
        i += 1
    ministry = start < i < len(words) and _bare(words[i]).startswith("minist") and _follows(words, i + 1)
    if ministry and not all(_QUALIFIES.fullmatch(word) or _ADJECTIVE.fullmatch(word) for word in words[start:i]):
        return i
    i += 1
    while i < len(words) and _is_kind(words[i]) and not _follows(words, i + 1):
        i += 1
    if _follows(words, i):
        i = _complement_end(words, i)
    while i < len(words) and words[i].startswith("("):
        i = next((k for k in range(i, len(words)) if words[k].endswith(")")), len(words) - 1) + 1
    return min(i, len(words))


def _stands_alone(words: list[str], i: int) -> bool:
    """Whether a kind is a name by itself: "Parliament" before another body, or at the end."""
    return _bare(words[i]) in _ALONE and (i + 1 == len(words) or (_is_kind(words[i + 1]) and _follows(words, i + 2)))


def _complement_end(words: list[str], i: int) -> int:
    """Where what a kind is of ends: a noun with its adjectives, small words and what they bind."""
    i = _noun_end(words, _past_small(words, i))
    while i < len(words):
        if words[i].lower() in _SMALL or (words[i][0].islower() and not _is_kind(words[i])):
            i = _noun_end(words, _past_small(words, i))
        elif words[i - 1].endswith((",", "'s", "’s")) or (
            _is_kind(words[i]) and not _follows(words, i + 1) and not _stands_alone(words, i)
        ):
            i += 1
        else:
            break
    return i


def _noun_end(words: list[str], i: int) -> int:
    """Behind a noun: adjectives go with it, and a noun before a plural ("School Cooks") where a name is left over."""
    while i + 1 < len(words) and _ADJECTIVE.fullmatch(words[i]) and not _is_kind(words[i + 1]):
        i += 1
    i += 1
    following = next((k for k in range(i, len(words)) if _is_kind(words[k])), len(words))
    owner = next((k for k in range(i, following) if re.search(r"['’]s?$", words[k])), None)
    if owner is not None and following - owner == 1 and all(word[0].isupper() for word in words[i:owner]):
        return owner
    if i < following - 1 and words[i - 1][-1:] != "s" and re.fullmatch(r"[A-ZÀ-Þ][^\W\d_]{3,}s", words[i]):
        return i + 1
    return i


def _past_small(words: list[str], i: int) -> int:
    while i < len(words) and words[i].lower() in _SMALL:
        i += 1
    return i


def _follows(words: list[str], i: int) -> bool:
    return i < len(words) and (words[i].lower() in _OF or words[i].lower().startswith(("d'", "d’")))


def _is_kind(word: str) -> bool:
    return word[:1].isupper() and _bare(word) in KINDS


def _bare(word: str) -> str:
    return re.sub(r"[.,;:()]+", "", word).lower()
