"""What the linker compares: an item is a thing of a graph or a row of a table, reduced to what can be told of both.

Items come from a release or any RDF file that uses the ontology (``items_of_graph``), from any table with a mapping of
its columns (``items_of_table``), and from the rows of OGP's own database (``items_of_rows``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

from ogpgraph.load import open_release
from ogpgraph.problems import Problem
from ogpgraph.read.institution_lists import split_institutions
from ogpgraph.read.languages import language_of
from ogpgraph.read.member_names import member_code
from ogpgraph.read.source_file import SourceFile
from ogpgraph.read.tables import column_key, table
from ogpgraph.records import DatabaseRow
from ogpgraph.vocabulary import DCTERMS, OGP, RDF, SKOS, Vocabulary

# Fields that a column of a table may be mapped to.
FIELDS = ("iri", "title", "institutions", "tags", "text", "dates", "member", "cycle", "plan_number")
_DATE = re.compile(r"\b(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?\b")
_FIGURE = re.compile(r"(?<!\d)(?:\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?!\d)|\d{2,})")
_RDF_FORMATS = (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.RDF_XML)


class UnreadableItems(ValueError):
    """A file of which no items can be made; the message names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that may have a counterpart elsewhere. Everything but the name is optional.

    ``iri``: the name of the thing, or of the row in its table. ``kind``: local name of its class.
    ``titles``: with the language tag of each, empty where it is not known. ``institutions`` and ``tags``: names in any
    language, of one body or concept as many as are known; an IRI where the body or concept is known. ``texts``:
    descriptions. ``dates``: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``. ``numbers``: figures that the titles and texts
    name, of two digits or more, digits only. ``member``: OGP's code, such as ``XA``. ``cycle``: the year.
    ``plan_number``: the number in the plan, as printed.
    """

    iri: str
    kind: str = "Commitment"
    titles: tuple[tuple[str, str], ...] = ()
    institutions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    member: str | None = None
    cycle: str | None = None
    plan_number: str | None = None


def items_of_graph(source: Store | Path, kind: str = "Commitment", member: str | None = None) -> Iterator[Item]:
    """The items of a class in the order of their IRIs; of one member if its code is given.

    ``source`` is a store, the folder of a release, or a file of RDF (Turtle, N-Triples, N-Quads, TriG, RDF/XML, by its
    extension) that uses the ontology. What stands in any of its graphs counts. UnreadableItems where it is none.
    """
    store = source if isinstance(source, Store) else _store(source)
    values = _values(store, kind)
    names = _labels(store)
    for iri in sorted(values):
        item = _item(iri, kind, values[iri], names)
        if member is None or item.member == member:
            yield item


# What is asked of every item. Members, plans and concepts are named by IRIs, bodies by their names too.
_PROPERTIES = {
    "titles": (DCTERMS.title, DCTERMS.alternative, SKOS.prefLabel, SKOS.altLabel, OGP.acronym),
    "institutions": (OGP.leadInstitution, OGP.supportInstitution),
    "institution_texts": (OGP.leadInstitutionText, OGP.supportInstitutionText),
    "tags": (OGP.policyArea,),
    "texts": (DCTERMS.abstract, DCTERMS.description, OGP.text),
    "dates": (OGP.startDate, OGP.endDate),
    "member": (OGP.member,),
    "cycle": (OGP.cycle,),
    "plan_number": (OGP.planNumber,),
}

_Values = dict[str, list[Literal | NamedNode]]


def _values(store: Store, kind: str) -> dict[str, _Values]:
    """Of each thing of a class what is asked, by field, each value once and in order."""
    field_of = {term.value: field for field, terms in _PROPERTIES.items() for term in terms}
    rows = store.query(
        f"SELECT DISTINCT ?thing ?p ?o {{ ?thing <{RDF.type.value}> <{OGP[kind].value}> OPTIONAL {{ "
        f"VALUES ?p {{ {' '.join(f'<{iri}>' for iri in field_of)} }} ?thing ?p ?o }} FILTER(isIRI(?thing)) }}",
        use_default_graph_as_union=True,
    )
    assert isinstance(rows, QuerySolutions)
    found: dict[str, _Values] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        values = found[row["thing"].value]
        if row["p"] is not None and isinstance(row["o"], Literal | NamedNode):
            values[field_of[row["p"].value]].append(row["o"])
    for values in found.values():
        for each in values.values():
            each.sort(key=lambda term: (term.value, getattr(term, "language", None) or ""))
    return found


def _labels(store: Store) -> dict[str, tuple[str, ...]]:
    """The names of every institution, in any language."""
    rows = store.query(
        f"SELECT DISTINCT ?body ?name {{ ?body <{RDF.type.value}> <{OGP.Institution.value}> ; "
        f"<{SKOS.prefLabel.value}>|<{SKOS.altLabel.value}>|<{OGP.acronym.value}> ?name }} ORDER BY ?body ?name",
        use_default_graph_as_union=True,
    )
    assert isinstance(rows, QuerySolutions)
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["body"].value].append(row["name"].value)
    return {body: tuple(dict.fromkeys(names)) for body, names in found.items()}


def _item(iri: str, kind: str, values: _Values, names: Mapping[str, tuple[str, ...]]) -> Item:
    titles = {(str(term.value), term.language or "") for term in values["titles"] if isinstance(term, Literal)}
    texts = _texts(values["texts"])
    bodies = [body.value for body in values["institutions"]]
    known = [name for body in bodies for name in (body, *names.get(body, ()))]
    lists = _texts(values["institution_texts"])
    member = _texts(values["member"])
    return Item(
        iri,
        kind,
        tuple(sorted(titles)),
        tuple(dict.fromkeys([*known, *(part for printed in lists for part in split_institutions(printed))])),
        _texts(values["tags"]),
        texts,
        _texts(values["dates"]),
        figures([*(title for title, _ in sorted(titles)), *texts]),
        member[0].rpartition("/")[2] if member else None,
        next(iter(_texts(values["cycle"])), None),
        next(iter(_texts(values["plan_number"])), None),
    )


def _texts(terms: Iterable[Literal | NamedNode]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.value for term in terms))


def _store(path: Path) -> Store:
    """The store of a release's folder or of a file of RDF."""
    if path.is_dir():
        return open_release(path)
    found = RdfFormat.from_extension(path.suffix.removeprefix("."))
    if found not in _RDF_FORMATS:
        raise UnreadableItems(f"{path}: '{path.suffix}' is no extension of RDF: .ttl, .nt, .nq, .trig or .rdf")
    store = Store()
    try:
        store.load(path=path, format=found)
    except (SyntaxError, OSError) as error:
        raise UnreadableItems(f"{path}: {error}") from None
    return store


def items_of_table(path: Path, columns: Mapping[str, str], kind: str = "Commitment") -> Iterator[Item]:
    """The rows of a CSV or XLSX table as items.

    ``columns`` says which column holds which field: ``{"Titel": "title", "Ministerium": "institutions"}``; a title's
    language follows a colon (``title:de``). Fields are those of ``FIELDS``, and several columns may hold one. Cells
    hold several institutions or tags separated by semicolons or line breaks. Without a column for ``iri`` a row is
    named by the file and its number in a spreadsheet. UnreadableItems where a column or a field is not there.
    """
    wanted = _wanted(path, columns)
    found = table(SourceFile(path, path.name, path.read_bytes()), lambda names: wanted.keys() <= names)
    if isinstance(found, Problem):
        raise UnreadableItems(f"{path}: {found.message}: {', '.join(sorted(columns))} are asked for")
    at = {position: wanted[key] for position, name in enumerate(found.names) if (key := column_key(name)) in wanted}
    for number, cells in found.rows:
        values: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for position, (field, language) in at.items():
            # "NR" and the like say why nothing stands there: two rows are not alike by that.
            if cells[position] and _vocabulary().concept("absence", cells[position]) is None:
                values[field].append((cells[position], language))
        yield _row_item(f"{path.name}#row={number}", kind, values)


def _wanted(path: Path, columns: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    wanted = {}
    for column, field in columns.items():
        name, _, language = field.partition(":")
        if name not in FIELDS:
            raise UnreadableItems(f"{path}: '{name}' is no field of an item: {', '.join(FIELDS)}")
        wanted[column_key(column)] = (name, language)
    if not {"title", "text"} & {name for name, _ in wanted.values()}:
        raise UnreadableItems(f"{path}: no column is mapped to title or text: nothing can be compared")
    return wanted


def _row_item(name: str, kind: str, values: Mapping[str, list[tuple[str, str]]]) -> Item:
    def cells(field: str) -> list[str]:
        return [cell for cell, _ in values.get(field, ())]

    titles = tuple((cell, language or language_of(cell) or "") for cell, language in values.get("title", ()))
    member = next(iter(cells("member")), None)
    return Item(
        next(iter(cells("iri")), name),
        kind,
        titles,
        tuple(dict.fromkeys(part for cell in cells("institutions") for part in split_institutions(cell))),
        tuple(dict.fromkeys(_tag(part) for cell in cells("tags") for part in _parts(cell))),
        tuple(cells("text")),
        tuple(dict.fromkeys(date for cell in cells("dates") for date in _DATE.findall(cell))),
        figures([*cells("title"), *cells("text")]),
        (member_code(member) or member) if member else None,
        next((found[:4] for cell in cells("cycle") for found in _DATE.findall(cell)), None),
        next(iter(cells("plan_number")), None),
    )


def items_of_rows(rows: Iterable[DatabaseRow]) -> Iterator[Item]:
    """Rows of OGP's database, as :mod:`ogpgraph.read.explorer` reads them, named by edition and row."""
    for row in rows:
        titles = dict.fromkeys(title for title in (row.title, row.short_title) if title)
        dates = [bound for date in (row.start, row.end) if date for bound in _DATE.findall(date.printed)]
        yield Item(
            row.id or f"{row.source}#row={row.row}",
            "Commitment",
            tuple((title, row.title_language or "") for title in titles),
            tuple(dict.fromkeys([*row.lead_institutions, *row.support_institutions])),
            tuple(_tag(area) for area in row.policy_areas),
            (row.text,) if row.text else (),
            tuple(dict.fromkeys(dates)),
            figures([*titles, row.text or ""]),
            row.member,
            row.year,
            row.number,
        )


def figures(texts: Iterable[str]) -> tuple[str, ...]:
    """The numbers of two digits or more that texts name, without what groups their digits.

    >>> figures(["25 000 pupils in 130 schools by 2020", "25,000 pupils"])
    ('130', '2020', '25000')
    """
    found = {re.sub(r"\D", "", figure) for text in texts for figure in _FIGURE.findall(text)}
    return tuple(sorted(found))


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;\n|]", cell) if part.strip()]


def _tag(label: str) -> str:
    """The IRI of the policy area that has this label in any language, or the label."""
    concept = _vocabulary().concept("policy-area", label)
    return concept.value if concept is not None else label


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary()
