"""What a release consists of and how it differs from the one before: pages of its files, its changes, its catalogue."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ogpgraph.pages.citation import AUTHOR, DATASET, Citation, citation_of, dataset_facts, version_iri
from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.labels import labels_of
from ogpgraph.pages.links import Links

MANIFEST = "manifest.json"
_UNKNOWN = "application/octet-stream"
_MOST_SHOWN = 200  # entities of one class with one fate on a page of changes
KINDS = ("added", "changed", "removed")


@dataclass(frozen=True, slots=True)
class DumpFile:
    """A file of a release as its manifest has it."""

    name: str
    bytes: int
    sha256: str
    media_type: str

    @property
    def size(self) -> str:
        """The size for people: ``18.5 MB``, in powers of ten."""
        for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
            if self.bytes >= step:
                return f"{self.bytes / step:.1f} {unit}"
        return f"{self.bytes} bytes"


@dataclass(frozen=True, slots=True)
class Dump:
    """A release: what its manifest says of it."""

    folder: Path
    version: str
    issued: str
    previous: str | None
    quads: int
    data_from: str
    data_until: str
    added: int | None  # statements against the release before; None where there is none
    removed: int | None
    files: dict[str, DumpFile]

    def file(self, name: str) -> DumpFile:
        """A file by its name; NotFound for what the manifest does not name, whatever lies in the folder."""
        if name not in self.files:
            raise NotFound(name)
        return self.files[name]


@dataclass(frozen=True, slots=True)
class Offer:
    """A file with what it is, and the same compressed."""

    file: DumpFile
    packed: DumpFile | None
    what: str


@dataclass(frozen=True, slots=True)
class Group:
    """Files that belong together."""

    key: str
    title: str
    offers: list[Offer]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of entities of a class: ``number`` counts all, of ``entities`` there may be fewer."""

    kind: str
    number: int
    entities: list[str]
    unnamed: int


@dataclass(frozen=True, slots=True)
class ChangedClass:
    """A class, empty for none, with what became of its entities, and its numbers by kind."""

    iri: str
    fates: list[Fate]

    def number(self, kind: str) -> int:
        """How many entities of the class were added, changed or removed."""
        return next((fate.number for fate in self.fates if fate.kind == kind), 0)

    @property
    def all(self) -> int:
        """How many entities of the class differ."""
        return sum(fate.number for fate in self.fates)


# What each file is, in groups.
_WHAT = {
    "whole": (
        "Whole dataset",
        {
            "dataset.nq": "Everything as N-Quads: the reconciled graph, and a graph for every source and rule",
            "dataset.trig": "Everything as TriG",
            "dataset.jsonld": "Everything as JSON-LD",
            "ogp-graph.ttl": "The reconciled graph alone as Turtle",
        },
    ),
    "tables": (
        "Tables",
        {
            "commitments.csv": "One row a commitment, for spreadsheets",
            "commitments.parquet": "The same as Parquet, for data frames",
            "commitments.csv-metadata.json": "What the columns hold (CSV on the Web)",
            "conflicts.csv": "Where sources disagree: each claim, and which stands",
            "unread.csv": "What could not be read of added sources",
        },
    ),
    "vocabularies": (
        "Ontology, schemes and shapes",
        {
            "ontology.ttl": "Classes and properties",
            "schemes.ttl": "Code lists: SKOS concept schemes",
            "shapes.ttl": "Constraints on single nodes: SHACL",
            "rules.ttl": "Rules across nodes: SHACL-SPARQL",
        },
    ),
    "changes": (
        "Changes since the release before",
        {
            "changes.txt": "For people",
            "changes.json": "Statements by entity",
            "changes.rdfp": "RDF Patch of the whole dataset",
        },
    ),
    "reports": (
        "Validation",
        {"validation.txt": "What shapes and rules found, for people", "validation.ttl": "The SHACL report"},
    ),
    "descriptions": (
        "Descriptions",
        {
            MANIFEST: "Version, and every file with size and SHA-256",
            "catalogue.ttl": "DCAT 3",
            "void.ttl": "VoID: counts by class, property and linkset",
            "service.ttl": "The named graphs, for a Service Description",
            "sparql-examples.ttl": "The example queries",
        },
    ),
}


def read_dump(folder: Path) -> Dump:
    """The release in a folder; NotFound where there is no whole one."""
    try:
        return _read_dump(folder, (folder / MANIFEST).stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError):
        raise NotFound(folder.name) from None


@lru_cache(64)
def _read_dump(folder: Path, _changed: int) -> Dump:
    raw = (folder / MANIFEST).read_bytes()
    facts = json.loads(raw)
    files = {
        name: DumpFile(name, int(each["bytes"]), str(each["sha256"]), str(each.get("media_type", _UNKNOWN)))
        for name, each in facts["files"].items()
    }
    files[MANIFEST] = _manifest_file(raw)
    changes = facts.get("changes") or {}
    return Dump(
        folder,
        facts["version"],
        facts.get("issued", ""),
        facts.get("previous"),
        int(facts["quads"]),
        facts.get("data_from", ""),
        facts.get("data_until", ""),
        changes.get("added"),
        changes.get("removed"),
        files,
    )


def _manifest_file(raw: bytes) -> DumpFile:
    return DumpFile(MANIFEST, len(raw), hashlib.sha256(raw).hexdigest(), "application/json")


async def dumps_page(context: Context, folders: Sequence[Path]) -> str:
    """All releases, the newest first."""
    dumps = [read_dump(folder) for folder in folders]
    return context.render("dumps.html", dumps=dumps, largest=max((dump.quads for dump in dumps), default=1))


async def dump_page(context: Context, folder: Path) -> str:
    """One release with its files in groups."""
    dump = read_dump(folder)
    base = context.links.base
    parts = {f"{base}id/member/{name}" for name in _parts(dump, "members")}
    parts |= {f"{base}id/plan/{name}" for name in _parts(dump, "plans")}
    labels = await labels_of(context, parts)
    groups = [*_groups(dump), *_part_groups(dump, base, labels)]
    return context.render("dumps-version.html", dump=dump, groups=groups, iri=version_iri(context, dump.version))


async def changes_page(context: Context, folder: Path, known: Collection[str]) -> str:
    """What differs from the release before, class by class; ``known`` are the versions that can be linked to."""
    dump = read_dump(folder)
    dump.file("changes.json")
    classes = await asyncio.to_thread(_changed_classes, folder) if dump.previous else ()
    shown = {iri for each in classes for fate in each.fates for iri in fate.entities}
    labels = await labels_of(context, {each.iri for each in classes if each.iri} | shown)
    labels = {**(await asyncio.to_thread(_former_labels, folder) if dump.previous else {}), **labels}
    return context.render(
        "dumps-changes.html",
        dump=dump,
        classes=sorted(classes, key=lambda each: (not context.links.is_ours(each.iri), -each.all, each.iri)),
        most=max((each.all for each in classes), default=1),
        kinds=KINDS,
        labels=labels,
        links_of={kind: _links_of(context, dump, kind, known) for kind in KINDS},
    )


def _links_of(context: Context, dump: Dump, kind: str, known: Collection[str]) -> Links | None:
    """Links into the version that has the entities of a kind; None where it is not here any more."""
    version = dump.previous if kind == "removed" else dump.version
    if version == context.about.version:
        return context.links
    return Links(context.links.base, f"/versions/{version}") if version in known else None


async def catalogue_page(context: Context) -> str:
    """What is in the dataset, and where it can be had."""
    dataset = context.links.base + DATASET
    facts = await dataset_facts(context)
    classes = [
        (row["class"].value, int(row["number"].value))
        for row in await context.rows("dataset-classes", dataset=dataset)
        if context.links.is_ours(row["class"].value)
    ]
    linksets = await context.rows("dataset-links", dataset=dataset)
    mentioned = {iri for iri, _ in classes} | {row["property"].value for row in linksets}
    spatial = facts.get("http://purl.org/dc/terms/spatial", [])
    return context.render(
        "dumps-catalogue.html",
        citation=await citation_of(context),
        dataset=dataset,
        classes=classes,
        most=max((number for _, number in classes), default=1),
        linksets=linksets,
        labels=await labels_of(context, mentioned),
        countries=len(spatial),
    )


async def dataset_json_ld(context: Context) -> dict[str, Any]:
    """The dataset in schema.org's words, for crawlers; the distributions are those of the release's folder."""
    citation = await citation_of(context)
    about = context.about
    described: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": context.links.base + DATASET,
        "name": f"{citation.title}: the linked-data knowledge graph of the Open Government Partnership",
        "description": citation.description,
        "url": context.links.base,
        "sameAs": citation.iri,
        "license": citation.licence,
        "version": citation.version,
        "datePublished": citation.issued,
        "isAccessibleForFree": True,
        "keywords": list(citation.keywords),
        "creator": {"@type": "Organization", "name": AUTHOR, "url": context.links.base},
        "citation": citation.as_text(),
        "includedInDataCatalog": {"@type": "DataCatalog", "name": "OGP Graph", "url": f"{context.links.base}catalog"},
    }
    if about.data_from:
        described["temporalCoverage"] = f"{about.data_from}/{about.data_until}"
    if about.folder:
        described["distribution"] = list(_downloads(read_dump(about.folder), citation))
    return described


def _downloads(dump: Dump, citation: Citation) -> Iterator[dict[str, str]]:
    """The forms of the whole and the tables; compressed where they are."""
    for name in (*_WHAT["whole"][1], "commitments.csv", "commitments.parquet"):
        file = dump.files.get(f"{name}.gz") or dump.files.get(name)
        if file:
            yield {
                "@type": "DataDownload",
                "name": file.name,
                "contentUrl": f"{citation.iri}{file.name}",
                "encodingFormat": dump.files[name].media_type if name in dump.files else file.media_type,
                "contentSize": f"{file.bytes} B",
                "sha256": file.sha256,
            }


def _groups(dump: Dump) -> Iterator[Group]:
    """The files that are described one by one, and those that nobody described."""
    described: set[str] = set()
    for key, (title, files) in _WHAT.items():
        offers = [
            Offer(dump.files[name], dump.files.get(f"{name}.gz"), files[name]) for name in files if name in dump.files
        ]
        described |= {each for name in files for each in (name, f"{name}.gz")}
        if offers:
            yield Group(key, title, offers)
    rest = [file for name, file in dump.files.items() if name not in described and "/" not in name]
    if rest:
        yield Group("others", "Other files", [Offer(file, None, "") for file in rest])


def _part_groups(dump: Dump, base: str, labels: dict[str, str]) -> Iterator[Group]:
    for folder, kind, title in (("members", "member", "By member"), ("plans", "plan", "By action plan")):
        offers = [
            Offer(
                dump.files[f"{folder}/{name}.ttl"],
                dump.files.get(f"{folder}/{name}.ttl.gz"),
                labels.get(f"{base}id/{kind}/{name}", name),
            )
            for name in _parts(dump, folder)
        ]
        if offers:
            yield Group(folder, title, offers)


def _parts(dump: Dump, folder: str) -> list[str]:
    names = (name for name in dump.files if name.startswith(f"{folder}/") and name.endswith(".ttl"))
    return sorted(name.removeprefix(f"{folder}/").removesuffix(".ttl") for name in names)


@lru_cache(8)
def _changes(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "changes.json").read_bytes())
    return {name: found.get(name, {}) for name in ("classes", "labels")} | {"subjects": list(found["entities"])}


def _changed_classes(folder: Path) -> tuple[ChangedClass, ...]:
    found = _changes(folder)
    classes = found["classes"] or {"": {"changed": found["subjects"]}}
    return tuple(
        ChangedClass(iri, [_fate(kind, kinds[kind]) for kind in KINDS if kinds.get(kind)])
        for iri, kinds in classes.items()
    )


def _former_labels(folder: Path) -> dict[str, str]:
    labels: dict[str, str] = _changes(folder)["labels"]
    return labels


def _fate(kind: str, subjects: Iterable[str]) -> Fate:
    """Subjects without a scheme are names of blank nodes."""
    subjects = list(subjects)
    named = [each for each in subjects if ":" in each]
    return Fate(kind, len(subjects), named[:_MOST_SHOWN], len(subjects) - len(named))
