"""``lift``: from records to RDF. The only part that turns records into triples.

statements.py                      what the sources state, triple by triple
names.py                           printed names to the entities that they name
members, institutions, plans,
captures, reviews, lineage .py     one family of records each
page_body.py, page_lineage.py      what the bodies of commitment pages say
joinup.py                          what a Joinup page says of a plan
plan_numbers.py                    which commitment a number in a plan means
rows.py, row_identity.py           rows of OGP's databases, and which commitment each is about
alignments.py                      mappings to each other and to things of others
newcomers.py                       what sources name beyond the hand-kept data
foreign.py                         graphs that somebody adds, as they are
resolve.py                         which claim stands, which conflicts stay visible
derive.py                          what follows by a rule
ratings.py                         which of several assessments gives a commitment's rating
cube.py                            how many commitments have which rating
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.alignments import lift_alignments
from ogpgraph.lift.captures import lift_page, lift_source
from ogpgraph.lift.derive import derive
from ogpgraph.lift.foreign import lift_foreign
from ogpgraph.lift.institutions import lift_institutions
from ogpgraph.lift.joinup import lift_joinup
from ogpgraph.lift.lineage import lift_lineage
from ogpgraph.lift.members import lift_initiatives, lift_member, lift_roles
from ogpgraph.lift.names import Names
from ogpgraph.lift.page_body import lift_page_bodies
from ogpgraph.lift.plans import lift_plan
from ogpgraph.lift.resolve import resolve
from ogpgraph.lift.reviews import lift_assessment, lift_reports
from ogpgraph.lift.rows import lift_rows
from ogpgraph.lift.statements import Statements
from ogpgraph.vocabulary import ONTOLOGY_FOLDER, SHAPES_FOLDER, Vocabulary, turtle


def lift(collection: r.Collection, vocabulary: Vocabulary) -> set[Quad]:
    """All quads of the records: a graph for each source and rule, and the reconciled default graph."""
    said = Statements(vocabulary)
    names = Names(collection, vocabulary)
    for document in collection.of(r.SourceDocument):
        said.know_source(document)
    for document in collection.of(r.SourceDocument):
        lift_source(document, said)
        if document.commitment:
            lift_page(document, document.commitment, said, names)
    for member in collection.of(r.Member):
        lift_member(member, said)
    for institutions in collection.of(r.Institutions):
        lift_institutions(institutions, said)
    for plan in collection.of(r.Plan):
        lift_plan(plan, said)
    for reports in collection.of(r.Reports):
        lift_reports(reports, said)
    for row in collection.of(r.AssessmentRow):
        lift_assessment(row, said)
    for lineage in collection.of(r.Lineage):
        for statement in lineage.statements:
            lift_lineage(lineage.member, statement, said)
    for initiatives in collection.of(r.Initiatives):
        lift_initiatives(initiatives, said)
    for roles in collection.of(r.Roles):
        lift_roles(roles, said)
    lift_page_bodies(collection, said, names)
    lift_joinup(collection, said, names)
    lift_rows(collection, said, names)
    names.newcomers.lift(said)
    lift_alignments(collection, said)
    lift_foreign(collection, said)
    resolve(said)
    derive(said)
    return said.named | {Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in said.default}


def lift_vocabularies() -> Iterator[Quad]:
    """The ontology, the alignments and the schemes, in their own graphs and in the default graph."""
    retired = (iris.graph("retired"), ONTOLOGY_FOLDER / "retired.ttl")  # it may list nothing
    for graph, path in (*vocabulary_files(), retired):
        for triple in turtle(path):
            yield Quad(triple.subject, triple.predicate, triple.object, graph)
            if graph != iris.graph("shapes"):
                yield Quad(triple.subject, triple.predicate, triple.object, DefaultGraph())


def vocabulary_files() -> list[tuple[NamedNode, Path]]:
    """The vocabulary files, each with the graph that it fills."""
    files = [(iris.graph("ontology"), ONTOLOGY_FOLDER / name) for name in ("ogp.ttl", "alignments.ttl", "cube.ttl")]
    files += [(iris.graph(f"scheme/{p.stem}"), p) for p in sorted((ONTOLOGY_FOLDER / "schemes").glob("*.ttl"))]
    files += [(iris.graph("shapes"), path) for path in sorted(SHAPES_FOLDER.glob("*.ttl"))]
    return files
