"""In which form of RDF a file is written, told by its content, and on which line it names something."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice

from pyoxigraph import Quad, RdfFormat, parse

from ogpgraph.read.source_file import SourceFile

_HEAD = 200_000
_XML = re.compile(r"\s*(<\?xml|<!DOCTYPE\s+rdf|<!--|<[\w-]+:RDF)", re.IGNORECASE)
_JSON_LD = re.compile(r'"@(context|id|graph|type)"')
_DIRECTIVE = re.compile(r"@prefix\b|@base\b|(prefix\s+[\w.-]*:\s*|base\s+)<|(graph\s+)?<[^<>\s]*>\s*\{", re.IGNORECASE)
_NODE = r"(?:<[^<>\s]*>|_:\S+)"
_LITERAL = r'"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^<>\s]*>)?'
_STATEMENT = re.compile(rf"{_NODE}\s+(<[^<>\s]*>|a\b)\s")
_LINE = re.compile(rf"{_NODE}\s*<[^<>\s]*>\s*(?:{_NODE}|{_LITERAL})\s*(?:{_NODE}\s*)?\.\s*(?:#.*)?")
# An IRI in angle brackets, an attribute or a JSON string, and a prefixed name with its escapes.
_NAME = re.compile(r'<([^<>"\s]+)>|"([^"\s<>]+)"|((?:[^\W\d][\w.-]*)?:(?:[\w.:%/-]|\\.)*)')
# In larger files a line is not looked for: it would take longer than reading them.
_SEARCHED_CHARACTERS = 50_000_000


def form_of(file: SourceFile) -> RdfFormat | None:
    """The form of RDF that a file is written in, however its name ends; None where it is no RDF.

    N-Triples are read as N-Quads and Turtle as TriG, of which they are a part.
    """
    head = file.raw[:_HEAD].decode("utf-8-sig", errors="replace")
    if _XML.match(head):
        return RdfFormat.RDF_XML if "http://www.w3.org/1999/02/22-rdf-syntax-ns#" in head else None
    if head.lstrip()[:1] in ("{", "["):
        return RdfFormat.JSON_LD if _JSON_LD.search(head) else None
    lines = (line.strip() for line in head.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    if _LINE.fullmatch(first):
        return RdfFormat.N_QUADS
    return RdfFormat.TRIG if _DIRECTIVE.match(first) or _STATEMENT.match(first) else None


class RdfText:
    """The text of an RDF file: its quads, and the lines on which names stand."""

    def __init__(self, file: SourceFile, form: RdfFormat) -> None:
        self.text = file.raw.decode("utf-8-sig")
        self.form = form
        self._prefixes: dict[str, str] = {}
        self._start = ""

    def quads(self) -> list[Quad]:
        """All quads; SyntaxError with its line where the text is none of this form."""
        if self.form is RdfFormat.N_QUADS:
            try:
                return list(parse(self.text, format=RdfFormat.N_QUADS))
            except SyntaxError:
                self.form = RdfFormat.TRIG  # Turtle may begin with lines that N-Triples have too
        parser = parse(self.text, format=self.form)
        found = list(parser)
        self._prefixes = parser.prefixes
        self._start = parser.base_iri or ""
        return found

    def line(self, iri: str) -> int:
        """The line on which an IRI is written first, at the head of a line rather than within one; 0 if not found."""
        for names in self._lines:
            for written in self._written(iri):
                if written in names:
                    return names[written]
        return 0

    def _written(self, iri: str) -> list[str]:
        """The ways in which the text may write an IRI."""
        short = [f"{p}:{iri[len(n) :]}" for p, n in self._prefixes.items() if n and iri.startswith(n)]
        relative = [iri[len(self._start) :]] if self._start and iri.startswith(self._start) else []
        return [iri, *short, *relative]

    @cached_property
    def _lines(self) -> tuple[dict[str, int], dict[str, int]]:
        """The first line of each name: of those at the head of a line, and of all."""
        leading: dict[str, int] = {}
        anywhere: dict[str, int] = {}
        if len(self.text) > _SEARCHED_CHARACTERS:
            return leading, anywhere
        for number, line in enumerate(self.text.splitlines(), start=1):
            if line.lstrip().startswith(("@prefix", "@base", "#")):
                continue
            for found in islice(_NAME.finditer(line), 100):
                name = next(group for group in found.groups() if group is not None).replace("\\", "").rstrip(".")
                anywhere.setdefault(name, number)
                if not line[: found.start()].strip():
                    leading.setdefault(name, number)
        return leading, anywhere
