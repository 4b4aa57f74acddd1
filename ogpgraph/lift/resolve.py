"""Which claim stands in the default graph, why, and which conflicts stay visible.

The rules, each a concept of ``scheme/resolution-rule``:

- a rating beats an absence, whenever it was shown;
- among captures in the page's own language the newest layout wins, then the newest capture;
- what a page shows in its header beats what the hand-kept data say of it; among hand-kept statements the
  first wins;
- among editions of OGP's database the newest wins, and all of them stand below the hand-kept data;
- what the release's own sources say beats a graph that somebody adds;
- of dates that do not exclude one another ("2017-11", "2017-11-20") the most specific stands;
- a machine translation wins only where nothing else speaks.

A report that one capture names stays linked, even if a newer capture names fewer. Values of different scales
(OGP's list of values, later a plain Yes or No) do not compete: both stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph.lift.statements import DATABASE, FOREIGN, Claim, Competition, Statements, absence_triples
from ogpgraph.vocabulary import DCTERMS, OGP, RDF, SKOS, XSD, Term, folded, text

# Absences that say "not yet": a later value is an update, no contradiction.
_NOT_YET = {"pending-irm-review", "default-value", "not-attached"}
# Absences that say nothing at all: the label stands there, or the value is drawn.
_SILENT = {
    "label-without-value",
    "drawn-value",
    "not-applicable",
    "not-stated",
    "not-reviewed",
    "variable-did-not-exist",
}
# No edition of OGP's database is further above the first than this.
_EDITIONS = 500
# Variables whose claims differ in spelling or wording rather than in fact.
_WORDING = {
    DCTERMS.title,
    SKOS.prefLabel,
    OGP.leadInstitutionText,
    OGP.supportInstitutionText,
    DCTERMS.abstract,
    DCTERMS.description,
    OGP.dueText,
    OGP.periodText,
}
# Tags: pages give them anew from time to time, and a list at the foot of a page may be older than the page.
_RECODED = {OGP.policyArea, OGP.leadingPolicyArea}

# Variables whose claims add up: nothing that one source names is taken back by another.
_ADDED_UP = {OGP.reviewedIn}

_Values = frozenset[Term]


def resolve(said: Statements) -> None:
    """Decide every competition: the default graph gets the winner, the conflict graph the rest."""
    for _, competition in sorted(said.competitions.items(), key=lambda item: (item[0][0].value, item[0][1].value)):
        _decide(competition, said)


def _decide(competition: Competition, said: Statements) -> None:
    ranked = sorted(competition.claims, key=lambda claim: (claim.precedence, claim.source), reverse=True)
    rated = [claim for claim in ranked if claim.absence is None]
    winners = [_most_specific(values, rated) for values in _winner_of_each_scale(rated)]
    if competition.variable in _ADDED_UP and rated:
        winners = [frozenset().union(*(claim.values for claim in rated))]
    for values in winners:
        for value in _fitting(competition, values, said):
            said.default.add(Triple(competition.subject, competition.variable, value))
    fits = any(_fitting(competition, values, said) for values in winners)
    found = competition.variable == OGP.inPlan and not fits and _plan_of_cycle(competition, said)
    if not winners and not found:
        said.default.update(absence_triples(competition.subject, competition.variable, ranked[0]))
        winners = [frozenset({ranked[0].absence})] if ranked[0].absence else []
    _show_conflict(competition, ranked, winners, said)


def _plan_of_cycle(competition: Competition, said: Statements) -> bool:
    """No page names a plan that fits: the member's plan of the commitment's cycle, where there is one."""
    found = False
    code = re.match(r"[A-Z]*", iris.path_of(competition.subject))
    for cycle in sorted(_cycles(competition.subject, said)):
        plan = iris.plan(f"{code.group() if code else ''}-{cycle}")
        if Triple(plan, RDF.type, OGP.ActionPlan) in said.default:
            said.derive(Triple(competition.subject, OGP.inPlan, plan), iris.derivation_graph("plan-of-cycle"))
            found = True
    return found


def _cycles(subject: NamedNode, said: Statements) -> set[str]:
    cycles = said.competitions.get((subject, OGP.cycle))
    return {value.value for claim in cycles.claims for value in claim.values} if cycles else set()


def _winner_of_each_scale(rated: list[Claim]) -> Iterable[_Values]:
    """The first claim of each scale; the relevance lens and the list of OGP values are two scales."""
    seen: set[str] = set()
    for claim in rated:
        scale = _scale(claim.values)
        if scale not in seen:
            seen.add(scale)
            yield claim.values


def _most_specific(values: _Values, rated: list[Claim]) -> _Values:
    """The winner, or a claim that says the same date more exactly."""
    finer = [claim.values for claim in rated if _refines(claim.values, values)]
    return max(finer, key=lambda found: len(_iso(found) or ""), default=values)


def _refines(fine: _Values, coarse: _Values) -> bool:
    """Whether one date lies within another: 2017-11-20 refines 2017-11."""
    inner, outer = _iso(fine), _iso(coarse)
    return inner is not None and outer is not None and (inner == outer or inner.startswith(outer + "-"))


def _iso(values: _Values) -> str | None:
    """The text of a single date, else None."""
    if len(values) != 1:
        return None
    value = next(iter(values))
    is_date = isinstance(value, Literal) and value.datatype in (XSD.gYear, XSD.gYearMonth, XSD.date)
    return value.value if is_date else None


def _scale(values: _Values) -> str:
    """``lens`` for a plain Yes or No on relevance, else the one scale of the variable."""
    return "lens" if any(re.search(r"/relevance/(yes|no)$", v.value) for v in values) else ""


def _fitting(competition: Competition, values: _Values, said: Statements) -> _Values:
    """Of several plans that a page names, the one whose cycle is the commitment's; none where none fits."""
    if competition.variable != OGP.inPlan or len(values) < 2:
        return values
    cycles = _cycles(competition.subject, said)
    return frozenset(plan for plan in values if plan.value[-4:] in cycles)


def _show_conflict(competition: Competition, ranked: list[Claim], winners: list[_Values], said: Statements) -> None:
    if competition.variable in _ADDED_UP:
        return
    spoken = [claim for claim in ranked if not claim.translated and not _is_silent(claim)]
    by_values: dict[_Values, list[Claim]] = {}
    for claim in spoken:
        by_values.setdefault(claim.outcome, []).append(claim)
    if len(by_values) < 2 or _agree(list(by_values)):
        return
    kind = _kind(competition, spoken)
    node = iris.conflict(competition.about, competition.variable)
    graph = iris.derivation_graph("conflict")
    concept = said.vocabulary.concept

    def add(subject: NamedNode, predicate: NamedNode, value: Term | None) -> None:
        if value is not None:
            said.derive(Triple(subject, predicate, value), graph)

    add(node, RDF.type, OGP.Conflict)
    add(node, OGP.about, competition.about)
    add(node, OGP.variable, competition.variable)
    add(node, OGP.conflictKind, concept("conflict-kind", kind))
    add(node, OGP["rule"], concept("resolution-rule", _rule(spoken)))
    for value in sorted(set().union(*winners), key=str):
        add(node, OGP.resolvedTo, value)
    said.labels[node] = text(
        f"{iris.path_of(competition.about)}: sources differ on {iris.local_name(competition.variable)}"
    )
    for number, (values, claims) in enumerate(_oldest_first(by_values), start=1):
        claim_node = iris.claim(node, number)
        add(node, OGP.claim, claim_node)
        add(claim_node, RDF.type, OGP.Claim)
        add(claim_node, OGP.claimOf, node)
        for value in sorted(values, key=str):
            add(claim_node, OGP.claimedValue, value)
        for claim in claims:
            add(claim_node, DCTERMS.source, iris.source(claim.source))


def _is_silent(claim: Claim) -> bool:
    return claim.absence is not None and iris.local_name(claim.absence) in _SILENT


def _oldest_first(by_values: dict[_Values, list[Claim]]) -> list[tuple[_Values, list[Claim]]]:
    return sorted(by_values.items(), key=lambda item: (min(c.precedence for c in item[1]), sorted(map(str, item[0]))))


def _agree(values: list[_Values]) -> bool:
    """Whether claims only look different: a list of OGP values is what "Yes" says in another scale."""
    finest = max(values, key=lambda claim: len(_iso(claim) or ""))
    if all(_refines(finest, claim) for claim in values):
        return True
    polarities = {_polarity(claim) for claim in values}
    return None not in polarities and len(polarities) == 1 and len({_scale(claim) for claim in values}) == len(values)


def _polarity(values: _Values) -> bool | None:
    """Whether a claim on relevance says that the commitment is relevant; None for other variables."""
    words = {v.value for v in values if isinstance(v, NamedNode)}
    if any("/scheme/ogp-value/" in word or word.endswith("/relevance/yes") for word in words):
        return True
    if any(word.endswith(("/relevance/no", "/relevance/not-relevant")) for word in words):
        return False
    return None


def _kind(competition: Competition, spoken: list[Claim]) -> str:
    if any(claim.absence and iris.local_name(claim.absence) in _NOT_YET for claim in spoken):
        rated = {claim.values for claim in spoken if claim.absence is None}
        if len(rated) < 2 or _agree(list(rated)):
            return "update"
    if competition.variable in _WORDING:
        return "wording"
    if competition.variable in _RECODED:
        return "recoding"
    if _same_words(spoken):
        return "wording"
    return "contradiction"


def _same_words(spoken: list[Claim]) -> bool:
    texts = {folded(v.value) for claim in spoken for v in claim.values if isinstance(v, Literal)}
    return len(texts) == 1 and all(claim.absence is None for claim in spoken)


def _rule(spoken: list[Claim]) -> str:
    """The rule that decided, by what told the winner from the next claim that differs from it."""
    first = spoken[0]
    if any(claim.absence for claim in spoken) and any(claim.absence is None for claim in spoken):
        return "rating-over-absence"
    if any(_refines(claim.values, first.values) and claim.values != first.values for claim in spoken):
        return "most-specific-date"
    other = next(claim for claim in spoken if claim.values != first.values or claim.absence != first.absence)
    if other.precedence[1] <= FOREIGN < first.precedence[1]:
        return "release-over-brought"
    if first.precedence[0] != other.precedence[0]:
        return "header-over-text"
    if first.precedence[0] == 1 and first.precedence[1] <= DATABASE + _EDITIONS:
        return "newest-edition-wins"
    if first.precedence[0] == 1 and first.precedence[1] <= 0:
        return "curator-chose"
    if first.precedence[1] != other.precedence[1]:
        return "newest-layout-wins"
    return "newest-capture-wins"
