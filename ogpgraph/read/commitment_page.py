"""A saved commitment page of OGP's website, as HTML or as text, in any of its layouts and languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ogpgraph import iris
from ogpgraph.problems import Problem, Severity
from ogpgraph.read.page_body import BodyReader
from ogpgraph.read.page_context import PageContext, known_members
from ogpgraph.read.page_header import ID, LOCAL, Header, HeaderReader
from ogpgraph.read.page_labels import Hit, label_book, language_of, tags_of_layout_2
from ogpgraph.read.page_lines import PageText, page_text
from ogpgraph.read.personal_data import without_contacts
from ogpgraph.read.source_file import Reader, SourceFile
from ogpgraph.records import CommitmentPage, Record, SourceDocument
from ogpgraph.vocabulary import Vocabulary, folded

_SITE = "https://www.opengovpartnership.org"
_ADDRESS = re.compile(r"https?://(?:www\.)?opengovpartnership\.org/[^\s\"'<>()\[\]]+", re.I)
_ID_IN_ADDRESS = re.compile(r"commitments/([A-Za-z]{2,4}\d{4})(?!\d)", re.I)
_LEGACY = re.compile(
    r"opengovpartnership\.org/(?:es/|fr/)?(?:commitment|temp-commitments)/(\d{1,3})-([a-z0-9-]+)", re.I
)
_FILE_ID = re.compile(r"(?<![A-Za-z])([A-Za-z]{2,4}\d{4})(?!\d)")
_PLAN_PLACE = re.compile(r"(?:plan|plan d['’]action)\s*[–-]\s*(.{2,80}?),?\s*(?:19|20)\d{2}", re.I)
_PLAN_FOLLOWED = re.compile(
    r"^(?:\w+\s+)?plan\s+(?:d['’]\s?action|de acci[oó]n)(?:\s+national|\s+nacional)?(?:\s+(?:de|du|del|de la|des)"
    r"|\s*[,:–-])?\s+"
    r"([A-ZÀ-Þ].{1,60}?),?\s+(?:19|20)\d{2}",
    re.I,
)
_PLAN_OWNER = re.compile(
    r"^(.{2,60}?)[,’']?s?\s+(?:(?:first|second|third|fourth|fifth|sixth|national|open|\d(?:st|nd|rd"
    r"|th))\s+)*(?:government\s+|parliament\s+)?action plan",
    re.I,
)
_OWNER = re.compile(r"(?m)^([^\n]{2,60}?)['’]s Commitments[ \t]*$")
_CRUMB = re.compile(r"^.*(?:\s[>»›/|]\s)", re.S)
_EXAMINED = 60_000
_OPENING = ("skip-navigation", "site-name")
_HEADER_GROUPS = ("header-field", "local-field")


def fits(file: SourceFile) -> bool:
    """Whether a file is a saved commitment page: an id in brackets and its labels, or enough labels alone."""
    if file.raw[:4] in (b"PK\x03\x04", b"%PDF") or file.raw[:1] in (b"{", b"["):
        return False
    page = page_text(file.text[:_EXAMINED])
    slugs = {hit.slug for hit in label_book().hits(page.text[:_EXAMINED]) if hit.group in _HEADER_GROUPS}
    furniture = {hit.slug for hit in label_book().hits(page.text[:2000]) if hit.group in ("furniture", "heading")}
    if len(slugs) >= 3 or _ID_IN_ADDRESS.search(page.address) or _LEGACY.search(page.address):
        return True
    return bool(ID.search(page.text[:3000])) and bool(slugs or furniture)


@dataclass
class _Identity:
    """Which commitment a page is about, and what tells so."""

    id: str
    title: str
    kind: str
    end: int


class _PageReader:
    """Reads one file; every step adds to the same list of problems."""

    def __init__(self, file: SourceFile, vocabulary: Vocabulary, context: PageContext) -> None:
        self.file, self.vocabulary, self.context = file, vocabulary, context
        self.page: PageText = page_text(file.text)
        self.hits: list[Hit] = label_book().hits(self.page.text)
        self.problems: list[Problem] = []

    def records(self) -> Iterator[Record | Problem]:
        """The source document, then what was doubtful."""
        code = self._code()
        header = HeaderReader(self.page, self.hits, self.vocabulary, self.context, self.file.shown).read(code)
        self.problems += header.problems
        identity = self._identity(header, code)
        if identity is None:
            yield from self._without_id(header)
            yield from self.problems
            return
        fields = self._fields(identity, header)
        body = BodyReader(self.page, self.hits, fields, self.vocabulary, self.context, self.file.shown).read(
            max(header.body_start, identity.end)
        )
        self.problems += body.problems
        self._check(header, body.fields)
        yield self._document(identity, header, {**fields, **body.fields})
        yield from self.problems

    # Who and where

    def _code(self) -> str:
        found = self._printed_id()
        return re.sub(r"\d", "", found[0]).upper() if found else ""

    def _printed_id(self) -> tuple[str, int, int] | None:
        """The id in brackets behind the title, with its place; the address of the page decides between several."""
        stated = _ID_IN_ADDRESS.search(self.page.address)
        matches = list(ID.finditer(self.page.text[:20_000]))
        for match in matches:
            if stated is None or match[1].upper() == stated[1].upper():
                return match[1].upper(), match.start(), match.end()
        if stated:
            return stated[1].upper(), -1, 0
        named = _FILE_ID.search(self.file.path.stem) if not matches else None
        return (named[1].upper(), -1, 0) if named else None

    def _identity(self, header: Header, code: str) -> _Identity | None:
        found = self._printed_id()
        if found is None:
            return self._legacy(header)
        commitment_id, start, end = found
        title, country = self._title(start, header, code) if start >= 0 else (self._heading(), None)
        if country:
            header.fields.setdefault("country", country)
        if not title:
            self._problem(1, "no-title", f"no title stands before ({commitment_id}): the id was taken for it")
        if start < 0:
            self._problem(
                1,
                "id-from-name",
                f"the id {commitment_id} comes from the address or the file's name, not from the text",
            )
        return _Identity(commitment_id, title or commitment_id, "commitment-page", end)

    def _heading(self) -> str:
        line = next((line for line in self.page.lines if line.heading), None)
        return line.text if line else ""

    def _title(self, start: int, header: Header, code: str) -> tuple[str, str | None]:
        """The title before the id, and the member's name where it stands above or before it."""
        text = self.page.text
        line_start = text.rfind("\n", 0, start) + 1
        barred = [hit.end for hit in self.hits if hit.end <= start and hit.group in ("furniture", "heading")]
        begin = max([line_start, *barred])
        title = _CRUMB.sub("", text[begin:start]).strip(" -–:>|")
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        flattened = begin > line_start or any(start < hit.start < line_end for hit in self.hits)
        above = text[:line_start].rstrip()
        if not title and above:
            line_start = above.rfind("\n") + 1
            title, above = above[line_start:].strip(), above[:line_start].rstrip()
        country = self._country_above(above, header, code) if begin <= line_start or not flattened else None
        if country is None and flattened:
            for name in sorted(self._names(header, code), key=len, reverse=True):
                if len(title) > len(name) + 1 and title.startswith(name) and title[len(name)] in " ,":
                    return title[len(name) :].strip(" ,-–"), name
        return title, country

    def _country_above(self, above: str, header: Header, code: str) -> str | None:
        begin = above.rfind("\n") + 1
        barred = [hit.end for hit in self.hits if begin <= hit.start and hit.end <= len(above) and hit.slug in _OPENING]
        begin = max([begin, *(end for end in barred if end < len(above))])
        line = above[begin:].strip()
        if not line or len(line) > 60 or re.search(r"\d|[.!?:]$", line):
            return None
        if any(hit.start >= begin and hit.end <= len(above) and hit.group == "furniture" for hit in self.hits):
            return None
        names = {folded(name) for name in self._names(header, code)}
        if not names or folded(line) in names or any(folded(line) in n or n in folded(line) for n in names):
            return line
        return None

    def _names(self, header: Header, code: str) -> set[str]:
        """Names that the member goes by: those known, and those that the page prints elsewhere."""
        names = set(self.context.members.get(code, ()))
        for title in header.fields.get("action_plan") or ():
            for pattern in (_PLAN_PLACE, _PLAN_OWNER, _PLAN_FOLLOWED):
                found = pattern.search(title)
                if found:
                    names.add(found[1].strip(" ,"))
        owner = _OWNER.search(self.page.text)
        return names | ({owner[1].strip()} if owner else set())

    def _legacy(self, header: Header) -> _Identity | None:
        """A page of the website before ids: member, cycle and the number in its address make the id."""
        address = _LEGACY.search(self.page.address) or _LEGACY.search(self.page.text[:5000])
        number = address[1] if address else header.fields.get("number")
        named = re.match(r"(\d{1,3})[-_. ]", self.file.path.stem)
        number = number or (named[1] if named else None)
        country = header.fields.get("country") or ""
        codes = [self.context.code_of(name) for name in (country, *sorted(self._names(header, "")))]
        code = next((found for found in codes if found), None)
        years = [y for t in header.fields.get("action_plan") or () for y in re.findall(r"(?:19|20)\d{2}", t)]
        cycle = header.fields.get("cycle") or next(iter(years), None)
        if not (number and code and cycle):
            return None
        title = self._legacy_title(address)
        plain = str(number).lstrip("0") or "0"
        header.fields["number"] = plain
        known = self.context.commitments.get((code, cycle, plain))
        return _Identity(known or f"{code}-{cycle}/{plain}", title, "temporary-commitment-page", 0)

    def _legacy_title(self, address: re.Match[str] | None) -> str:
        heading = self._heading()
        if not heading:
            labelled = min((hit.start for hit in self.hits if hit.group in _HEADER_GROUPS), default=0)
            lines = [
                line.text
                for line in self.page.between(0, labelled)
                if not line.text.startswith("http") and not label_book().hits(line.text)
            ]
            heading = lines[-1] if lines else ""
        heading = re.sub(r"^\d{1,3}\s*[.:)–-]\s*", "", heading).strip()
        return heading or (address[2].replace("-", " ").strip() if address else "") or "untitled"

    def _without_id(self, header: Header) -> Iterator[Record | Problem]:
        """A page of a whole local plan is a source of its own; any other page without an id is only reported."""
        local = header.slugs & set(LOCAL)
        if local and (header.fields.get("action_plan") or self._heading() or self._first_line()):
            url = self.page.address or next(iter(_ADDRESS.findall(self.page.text)), f"{_SITE}/members/")
            title = self._heading() or self._first_line()
            yield SourceDocument(
                key=self.file.key, kind="local-plan-page", url=_clean_url(url), title=title or None, layout="local",
                language=language_of(self.hits), sha256=self.file.sha256,
            )  # fmt: skip
        self._problem(
            1,
            "no-commitment-id",
            "no commitment id such as (FR0042) stands in the text, the address or the file's name: add it to the "
            "file's name",
        )

    def _first_line(self) -> str:
        taken = [(hit.start, hit.end) for hit in self.hits if hit.group == "furniture"]
        for line, start in zip(self.page.lines, self.page.starts, strict=True):
            if not any(a <= start < b for a, b in taken):
                return line.text[:200]
        return ""

    # The record

    def _fields(self, identity: _Identity, header: Header) -> dict[str, Any]:
        return {"id": identity.id, "title": without_contacts(identity.title)[0] or identity.id, **header.fields}

    def _check(self, header: Header, body: dict[str, Any]) -> None:
        """A page that was cut off, or that is no page after all, is said to be so."""
        if not header.slugs:
            self._problem(
                1, "no-labels", "no field of the header was found: is the page cut off, or no commitment page?"
            )
        elif self._ends_in_header(header) and "text" not in body:
            message = "the page ends inside its header: what is missing was not in the file"
            self._problem(self.page.lines[-1].number if self.page.lines else 1, "cut-off", message)

    def _ends_in_header(self, header: Header) -> bool:
        """Whether the last labels of every header are missing; pages of local plans have others."""
        closing = {"completion", "implementation"} & {hit.slug for hit in self.hits}
        return not closing and "action-plan" in header.slugs and not header.slugs & set(LOCAL)

    def _document(self, identity: _Identity, header: Header, fields: dict[str, Any]) -> SourceDocument:
        language = language_of(self.hits)
        shown = {label: text for label, text in header.as_shown.items() if text}
        messages = tuple(problem.message for problem in self.problems)
        commitment = self._page({**fields, "as_shown": shown, **({"problems": messages} if messages else {})})
        member = re.match(r"[A-Z]{2,4}", identity.id)
        more: dict[str, Any] = {}
        layout = self._layout(identity, header)
        if layout:
            more["layout"] = layout
        if language != "en":
            more["machine_translated"] = True
        return SourceDocument(
            key=self.file.key,
            kind=identity.kind,
            url=self._url(identity, header, language),
            language=language,
            member=member[0] if member else None,
            sha256=self.file.sha256,
            commitment=commitment,
            **more,
        )

    def _page(self, fields: dict[str, Any]) -> CommitmentPage:
        """The page's record; a field that the format refuses is left out and reported."""
        while True:
            try:
                return CommitmentPage(**fields)
            except ValidationError as error:
                for detail in error.errors(include_url=False):
                    name = str(detail["loc"][0])
                    if name in ("id", "title") or name not in fields:
                        raise
                    self._problem(0, "wrong-value", f"{name}: {detail['msg'].lower()}: it was left out")
                for name in {str(detail["loc"][0]) for detail in error.errors(include_url=False)}:
                    fields.pop(name, None)

    def _layout(self, identity: _Identity, header: Header) -> str | None:
        """The generation of the website, told by which labels and values are there."""
        slugs = header.slugs
        if identity.kind == "temporary-commitment-page":
            return "legacy"
        if slugs & {*LOCAL, "primary-sector"}:
            return "local"
        if slugs & {"starred", "potential-impact"}:
            tags = header.fields.get("policy_areas") or ()
            concepts = (self.vocabulary.concept("policy-area", tag) for tag in tags)
            newer = any(c is not None and iris.path_of(c).rpartition("/")[2] in tags_of_layout_2() for c in concepts)
            return "l2" if newer else "l1"
        relevant = header.fields.get("relevant_to_ogp_values")
        if "ambition" in slugs or relevant in (("Yes",), ("No",)):
            return "l3"
        return None

    def _url(self, identity: _Identity, header: Header, language: str) -> str:
        """The page's address, as it says itself or as the website would form it."""
        own = self.page.address if "opengovpartnership.org" in self.page.address else ""
        if own:
            return _clean_url(own)
        for address in _ADDRESS.findall(self.page.text):
            found = _ID_IN_ADDRESS.search(address) or _LEGACY.search(address)
            if found and (found[1].upper() == identity.id or identity.kind != "commitment-page"):
                return _clean_url(address)
        code = re.sub(r"[^A-Z].*", "", identity.id)
        slug = self.context.slugs.get(code) or iris.slug(header.fields.get("country") or "")
        if not slug:
            slug = next((iris.slug(name) for name in sorted(self._names(header, code)) if iris.slug(name)), "")
        if not slug:
            self._problem(
                0,
                "unknown-address",
                f"the page does not tell its address nor its member: {_SITE}/commitments/… stands in",
            )
        prefix = f"/{language}" if language in ("es", "fr") else ""
        member = f"/members/{slug}" if slug else ""
        return f"{_SITE}{prefix}{member}/commitments/{identity.id}/"

    def _problem(self, line: int, rule: str, message: str) -> None:
        self.problems.append(Problem(self.file.shown, line, rule, message, Severity.WARNING))


def _clean_url(url: str) -> str:
    return re.sub(r"[\s<>\"{}|\\^`]", "", url).rstrip(".,;")


def read_page(file: SourceFile, vocabulary: Vocabulary, context: PageContext) -> Iterator[Record | Problem]:
    """The record of one page, read with what is known beforehand."""
    yield from _PageReader(file, vocabulary, context).records()


def reader(context: Callable[[], PageContext] = known_members) -> Reader:
    """A reader of commitment pages that knows members, institutions and numbers of plans beforehand."""
    return Reader("commitment page", fits, lambda file, vocabulary: read_page(file, vocabulary, context()))


READER = reader()
