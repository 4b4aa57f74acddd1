"""``release``: from quads to a validated, immutable release. The only part that decides whether it is good.

::

    <out>/<version>/            written whole or not at all
        dataset.nq .trig .jsonld   everything: the default graph and the graph of every source and rule
        ogp-graph.ttl           the default graph
        members/FR.ttl          the default graph of one member
        plans/FR-2015.ttl       … of one plan
        ontology.ttl schemes.ttl shapes.ttl
        rules.ttl               the rules across entities that SHACL-SPARQL admits, as shapes
        catalogue.ttl           DCAT
        void.ttl                VoID of the default graph and of each named graph
        service.ttl             the dataset for a Service Description: named graphs with their counts
        sparql-examples.ttl     the example queries as SIB's editors read them
        validation.ttl .txt     what the shapes and the rules found (warnings only)
        alignments/<set>.sssom.tsv .ttl   sets of mappings to each other and to things of others (SSSOM)
        conflicts.csv           where sources disagree: every claim, the winner marked
        commitments.csv .parquet   a table, one row a commitment; Parquet where pyarrow is installed
        commitments.csv-metadata.json   what its columns hold (CSVW)
        changes.json .txt       against the release that was latest before
        changes.rdfp            the same as RDF Patch, whole: the other dataset.nq and this patch make this dataset.nq
        unread.csv              what could not be read of sources that were added (only if there were any)
        manifest.json           version, what time the data are of, files with sizes, media types and SHA-256
        (each RDF file also as .gz)
    <out>/latest                link to the newest version
    <out>/refused/              the report of the last build that was refused; there are no data in it

The version is the edition of the data and the first eight digits of the SHA-256 of the canonical N-Quads:
the same data are the same version and the same bytes, whenever and wherever they are built.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Triple, parse

from ogpgraph import checks, iris
from ogpgraph.problems import Problem, ProblemsFound, violations
from ogpgraph.records import ReleaseNotes
from ogpgraph.release import catalogue, dumps, examples, tables, void
from ogpgraph.release.alignments import alignment_files
from ogpgraph.release.changes import Changes, compare
from ogpgraph.release.conflicts import conflicts_csv
from ogpgraph.release.patch import Patch
from ogpgraph.vocabulary import subject_name

Files = dict[str, bytes]
Step = Callable[[str], None]


@dataclass(frozen=True)
class Release:
    """A release on disk."""

    folder: Path
    version: str
    quads: int
    problems: list[Problem]
    already_there: bool = False


def unaccounted(quads: Iterable[Quad]) -> list[Problem]:
    """Triples of the default graph that no named graph accounts for (design, section 4)."""
    named: set[Triple] = set()
    default: set[Triple] = set()
    for quad in quads:
        (default if quad.graph_name == DefaultGraph() else named).add(quad.triple)
    return [
        Problem(subject_name(t), 0, "unaccounted", f"no graph accounts for {t}: derive it in a graph of its rule")
        for t in sorted(default - named, key=str)
    ]


def judge(quads: Iterable[Quad]) -> tuple[list[Problem], checks.Validation]:
    """Everything that shapes, rules and the accounting find in a dataset."""
    quads = list(quads)
    validation = checks.validate(dumps.default_graph(quads))
    problems = [*validation.problems, *checks.rule_problems(checks.store_of(quads)), *unaccounted(quads)]
    return sorted(set(problems)), validation


def make_release(
    quads: set[Quad],
    notes: ReleaseNotes,
    out: Path,
    places: dict[str, tuple[str, int]],
    step: Step = lambda name: None,
    beside: Files | None = None,
) -> Release:
    """Validate the quads and write the release; ProblemsFound where it is refused, with a report kept.

    ``beside`` are further files of the release.
    """
    step("canonical order")
    ordered, version, coverage = _described(dumps.canonical(_undescribed(quads)), notes)
    step("shapes and rules")
    problems, validation = judge(ordered)
    problems = sorted(checks.with_places(problems, places))
    if violations(problems):
        _keep_refusal(out, problems, validation)
        raise ProblemsFound(problems)
    if (out / version / "manifest.json").exists():
        _point_latest(out, version)
        return Release(out / version, version, len(ordered), problems, already_there=True)
    step("files")
    files = _files(ordered, problems, validation) | (beside or {})
    changes = _changes(out, version, ordered)
    files |= _change_files(out, changes, files["dataset.nq"])
    files |= _descriptions(files, ordered, notes, version, changes, coverage)
    step("writing")
    _write(out, version, files)
    return Release(out / version, version, len(ordered), problems)


def _undescribed(quads: set[Quad]) -> set[Quad]:
    """The quads without what a release says of itself: those of a release make the same release again."""
    own = (void.GRAPH, examples.GRAPH)
    said = {quad.triple for quad in quads if quad.graph_name in own}
    return {
        quad
        for quad in quads
        if not catalogue.is_of_release(quad.subject)
        and quad.graph_name not in own
        and not (quad.graph_name == DefaultGraph() and quad.triple in said)
    }


def _described(data: list[Quad], notes: ReleaseNotes) -> tuple[list[Quad], str, catalogue.Coverage]:
    """The canonical quads with all that the dataset says of itself, the version, and what it covers.

    The version follows from the data and the example queries; name, version and VoID follow from those. VoID counts
    what is there without itself and without the examples.
    """
    queries = list(dumps.stated_in(examples.GRAPH, examples.described()))
    digest = hashlib.sha256(dumps.nquads(dumps.with_further(data, queries))).hexdigest()
    version = f"{notes.edition}-{digest[:8]}"
    coverage = catalogue.Coverage.of(data, notes)
    named = dumps.with_further(data, catalogue.describe(notes, version, coverage))
    counts = dumps.stated_in(void.GRAPH, void.of_dataset(named, version))
    return dumps.with_further(named, [*queries, *counts]), version, coverage


def _files(ordered: list[Quad], problems: list[Problem], validation: checks.Validation) -> Files:
    default = dumps.default_graph(ordered)
    files: Files = {
        "dataset.nq": dumps.nquads(ordered),
        "dataset.trig": dumps.trig(ordered),
        "dataset.jsonld": dumps.json_ld(ordered),
        "ogp-graph.ttl": dumps.turtle(default),
    }
    for name in ("ontology", "shapes"):
        files[f"{name}.ttl"] = dumps.turtle(_graphs(ordered, iris.graph(name).value))
    files["rules.ttl"] = dumps.turtle(t for rule in checks.rules() if rule.fits_shacl for t in rule.as_shape())
    files["schemes.ttl"] = dumps.turtle(_graphs(ordered, iris.graph("scheme/").value))
    for code, part in dumps.by_member(default).items():
        files[f"members/{code}.ttl"] = dumps.turtle(part)
        for plan, triples in dumps.by_plan(part).items():
            files[f"plans/{plan}.ttl"] = dumps.turtle(triples)
    files |= {f"{name}.gz": dumps.gzipped(raw) for name, raw in files.items()}
    files["validation.ttl"] = report_turtle(validation)
    files["validation.txt"] = report_text(problems).encode()
    files["conflicts.csv"] = conflicts_csv(default)
    files |= dict(alignment_files(ordered))
    return files | _tables(default)


def _tables(default: list[Triple]) -> Files:
    rows = tables.commitments(default)
    files = {
        "commitments.csv": tables.as_csv(rows),
        "commitments.csv-metadata.json": tables.csvw("commitments.csv", catalogue.LICENCE.value),
    }
    if tables.can_write_parquet():
        files["commitments.parquet"] = tables.as_parquet(rows)
    return files


def _change_files(out: Path, changes: Changes, dataset: bytes) -> Files:
    """What changed, for machines and for people; the first release has no patch, for that would be the dataset."""
    files = {"changes.json": changes.as_json().encode()}
    words = changes.as_text()
    if changes.old is not None:
        patch = Patch.between((out / changes.old / "dataset.nq").read_bytes(), dataset)
        files["changes.rdfp"] = patch.as_text().encode()
        files["changes.rdfp.gz"] = dumps.gzipped(files["changes.rdfp"])
        words += (
            "\nThese are statements of the default graph, without the counts of VoID. With the graphs of all sources "
            f"{len(patch.added)} quads were added and {len(patch.removed)} removed: changes.rdfp has each of them.\n"
        )
    return files | {"changes.txt": words.encode()}


def _graphs(ordered: list[Quad], prefix: str) -> list[Triple]:
    """The triples of the named graphs whose IRI begins so: they stand together, because quads are ordered by graph."""
    start = f"<{prefix}"
    first = bisect_left(ordered, start, key=_graph_name)
    found = takewhile(lambda quad: _graph_name(quad).startswith(start), islice(ordered, first, None))
    return [quad.triple for quad in found]


def _graph_name(quad: Quad) -> str:
    return str(quad.graph_name)


def _descriptions(
    files: Files,
    ordered: list[Quad],
    notes: ReleaseNotes,
    version: str,
    changes: Changes,
    coverage: catalogue.Coverage,
) -> Files:
    facts = {name: _facts(name, raw) for name, raw in files.items()}
    graphs = void.of_graphs(ordered)
    described = {
        "catalogue.ttl": dumps.turtle(catalogue.dcat(notes, version, changes.old, coverage, facts)),
        "void.ttl": dumps.turtle(sorted({*_graphs(ordered, void.GRAPH.value), *graphs}, key=dumps.by_subject)),
        "service.ttl": dumps.turtle(void.without_partitions(graphs)),
        "sparql-examples.ttl": dumps.turtle(_graphs(ordered, examples.GRAPH.value)),
    }
    facts |= {name: _facts(name, raw) for name, raw in described.items()}
    manifest = {
        "version": version,
        "edition": notes.edition,
        "issued": notes.issued,
        "data_from": coverage.data_from,
        "data_until": coverage.data_until,
        "previous": changes.old,
        "quads": len(ordered),
        "changes": {"added": changes.added, "removed": changes.removed} if changes.old else None,
        "files": dict(sorted(facts.items())),
    }
    described["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    return described


def _facts(name: str, raw: bytes) -> dict[str, str | int]:
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest(), "media_type": catalogue.media_type(name)}


def _changes(out: Path, version: str, ordered: list[Quad]) -> Changes:
    """Against what ``latest`` names now; the first release is all new."""
    latest = out / "latest"
    if not latest.exists():
        return compare(None, [], version, void.uncounted(ordered))
    folder = latest.resolve()
    old = void.uncounted(parse((folder / "dataset.nq").read_bytes(), format=RdfFormat.N_QUADS))
    return compare(folder.name, old, version, void.uncounted(ordered))


def _write(out: Path, version: str, files: Files) -> None:
    """All files into a folder beside the target, then one rename: a reader sees all or nothing."""
    staging = out / f".{version}.partial"
    shutil.rmtree(staging, ignore_errors=True)
    for name, raw in files.items():
        path = staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    os.replace(staging, out / version)
    shutil.rmtree(out / "refused", ignore_errors=True)
    _point_latest(out, version)


def _point_latest(out: Path, version: str) -> None:
    link = out / ".latest.partial"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    os.replace(link, out / "latest")


def _keep_refusal(out: Path, problems: list[Problem], validation: checks.Validation) -> None:
    refused = out / "refused"
    refused.mkdir(parents=True, exist_ok=True)
    (refused / "validation.txt").write_text(report_text(problems), "utf-8")
    (refused / "validation.ttl").write_bytes(report_turtle(validation))


def report_text(problems: list[Problem]) -> str:
    """The report for people: the sum, then a problem a line."""
    bad = len(violations(problems))
    head = f"{bad} violations, {len(problems) - bad} warnings\n"
    return head + "".join(f"{problem}\n" for problem in problems)


def report_turtle(validation: checks.Validation) -> bytes:
    """The SHACL report in a stable order, its blank nodes canonical."""
    raw = validation.report.serialize(format="nt", encoding="utf-8")
    quads = dumps.canonical(Quad(q.subject, q.predicate, q.object) for q in parse(raw, format=RdfFormat.N_TRIPLES))
    return dumps.turtle(dumps.default_graph(quads))
