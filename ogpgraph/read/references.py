"""What one file of ``data/`` says against what the others and the vocabularies know.

Everything that a record points to must exist: sources, members, plans, commitments, institutions,
reports, initiatives, concepts. A value must have been in force when its plan was written.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.dates import period
from ogpgraph.problems import Problem, Severity
from ogpgraph.read.alignments import own_path
from ogpgraph.read.data_folder import ReadRecord
from ogpgraph.read.located import Place
from ogpgraph.read.page_values import PAGE_VARIABLES, absence_in, report_in
from ogpgraph.vocabulary import OGP, Vocabulary, folded

# What a field points to: a kind of thing, or "concept:<scheme>".
_POINTS_TO: dict[tuple[type[r.Record], str], str] = {
    (r.SourceDocument, "kind"): "concept:source-kind",
    (r.SourceDocument, "layout"): "concept:layout",
    (r.SourceDocument, "member"): "member",
    (r.Institutions, "member"): "member",
    (r.Institution, "kind"): "concept:institution-kind",
    (r.Institution, "parent"): "institution",
    (r.InstitutionChange, "kind"): "concept:institution-change",
    (r.InstitutionChange, "basis"): "concept:basis",
    (r.InstitutionChange, "before"): "institution",
    (r.InstitutionChange, "after"): "institution",
    (r.InstitutionFamily, "institutions"): "institution",
    (r.InstitutionFamily, "basis"): "concept:basis",
    (r.Plan, "member"): "member",
    (r.Plan, "coordinated_by"): "institution",
    (r.CoCreationActivity, "kind"): "concept:cocreation-activity",
    (r.CoCreationActivity, "convened_by"): "institution",
    (r.CoCreationActivity, "consulted"): "institution",
    (r.CoCreationActivity, "benchmarked"): "member",
    (r.Commitment, "number_basis"): "concept:basis",
    (r.Commitment, "lead_institutions"): "institution",
    (r.Commitment, "support_institutions"): "institution",
    (r.Commitment, "policy_areas"): "concept:policy-area",
    (r.Milestone, "responsible"): "institution",
    (r.Reference, "kind"): "concept:reference-kind",
    (r.Reference, "cited_in"): "concept:phase",
    (r.Reports, "member"): "member",
    (r.ReviewDocument, "type"): "concept:report-type",
    (r.ReviewDocument, "plan"): "plan",
    (r.ReviewDocument, "publisher"): "institution",
    (r.AssessmentRow, "commitment"): "commitment",
    (r.AssessmentRow, "phase"): "concept:phase",
    (r.AssessmentRow, "report"): "report",
    (r.Lineage, "member"): "member",
    (r.LineageStatement, "earlier"): "commitment",
    (r.LineageStatement, "later"): "commitment",
    (r.LineageStatement, "initiative"): "initiative",
    (r.LineageStatement, "earlier_plan"): "plan",
    (r.LineageStatement, "later_plan"): "plan",
    (r.LineageStatement, "fate"): "concept:fate",
    (r.LineageStatement, "basis"): "concept:basis",
    (r.LineageStatement, "asserted_by"): "concept:asserter",
    (r.LineageStatement, "sources"): "source",
    (r.Initiatives, "member"): "member",
    (r.Initiative, "ran_by"): "institution",
    (r.Roles, "member"): "member",
    (r.Role, "kind"): "concept:role",
    (r.Role, "held_by"): "institution",
}

_WHERE = {
    "source": "add data/sources/<member>/{0}.yml",
    "member": "add a row to data/members.csv",
    "plan": "add its file below data/plans/",
    "commitment": "add it to its plan's file, or correct the id",
    "institution": "add it to the member's file in data/institutions/",
    "report": "add it to the member's file in data/reports/",
    "initiative": "add it to the member's file in data/initiatives/",
}

# Rules about things that another file defines.
POINTER_RULES = frozenset(f"unknown-{kind}" for kind in _WHERE)

# The report that carries an assessment decides nothing about these columns: they are not codes.
_FREE_TEXT = {"finding", "recommendationText"}

# Schemes that code a variable where the scheme does not carry the variable's own name.
VARIABLE_SCHEMES: dict[str, tuple[str, ...]] = {
    "completion": ("completion",),
    "specificity": ("specificity",),
    "verifiable": ("verifiable",),
    "relevance": ("relevance", "ogp-value"),
    "potentialImpact": ("potential-impact",),
    "ambition": ("ambition",),
    "potentialForResults": ("potential-for-results",),
    "earlyResults": ("early-results", "early-results-2021"),
    "starred": ("star",),
    "starRule": ("star-rule",),
    "openedAccessToInformation": ("early-results",),
    "openedCivicParticipation": ("early-results",),
    "openedPublicAccountability": ("early-results",),
    "recommends": ("recommendation",),
    "newOrPreExisting": ("new-or-pre-existing",),
    "onSchedule": ("on-schedule",),
}


# What may stand between an earlier and a later commitment (design, section 3).
LINEAGE_RELATIONS = (
    "succeededBy",
    "carriedForwardInto",
    "extendedBy",
    "builtOnBy",
    "refocusedAs",
    "splitInto",
    "mergedInto",
    "replacedBy",
)


class Known:
    """Everything that records may point to, gathered from all of them."""

    def __init__(self, found: Iterable[ReadRecord], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.keys: dict[str, set[str]] = {kind: set() for kind in _WHERE}
        self.cycles: dict[str, int] = {}
        self.names: dict[str, dict[str, list[str]]] = {}
        self.plan_titles: dict[str, dict[str, str]] = {}
        self.report_titles: dict[str, dict[str, str]] = {}
        for entry in found:
            self._gather(entry.record)

    def has(self, kind: str, value: str, member: str) -> bool:
        if kind.startswith("concept:"):
            scheme = self.vocabulary.schemes.get(kind.partition(":")[2])
            return scheme is not None and value in scheme.concepts
        return (f"{member}/{value}" if kind in ("institution", "initiative") else value) in self.keys[kind]

    def near(self, kind: str, value: str, member: str) -> str | None:
        """The known key most like an unknown one."""
        if kind.startswith("concept:"):
            scheme = self.vocabulary.schemes.get(kind.partition(":")[2])
            known = set(scheme.concepts) if scheme else set()
        elif kind in ("institution", "initiative"):
            known = {key.partition("/")[2] for key in self.keys[kind] if key.startswith(f"{member}/")}
        else:
            known = self.keys[kind]
        return next(iter(difflib.get_close_matches(value, sorted(known), n=1, cutoff=0.7)), None)

    def _gather(self, record: r.Record) -> None:
        match record:
            case r.Member():
                self.keys["member"].add(record.code)
            case r.SourceDocument():
                self.keys["source"].add(record.key)
                if record.commitment:
                    self.keys["commitment"].add(record.commitment.id)
            case r.Institutions():
                self._gather_institutions(record)
            case r.Plan():
                self._gather_plan(record)
            case r.Reports():
                for document in record.documents:
                    self.keys["report"].add(document.id)
                    for title in (*document.title, *document.alternative_titles):
                        self.report_titles.setdefault(record.member, {})[folded(title.value)] = document.id
            case r.Initiatives():
                self.keys["initiative"] |= {f"{record.member}/{entry.key}" for entry in record.initiatives}

    def _gather_institutions(self, record: r.Institutions) -> None:
        names = self.names.setdefault(record.member, {})
        for institution in record.institutions:
            self.keys["institution"].add(f"{record.member}/{institution.key}")
            for name in {folded(n.value) for n in (*institution.name, *institution.names)}:
                names.setdefault(name, []).append(institution.key)

    def _gather_plan(self, record: r.Plan) -> None:
        self.keys["plan"].add(record.plan)
        titles = self.plan_titles.setdefault(record.member, {})
        for title in (*record.title, *record.alternative_titles):
            titles[folded(title.value)] = record.plan
        for commitment in record.commitments:
            self.keys["commitment"].add(commitment.id)
            self.cycles[commitment.id] = int(record.cycle)


def reference_problems(
    found: list[ReadRecord], vocabulary: Vocabulary, unread: Mapping[str, set[str]] | None = None
) -> list[Problem]:
    """Every pointer that points nowhere, every value that its code book does not know.

    ``unread`` are keys by kind that stand in rows which could not be read: they are not missing.
    """
    known = Known(found, vocabulary)
    for kind, keys in (unread or {}).items():
        known.keys[kind] |= keys
    problems: list[Problem] = list(_doubles(found))
    for entry in found:
        problems += _file_name(entry)
        problems += _pointers(entry, known)
        match entry.record:
            case r.SourceDocument(commitment=r.CommitmentPage() as page):
                problems += _page(entry, page, known)
            case r.AssessmentRow():
                problems += _assessment(entry, entry.record, known)
            case r.Lineage():
                problems += _lineage(entry, entry.record, known)
            case r.Plan():
                problems += _plan(entry, entry.record)
            case r.Institutions():
                problems += _ambiguous_names(entry, entry.record, known)
            case r.Alignments():
                problems += _mapped(entry, entry.record, known)
    return problems


# Kinds of thing that a mapping may name and that the hand-kept data define, by the start of their IRI's path.
_MAPPED = ("member", "plan", "commitment", "institution", "report", "initiative")


def _mapped(entry: ReadRecord, record: r.Alignments, known: Known) -> Iterator[Problem]:
    """Things of ours that a mapping names and nothing defines; a row's commitment comes with its source."""
    for i, mapping in enumerate(record.mapping_set.mappings):
        for iri in (mapping.subject_id, mapping.object_id):
            kind, _, key = (own_path(iri) or "").partition("/")
            member, _, rest = key.partition("/")
            if kind == "scheme":
                kind, key = f"concept:{member}", rest
            elif kind in ("institution", "initiative"):
                member, key = member.upper(), rest
            elif kind not in _MAPPED or (kind == "commitment" and rest):
                continue
            if not known.has(kind, key, member):
                near = known.near(kind, key, member)
                message = f"{iri} is not in the data: " + (f"did you mean '{near}'?" if near else "correct the row")
                yield entry.located.problem(("mappings", i), "unknown-mapped-thing", message)


def _doubles(found: list[ReadRecord]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for entry in found:
        for place, kind, key in _defined(entry.record):
            where = "{}:{}".format(*entry.located.where((*entry.place, *place)))
            if (kind, key) in seen:
                message = f"{kind} '{key}' is already in {seen[kind, key]}: keep one of them"
                yield entry.located.problem((*entry.place, *place), "repeated-key", message)
            seen.setdefault((kind, key), where)


def _defined(record: r.Record) -> Iterator[tuple[Place, str, str]]:
    """The things that a record defines, with their places."""
    match record:
        case r.Member():
            yield (), "member", record.code
        case r.SourceDocument():
            yield ("key",), "source", record.key
        case r.Plan():
            yield ("plan",), "plan", record.plan
            for i, commitment in enumerate(record.commitments):
                yield ("commitments", i), "commitment", commitment.id
                for j, milestone in enumerate(commitment.milestones):
                    yield ("commitments", i, "milestones", j), "milestone", f"{commitment.id} {milestone.number}"
                for j, reference in enumerate(commitment.references):
                    yield ("commitments", i, "references", j), "reference", f"{commitment.id} {reference.name}"
        case r.Institutions():
            for i, institution in enumerate(record.institutions):
                yield ("institutions", i), "institution", f"{record.member}/{institution.key}"
            for i, change in enumerate(record.changes):
                yield ("changes", i), "change", f"{record.member}/{change.key}"
        case r.Reports():
            for i, document in enumerate(record.documents):
                yield ("documents", i), "report", document.id


def _file_name(entry: ReadRecord) -> Iterator[Problem]:
    path = PurePosixPath(entry.located.file)
    if entry.located.homes:
        return  # tables hold many things a file
    match entry.record:
        case r.SourceDocument():
            expected = entry.record.key
        case r.Plan():
            expected = f"{entry.record.member.lower()}-"
            if path.stem.startswith(expected) and path.parent.name == entry.record.member.lower():
                return
            expected += "NN"
        case r.Institutions() | r.Reports() | r.Lineage() | r.Initiatives() | r.Roles():
            expected = entry.record.member.lower()
        case _:
            return
    if path.stem != expected:
        message = f"the file is called '{path.stem}' but holds '{expected}': the file's name is its key"
        yield entry.located.problem((), "file-name", message)


def _pointers(entry: ReadRecord, known: Known) -> Iterator[Problem]:
    member = _member_of(entry.record)
    for place, kind, value in _walk(entry.record, entry.place):
        if known.has(kind, value, member):
            continue
        near = known.near(kind, value, member)
        if kind.startswith("concept:"):
            scheme = kind.partition(":")[2]
            remedy = f"did you mean '{near}'?" if near else f"the codes are in ontology/schemes/{scheme}.ttl"
            yield entry.located.problem(place, "unknown-code", f"'{value}' is no code of {scheme}: {remedy}")
        else:
            remedy = f"did you mean '{near}'? Else " if near else ""
            remedy += (entry.located.homes.get(kind) or _WHERE[kind]).format(value)
            yield entry.located.problem(place, f"unknown-{kind}", f"{kind} '{value}' is not in the data: {remedy}")


def _member_of(record: r.Record) -> str:
    return getattr(record, "member", None) or ""


def _walk(record: r.Record, place: Place) -> Iterator[tuple[Place, str, str]]:
    """Every pointer below a record: its place, what it points to, the key."""
    for name in sorted(record.model_fields_set):
        value = getattr(record, name)
        here = (*place, name)
        kind = "source" if name == "source" else _POINTS_TO.get((type(record), name))
        if isinstance(value, r.Record):
            yield from _walk(value, here)
        elif isinstance(value, tuple):
            for i, item in enumerate(value):
                if isinstance(item, r.Record):
                    yield from _walk(item, (*here, i))
                if kind:
                    yield from (((*here, i), kind, key) for key in _keys_in(item))
        elif kind and value is not None:
            yield here, kind, value


def _keys_in(item: object) -> tuple[str, ...]:
    match item:
        case r.Stated():
            return (item.value,)
        case r.StatedSet():
            return item.values
        case str():
            return (item,)
    return ()


def _page(entry: ReadRecord, page: r.CommitmentPage, known: Known) -> Iterator[Problem]:
    """Values of a captured page against the code books, names against the institutions."""
    document = entry.record
    assert isinstance(document, r.SourceDocument)
    member = document.member or ""
    for key in sorted(page.model_fields_set & set(PAGE_VARIABLES)):
        variable = PAGE_VARIABLES[key]
        for i, value in enumerate(variable.values_of(page)):
            if variable.concept(value, known.vocabulary) is None and absence_in(value, known.vocabulary) is None:
                yield _unknown_page_value(entry, ("commitment", key, i), value, variable.schemes, known.vocabulary)
    named = () if document.machine_translated else ("lead_institutions", "support_institutions")
    for key in named:
        for i, name in enumerate(getattr(page, key) or ()):
            if folded(name) not in known.names.get(member, {}):
                near = difflib.get_close_matches(folded(name), list(known.names.get(member, {})), n=1)
                hint = f"did you mean '{near[0]}'? Else add" if near else "add"
                message = f"institution '{name}' is not known: {hint} it to data/institutions/{member.lower()}.yml"
                yield entry.located.problem(("commitment", key, i), "unknown-institution", message)
    for i, title in enumerate(page.action_plan or ()):
        if folded(title) not in known.plan_titles.get(member, {}):
            message = f"no plan of {member} is called '{title}': add it to alternative_titles in data/plans/"
            yield entry.located.problem(("commitment", "action_plan", i), "unknown-plan", message)
    for i, title in enumerate(page.irm_reports or ()):
        if report_in(title, known.report_titles.get(member, {})) is None:
            message = f"no report of {member} is called '{title}': add it to data/reports/{member.lower()}.yml"
            yield entry.located.problem(("commitment", "irm_reports", i), "unknown-report", message)
    if page.id[: len(member)] != member:
        message = f"commitment {page.id} does not begin with the code of member {member}: correct one of them"
        yield entry.located.problem(("commitment", "id"), "wrong-member", message)


def _unknown_page_value(
    entry: ReadRecord, place: Place, value: str, schemes: tuple[str, ...], vocabulary: Vocabulary
) -> Problem:
    labels = [label for scheme in schemes for label in vocabulary.schemes[scheme].labels]
    near = difflib.get_close_matches(folded(value), labels, n=1)
    remedy = f"did you mean '{near[0]}'?" if near else f"the labels are in ontology/schemes/{schemes[0]}.ttl"
    message = f"{place[1]}: '{value}' is no label of {' or '.join(schemes)}: {remedy}"
    return entry.located.problem(place, "unknown-code", message)


def _assessment(entry: ReadRecord, row: r.AssessmentRow, known: Known) -> Iterator[Problem]:
    if row.variable in _FREE_TEXT:
        return
    if row.variable not in VARIABLE_SCHEMES:
        near = difflib.get_close_matches(row.variable, [*VARIABLE_SCHEMES, *_FREE_TEXT], n=1)
        remedy = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(VARIABLE_SCHEMES)}"
        message = f"'{row.variable}' is no variable of an assessment: {remedy}"
        yield entry.located.problem(entry.place, "unknown-variable", message)
        return
    if row.value.startswith("absent:"):
        if known.vocabulary.concept("absence", row.value.removeprefix("absent:")) is None:
            reason = _nearest(row.value.removeprefix("absent:"), ("absence",), known.vocabulary)
            remedy = f": did you mean 'absent:{reason}'?" if reason else ""
            message = f"'{row.value}' names no reason of ontology/schemes/absence.ttl{remedy}"
            yield entry.located.problem(entry.place, "unknown-code", message)
        return
    concept = known.vocabulary.first(VARIABLE_SCHEMES[row.variable], row.value.rpartition("/")[2])
    if concept is None:
        schemes = " or ".join(VARIABLE_SCHEMES[row.variable])
        code = _nearest(row.value, VARIABLE_SCHEMES[row.variable], known.vocabulary)
        remedy = f"did you mean '{code}'?" if code else "the codes are in ontology/schemes/"
        message = f"{row.variable}: '{row.value}' is no code of {schemes}: {remedy}"
        yield entry.located.problem(entry.place, "unknown-code", message)
        return
    cycle = known.cycles.get(row.commitment)
    if cycle and row.phase != "header" and not known.vocabulary.in_force(concept, cycle):
        message = (
            f"{row.variable}: '{row.value}' was not in force for plans of {cycle}: "
            "use the code of that generation (ontology/schemes says from when to when)"
        )
        yield entry.located.problem(entry.place, "code-not-in-force", message)


def _nearest(value: str, schemes: tuple[str, ...], vocabulary: Vocabulary) -> str | None:
    """The code of the schemes that is most like a wrong one."""
    codes = [slug for scheme in schemes for slug in vocabulary.schemes[scheme].concepts]
    return next(iter(difflib.get_close_matches(iris.slug(value), codes, n=1)), None)


def _lineage(entry: ReadRecord, lineage: r.Lineage, known: Known) -> Iterator[Problem]:
    for i, statement in enumerate(lineage.statements):
        place = ("statements", i)
        if (statement.relation is None) == (statement.fate is None):
            message = "a statement has either a relation or a fate: give exactly one of them"
            yield entry.located.problem(place, "lineage-form", message)
        if statement.relation and OGP[statement.relation] not in known.vocabulary.terms:
            near = difflib.get_close_matches(statement.relation, LINEAGE_RELATIONS, n=1)
            remedy = f": did you mean '{near[0]}'?" if near else ", such as extendedBy or builtOnBy"
            message = f"'{statement.relation}' is no lineage property of the ontology{remedy}"
            yield entry.located.problem((*place, "relation"), "unknown-relation", message)
        if not (statement.earlier or statement.later or statement.earlier_plan or statement.later_plan):
            message = "a statement names a commitment or a plan: add earlier, later, earlier_plan or later_plan"
            yield entry.located.problem(place, "lineage-form", message)


def _plan(entry: ReadRecord, plan: r.Plan) -> Iterator[Problem]:
    if plan.plan != f"{plan.member}-{plan.cycle}":
        message = f"plan {plan.plan} must be called {plan.member}-{plan.cycle}: member code and cycle"
        yield entry.located.problem(("plan",), "wrong-form", message)
    themes = {theme.number for theme in plan.themes}
    numbers = Counter(s.value for c in plan.commitments for s in c.number[:1])
    for i, commitment in enumerate(plan.commitments):
        place: Place = ("commitments", i)
        for stated in commitment.theme:
            if stated.value not in themes:
                message = f"theme '{stated.value}' is not among the plan's themes ({', '.join(sorted(themes))})"
                yield entry.located.problem((*place, "theme"), "unknown-theme", message)
        for stated in commitment.number[:1]:
            if numbers[stated.value] > 1:
                message = f"number {stated.value} stands {numbers[stated.value]} times in this plan: numbers are unique"
                yield entry.located.problem((*place, "number"), "repeated-number", message)
        for j, milestone in enumerate(commitment.milestones):
            for stated in milestone.due[:1]:
                if period(stated.value) is None and milestone.due_end is None:
                    where = (*place, "milestones", j, "due")
                    message = f"due '{stated.value}' gives no bounds: add due_start and due_end, or leave it as a text"
                    found = entry.located.problem(where, "unread-date", message)
                    yield Problem(found.file, found.line, found.rule, found.message, Severity.WARNING)


def _ambiguous_names(entry: ReadRecord, record: r.Institutions, known: Known) -> Iterator[Problem]:
    for i, institution in enumerate(record.institutions):
        for stated in (*institution.name, *institution.names):
            owners = known.names[record.member][folded(stated.value)]
            if len(owners) > 1 and institution.key != owners[0]:
                message = f"'{stated.value}' is also a name of '{owners[0]}': a name belongs to one institution"
                yield entry.located.problem(("institutions", i), "ambiguous-name", message)
