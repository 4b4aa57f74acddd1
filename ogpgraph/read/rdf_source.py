"""RDF that somebody brings: any form of RDF that uses the ontology, to a record that carries its statements.

Rules (``docs/your-own-graph.md`` says them for people):

- The default graph of the file is taken; where it has none, all its named graphs together.
- Blank nodes are refused: a name made up for one would be another name in the next edition of the file.
- Names of ours that name nothing are refused, with the nearest one; terms of others that nothing here knows are kept
  with a warning.
- An entity may be named below the researcher's own namespace where the path follows ours from ``id/`` on. It is
  joined under our name, and ``owl:sameAs`` keeps the other one.
- Ontology, schemes and shapes are not described by a source. What a release says of itself (conflicts, rules,
  counts) is left out, because each release makes it anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from ogpgraph.problems import Problem, Severity
from ogpgraph.read.rdf_form import RdfText, form_of
from ogpgraph.read.rdf_terms import KINDS, OWN_BOOKS, foreign_term, wrong_name
from ogpgraph.read.source_file import Reader, SourceFile
from ogpgraph.records import RdfSource, Record, SourceDocument
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCAT, DCTERMS, OGP, ORG, OWL, RDF, VOID, Vocabulary

# As many problems of one rule are told; more would be the same mistake again.
_TOLD = 25
_OWN_NAME = re.compile(rf"(?P<space>https?://.+?/)id/(?P<path>(?:{'|'.join(KINDS)})/.+)")
_BOOKS = re.compile(rf"{re.escape(BASE)}(?:id/(?:{'|'.join(OWN_BOOKS)})/|graph/|\.well-known/)")
_OF_OTHERS = re.compile(rf"{re.escape(BASE)}(?:ontology\b|scheme/|shapes\b)")


def _fits(file: SourceFile) -> bool:
    return form_of(file) is not None


def _read(file: SourceFile, vocabulary: Vocabulary) -> Iterator[Record | Problem]:
    form = form_of(file)
    assert form is not None
    try:
        text = RdfText(file, form)
        quads = text.quads()
    except UnicodeDecodeError as error:
        line = file.raw[: error.start].count(b"\n") + 1
        yield Problem(file.shown, line, "not-utf8", f"byte {error.start} is not UTF-8: save the file as UTF-8")
        return
    except SyntaxError as error:
        yield Problem(file.shown, error.lineno or 0, "rdf-syntax", _syntax(error, form))
        return
    reading = _Reading(file, text, quads, vocabulary)
    yield from reading.problems()
    yield from reading.records()


def _syntax(error: SyntaxError, form: RdfFormat) -> str:
    if "LoadDocumentCallback" in str(error):
        return "a JSON-LD context at another address is not loaded: write the context into the file"
    return f"this is no {form.name}: {error.msg}"


class _Reading:
    """The quads of one file on their way to a record."""

    def __init__(self, file: SourceFile, text: RdfText, quads: list[Quad], vocabulary: Vocabulary) -> None:
        self.file, self.text, self.vocabulary = file, text, vocabulary
        default = [quad for quad in quads if quad.graph_name == DefaultGraph()]
        self.quads = default or quads
        self.left_graphs = len(quads) - len(self.quads)
        self.taken = [quad for quad in self.quads if not _is_book(quad)]

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong with the names of the file, at most ``_TOLD`` problems a rule."""
        told: Counter[str] = Counter()
        seen: set[Problem] = set()
        for problem in self._all_problems():
            if problem in seen:
                continue
            seen.add(problem)
            told[problem.rule] += 1
            if told[problem.rule] <= _TOLD:
                yield problem
        for rule, count in sorted(told.items()):
            if count > _TOLD:
                yield Problem(self.file.shown, 0, rule, f"{count - _TOLD} more of this kind are not listed")

    def _all_problems(self) -> Iterator[Problem]:
        if not self.taken:
            yield self._problem(0, "nothing-to-join", "the file has no statement about an entity")
        if not any(quad.object in OGP for quad in self.taken if quad.predicate == RDF.type):
            message = "no node has a class of the ontology, such as ogp:Commitment: nothing can be joined"
            yield self._problem(0, "nothing-to-join", message)
        if self.left_graphs:
            message = f"{self.left_graphs} statements of named graphs were left out: the default graph is taken"
            yield self._problem(0, "named-graphs-left-out", message, Severity.WARNING)
        if len(self.taken) < len(self.quads):
            count = len(self.quads) - len(self.taken)
            message = (
                f"{count} statements about conflicts, rules, counts and graphs were left out: each release has its own"
            )
            yield self._problem(0, "own-books-left-out", message, Severity.WARNING)
        yield from self._names()
        yield from self._blank_nodes()
        yield from self._entities()
        yield from self._foreign_terms()

    def _problem(self, line: int, rule: str, message: str, severity: Severity = Severity.VIOLATION) -> Problem:
        return Problem(self.file.shown, line, rule, message, severity)

    def _names(self) -> Iterator[Problem]:
        """Names of ours that name nothing, each once at its first line."""
        terms = (term for quad in self.taken for term in (quad.subject, quad.predicate, quad.object))
        names = {term.value for term in terms if isinstance(term, NamedNode)}
        for name in sorted(names):
            wrong = wrong_name(name, self.vocabulary)
            if wrong:
                yield self._problem(self.text.line(name), *wrong)

    def _blank_nodes(self) -> Iterator[Problem]:
        for quad in self.taken:
            nodes = [node for node in (quad.subject, quad.object) if not isinstance(node, NamedNode | Literal)]
            if nodes:
                owner = quad.subject if isinstance(quad.subject, NamedNode) else None
                where = f"the value of {_shown(quad.predicate)} of <{owner.value}>" if owner else "the subject"
                what = "a blank node" if isinstance(nodes[0], BlankNode) else "a triple"
                message = f"{where} is {what}: give it an IRI, such as <{BASE}id/commitment/XA0001/milestone/1>"
                line = self.text.line(owner.value if owner else quad.predicate.value)
                yield self._problem(line, "blank-node", message)

    def _entities(self) -> Iterator[Problem]:
        """Entities need IRIs that follow the forms of ours; what is not an entity is not to be described."""
        for subject in sorted({q.subject.value for q in self.taken if isinstance(q.subject, NamedNode)}):
            if _OF_OTHERS.match(subject):
                message = (
                    f"<{subject}> belongs to the vocabulary: mint a concept of your own and match it (skos:exactMatch)"
                )
                yield self._problem(self.text.line(subject), "describes-vocabulary", message)
        for subject, kind in sorted(self._kinds.items()):
            if not subject.startswith(BASE) and not _OWN_NAME.fullmatch(subject):
                message = (
                    f"<{subject}> is a {_shown(kind)}: its IRI follows {BASE}id/… or, in your own namespace, "
                    f"ends in the same path, such as <https://data.example.org/id/commitment/XA0001>"
                )
                yield self._problem(self.text.line(subject), "entity-iri", message)

    def _foreign_terms(self) -> Iterator[Problem]:
        counted = Counter(q.predicate for q in self.taken)
        counted.update(q.object for q in self.taken if q.predicate == RDF.type and isinstance(q.object, NamedNode))
        for term, count in sorted(counted.items(), key=lambda item: item[0].value):
            message = foreign_term(term)
            if message:
                line = self.text.line(term.value)
                yield self._problem(line, "foreign-term", f"{message} ({count} statements)", Severity.WARNING)

    @cached_property
    def _kinds(self) -> dict[str, NamedNode]:
        """The class of each entity that the file describes."""
        return {
            quad.subject.value: quad.object
            for quad in self.taken
            if quad.predicate == RDF.type
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, NamedNode)
            and (quad.object in OGP or quad.object == ORG.ChangeEvent)
        }

    def records(self) -> Iterator[Record]:
        """The source, and its statements under our names."""
        names = self._joined_names()
        triples = {
            Triple(names.get(quad.subject.value, quad.subject), quad.predicate, _joined(quad.object, names))
            for quad in self.taken
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal)
        }
        triples |= {Triple(ours, OWL.sameAs, NamedNode(theirs)) for theirs, ours in names.items()}
        written = serialize(sorted(triples, key=str), format=RdfFormat.N_TRIPLES)
        assert written is not None
        subjects = {name: names.get(name, NamedNode(name)).value for name in self._kinds}
        lines = {ours: line for theirs, ours in subjects.items() if (line := self.text.line(theirs))}
        yield self._source(len(triples))
        yield RdfSource(source=self.file.key, file=self.file.shown, triples=written.decode(), lines=lines)

    def _joined_names(self) -> dict[str, NamedNode]:
        """The name below our base of each entity that has one in the researcher's own namespace."""
        found = ((name, _OWN_NAME.fullmatch(name)) for name in self._kinds if not name.startswith(BASE))
        return {name: NamedNode(f"{BASE}id/{match['path']}") for name, match in found if match}

    def _source(self, statements: int) -> SourceDocument:
        """The file as a source, called as it describes itself (``void:Dataset`` or ``dcat:Dataset``) or by its name."""
        itself = next(
            (q.subject for q in self.quads if q.predicate == RDF.type and q.object in (VOID.Dataset, DCAT.Dataset)),
            None,
        )
        said = {q.predicate: q.object for q in self.quads if itself is not None and q.subject == itself}
        address = itself.value if isinstance(itself, NamedNode) and itself.value.startswith("http") else ""
        title, licence = said.get(DCTERMS.title), said.get(DCTERMS.license)
        return SourceDocument(
            key=self.file.key,
            kind="rdf-file",
            url=address or f"{BASE}id/source/{self.file.key}",
            title=f"{title.value} ({self.file.path.name})" if isinstance(title, Literal) else self.file.path.name,
            sha256=self.file.sha256,
            extent=f"all {statements} statements of {self.file.path.name} ({self.text.form.name})",
            licence=licence.value if isinstance(licence, NamedNode) else None,
            foreign=True,
        )


def _is_book(quad: Quad) -> bool:
    """Whether a statement is about what a release says of itself."""
    return isinstance(quad.subject, NamedNode) and bool(_BOOKS.match(quad.subject.value))


def _joined(node: NamedNode | Literal, names: dict[str, NamedNode]) -> NamedNode | Literal:
    return names.get(node.value, node) if isinstance(node, NamedNode) else node


def _shown(term: NamedNode) -> str:
    return f"ogp:{term.value.removeprefix(OGP.iri)}" if term in OGP else f"<{term.value}>"


READER = Reader("RDF that uses the ontology", _fits, _read, whole=True)
