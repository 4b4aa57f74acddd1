"""Lists of institutions in a cell of a table, split where the text itself shows where.

Semicolons, bullets and line breaks separate; a comma or "and" only where what stands on both sides is a body by
its own words ("Ministry of …", "TBS"), because names contain commas too. The printed text is kept beside the list.
"""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"\s*(?:[;\n•○●▪·|]|(?:^|\s)[-–—]\s)\s*")
_COMMAS = re.compile(r"\s*,\s*(?![^()]*\))(?:and\s+|y\s+|et\s+|e\s+)?")
# First words of the names of bodies, in the languages of the files.
_BODIES = [
    "ministry",
    "ministries",
    "ministère",
    "ministerio",
    "ministério",
    "ministerstvo",
    "department",
    "departamento",
    "agency",
    "agencia",
    "agence",
    "agência",
    "office",
    "oficina",
    "bureau",
    "commission",
    "comisión",
    "commissariat",
    "comissão",
    "committee",
    "comité",
    "council",
    "consejo",
    "conseil",
    "conselho",
    "secretariat",
    "secretaría",
    "secretaria",
    "secrétariat",
    "secretary",
    "directorate",
    "dirección",
    "direction",
    "institute",
    "instituto",
    "institut",
    "authority",
    "autoridad",
    "autorité",
    "service",
    "servicio",
    "superintendencia",
    "superintendency",
    "tribunal",
    "court",
    "corte",
    "parliament",
    "congress",
    "congreso",
    "asamblea",
    "assembly",
    "bank",
    "banco",
    "university",
    "universidad",
    "association",
    "asociación",
    "centre",
    "center",
    "centro",
    "fund",
    "fondo",
    "corporation",
    "corporación",
    "procuraduría",
    "contraloría",
    "defensoría",
    "ombudsman",
    "municipality",
    "municipalidad",
    "alcaldía",
    "chancellery",
    "presidency",
    "presidencia",
    "presidência",
    "treasury",
    "police",
    "national",
    "state",
    "general",
    "government",
    "cabinet",
    "federal",
    "auditor",
    "auditoría",
    "prosecutor",
    "inspectorate",
    "board",
    "chamber",
    "cámara",
    "federation",
    "federación",
    "foundation",
    "fundación",
    "registry",
    "registro",
    "subsecretaría",
]
_BODY = re.compile(rf"(?:the\s+)?(?:{'|'.join(_BODIES)})\b", re.IGNORECASE)
_ACRONYM = re.compile(r"[A-ZÁÉÍÓÚÑ][A-ZÁÉÍÓÚÑ0-9&./-]{1,11}")
_TRAILING_ACRONYM = re.compile(r"\(\s*[A-Z][A-Za-z&./-]{1,11}\s*\)$")
# A "name" of more words is a sentence about institutions.
_WORDS_IN_A_NAME = 22


def split_institutions(printed: str) -> tuple[str, ...]:
    """The bodies that a printed list names, in order and without repetition.

    >>> split_institutions("Ministry of Finance; Ministry of Education, Science and Culture")
    ('Ministry of Finance', 'Ministry of Education, Science and Culture')
    >>> split_institutions("Ministry of Justice, Ministry of Finance, TBS")
    ('Ministry of Justice', 'Ministry of Finance', 'TBS')
    """
    found: dict[str, None] = {}
    for part in _SEPARATORS.split(printed):
        for name in _at_commas(part):
            name = name.strip(" .,;:-–*")
            if name and re.search(r"[^\W\d_]", name) and len(name.split()) <= _WORDS_IN_A_NAME:
                found.setdefault(name)
    return tuple(found)


def _at_commas(text: str) -> list[str]:
    parts = [part for part in _COMMAS.split(text) if part.strip()]
    return parts if len(parts) > 1 and all(map(_is_body, parts)) else [text]


def _is_body(part: str) -> bool:
    return bool(_BODY.match(part) or _ACRONYM.fullmatch(part) or _TRAILING_ACRONYM.search(part))
