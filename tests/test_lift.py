"""The rules of the lifting, each on the one place of the small data that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad
from three_plans import FOLDER, Edit, Triples, quads_of, replaced, short, written

from ogpgraph import iris
from ogpgraph.build import read
from ogpgraph.lift import lift, lift_vocabularies, vocabulary_files
from ogpgraph.lift.derive import RULES
from ogpgraph.read.data_folder import read_data_folder
from ogpgraph.records import Collection
from ogpgraph.vocabulary import DCTERMS, FOAF, OGP, ORG, PROV, RDF, RDFS, SKOS, Vocabulary

pytest_plugins = ["fixtures_three_plans"]

HEADER1, HEADER3, HEADER4 = "assessment/XA0001/header", "assessment/XA0003/header", "assessment/XA0004/header"


# What stands in the default graph: (why, entity, property, values).
RESOLVED = [
    ("newest layout wins", HEADER1, "earlyResults", {"scheme/early-results/marginal"}),
    ("newest layout wins", "commitment/XA0001", DCTERMS.title, {"Opening the archives@en"}),
    ("newest capture of one layout wins", HEADER3, "ambition", {"scheme/ambition/low"}),
    ("newer rating over absence", HEADER3, "verifiable", {"scheme/verifiable/yes"}),
    ("older rating over absence", HEADER3, "completion", {"scheme/completion/substantial"}),
    ("plan over not attached", "commitment/XA0004", "inPlan", {"plan/XA-2018"}),
    ("header over text", "commitment/XA0001", "leadInstitution", {"institution/xa/archive-office"}),
    ("text where no header speaks", "commitment/XA0002", "leadInstitution", {"institution/xa/ministry-of-domes"}),
    ("first of hand-kept values", "plan/XA-2015", "startDate", {"2015-07"}),
    ("first of hand-kept values", "member/XA", "memberSince", {"2014-04"}),
    ("most specific date", "plan/XA-2015", DCTERMS.issued, {"2015-06-15"}),
    ("most specific date", "role/XA/chair-2016", "startDate", {"2016-10-05"}),
    ("most specific date", "change/xa/archive-office-data-agency-2017", DCTERMS.date, {"2017-05-02"}),
    ("translation loses", HEADER1, "verifiable", {"scheme/verifiable/yes"}),
    ("translation alone", "commitment/XA0006", DCTERMS.title, {"Forum de la rivière@fr"}),
    ("translation alone", "assessment/XA0006/header", "ambition", {"scheme/ambition/low"}),
    ("old layout alone", HEADER1, "starred", {"scheme/star/yes"}),
    (
        "two scales do not compete",
        HEADER1,
        "relevance",
        {"scheme/relevance/yes", "scheme/ogp-value/access-to-information", "scheme/ogp-value/civic-participation"},
    ),
    ("reports add up", "commitment/XA0001", "reviewedIn", {"report/XA-2015-midterm", "report/XA-2015-end-of-term"}),
    ("foot list", "commitment/XA0002", "listedAsStarred", {"true"}),
    ("foot list", "commitment/XA0005", "listedAsStarred", {"false"}),
    ("foot list", "commitment/XA0002", "leadingPolicyArea", {"scheme/policy-area/open-data"}),
]


@pytest.mark.parametrize(
    ("why", "entity", "term", "expected"), RESOLVED, ids=lambda value: str(value) if isinstance(value, str) else ""
)
def test_the_claim_that_the_rules_choose_stands(
    xanadu: Triples, why: str, entity: str, term: NamedNode | str, expected: set[str]
) -> None:
    assert xanadu.of(entity, term) == expected, why


def test_a_losing_claim_stays_in_the_graph_of_its_source(xanadu: Triples) -> None:
    def in_source(key: str, entity: str, term: NamedNode | str) -> set[str]:
        return xanadu.of(entity, term, iris.source_graph(key))

    assert in_source("xa0001-l1-en", HEADER1, "earlyResults") == {"scheme/early-results/major"}
    assert in_source("xa0001-l3-fr", HEADER1, "earlyResults") == {"scheme/early-results/worsened"}
    assert in_source("xa0001-l3-fr", "commitment/XA0001", DCTERMS.title) == {"Ouverture des archives@fr"}
    assert in_source("xa-member-page", "plan/XA-2015", "startDate") == {"2015-09"}
    assert in_source("xa0003-l1-en", f"{HEADER3}/absence/verifiable", "reason") == {"scheme/absence/pending-irm-review"}


# entity and variable: kind, rule, what won, the claims from the weakest to the strongest with their sources
CONFLICTS = {
    "XA-2015/startDate": (
        "contradiction",
        "curator-chose",
        {"2015-07"},
        [({"2015-09"}, {"xa-member-page"}), ({"2015-07"}, {"xa-2015-plan"})],
    ),
    "XA-2015/title": (
        "wording",
        "newest-layout-wins",
        {"Xanadu Action Plan 2015-2017@en"},
        [
            ({"Xanadu Action Plan 2015-2017@en"}, {"xa-2015-plan", "xa0001-l3-en"}),
            ({"Xanadu, First Action Plan, 2015-17@en"}, {"xa0001-l1-en"}),
        ],
    ),
    "XA/memberSince": (
        "contradiction",
        "curator-chose",
        {"2014-04"},
        [({"2014-05"}, {"xa-news-2016"}), ({"2014-04"}, {"xa-member-page"})],
    ),
    "XA/chair-2016/startDate": (
        "contradiction",
        "most-specific-date",
        {"2016-10-05"},
        [({"2015"}, {"xa-gazette"}), ({"2016-10-05"}, {"xa-news-2016"}), ({"2016-10"}, {"xa-member-page"})],
    ),
    "XA0001/earlyResults": (
        "contradiction",
        "newest-layout-wins",
        {"scheme/early-results/marginal"},
        [({"scheme/early-results/major"}, {"xa0001-l1-en"}), ({"scheme/early-results/marginal"}, {"xa0001-l3-en"})],
    ),
    "XA0001/policyArea": (
        "recoding",
        "newest-layout-wins",
        {"scheme/policy-area/access-to-information", "scheme/policy-area/open-data"},
        [
            ({"scheme/policy-area/open-data"}, {"xa0001-l1-en"}),
            ({"scheme/policy-area/access-to-information", "scheme/policy-area/open-data"}, {"xa0001-l3-en"}),
        ],
    ),
    "XA0001/title": (
        "wording",
        "newest-layout-wins",
        {"Opening the archives@en"},
        [
            ({"Open the archives!@en"}, {"xa-2015-plan"}),
            ({"Open the archives@en"}, {"xa0001-l1-en"}),
            ({"Opening the archives@en"}, {"xa0001-l3-en"}),
        ],
    ),
    "XA0003/ambition": (
        "contradiction",
        "newest-capture-wins",
        {"scheme/ambition/low"},
        [({"scheme/ambition/high"}, {"xa0003-l3-en"}), ({"scheme/ambition/low"}, {"xa0003-l3-en-2"})],
    ),
    "XA0003/completion": (
        "contradiction",
        "rating-over-absence",
        {"scheme/completion/substantial"},
        [({"scheme/completion/substantial"}, {"xa0003-l1-en"}), ({"scheme/absence/no-irm-data"}, {"xa0003-l3-en"})],
    ),
    "XA0003/relevance": (
        "update",
        "rating-over-absence",
        {"scheme/relevance/no"},
        [({"scheme/absence/default-value"}, {"xa0003-l1-en"}), ({"scheme/relevance/no"}, {"xa0003-l3-en"})],
    ),
    "XA0003/verifiable": (
        "update",
        "rating-over-absence",
        {"scheme/verifiable/yes"},
        [({"scheme/absence/pending-irm-review"}, {"xa0003-l1-en"}), ({"scheme/verifiable/yes"}, {"xa0003-l3-en"})],
    ),
    "XA0004/inPlan": (
        "update",
        "rating-over-absence",
        {"plan/XA-2018"},
        [({"plan/XA-2018"}, {"xa-2018-plan"}), ({"scheme/absence/not-attached"}, {"xa0004-l3-en"})],
    ),
    "XA0001/leadInstitution": (
        "contradiction",
        "newest-layout-wins",
        {"institution/xa/archive-office"},
        [
            ({"institution/xa/ministry-of-domes"}, {"xa-2015-plan"}),
            ({"institution/xa/archive-office", "institution/xa/ministry-of-domes"}, {"xa0001-l1-en"}),
            ({"institution/xa/archive-office"}, {"xa0001-l3-en"}),
        ],
    ),
}


def entities(quads: set[Quad], kind: NamedNode) -> set[str]:
    """The default graph's entities of a class, by their path below id/."""
    return {
        short(q.subject)
        for q in quads
        if q.predicate == RDF.type and q.object == kind and q.graph_name == DefaultGraph()
    }


def test_these_and_no_other_conflicts_are_shown(xanadu_quads: set[Quad]) -> None:
    """A translation, a date that only is more exact and another scale are no conflicts."""
    assert entities(xanadu_quads, OGP.Conflict) == {f"conflict/{name}" for name in CONFLICTS}


@pytest.mark.parametrize("name", CONFLICTS)
def test_a_conflict_shows_kind_rule_winner_and_every_claim_with_its_sources(xanadu: Triples, name: str) -> None:
    kind, rule, winner, claims = CONFLICTS[name]
    node = f"conflict/{name}"
    variable = DCTERMS.title if name.endswith("/title") else OGP[name.rpartition("/")[2]]
    assert xanadu.of(node, "conflictKind") == {f"scheme/conflict-kind/{kind}"}
    assert xanadu.of(node, "rule") == {f"scheme/resolution-rule/{rule}"}
    assert xanadu.of(node, "resolvedTo") == winner
    assert xanadu.of(node, "variable") == {short(variable)}
    assert {about.partition("/")[2] for about in xanadu.of(node, "about")} == {name.rpartition("/")[0]}
    assert xanadu.of(node, "claim") == {f"{node}/claim/{n}" for n in range(1, len(claims) + 1)}
    for number, (values, sources) in enumerate(claims, start=1):
        claim = f"{node}/claim/{number}"
        assert xanadu.of(claim, "claimedValue") == values
        assert xanadu.of(claim, DCTERMS.source) == {f"source/{key}" for key in sources}
        assert xanadu.of(claim, "claimOf") == {node}


def test_a_header_that_differs_from_the_text_alone_wins_as_header(data: Path, vocabulary: Vocabulary) -> None:
    (data / "sources/xa/xa0001-l1-en.yml").unlink()
    triples = Triples(quads_of(data, vocabulary))
    assert triples.of("conflict/XA0001/leadInstitution", "rule") == {"scheme/resolution-rule/header-over-text"}


# entity and variable: reason, printed text
ABSENCES = {
    "commitment/XA0001/absence/supportInstitution": ("not-applicable", {"NA"}),
    "commitment/XA0001/absence/endDate": ("not-stated", {"Not Specified"}),
    "assessment/XA0001/header/absence/completion": ("drawn-value", set()),
    "assessment/XA0001/header/absence/potentialImpact": ("drawn-value", set()),
    "assessment/XA0001/end-of-term/absence/potentialImpact": ("not-reviewed", {"NR"}),
    "commitment/XA0004/absence/planStatus": ("label-without-value", set()),
    "commitment/XA0004/absence/reviewedIn": ("pending-irm-review", {"Pending IRM Review"}),
    "assessment/XA0004/header/absence/completion": ("drawn-value", set()),
    "assessment/XA0004/header/absence/earlyResults": ("no-data", {"No Data"}),
    "assessment/XA0004/header/absence/relevance": ("default-value", {"Not Relevant"}),
    "assessment/XA0004/header/absence/verifiable": ("pending-irm-review", {"Pending IRM Review"}),
    "commitment/XA0007/absence/inPlan": ("not-attached", {"Not Attached"}),
}


def test_these_and_no_other_absences_stand(xanadu_quads: set[Quad]) -> None:
    assert entities(xanadu_quads, OGP.Absence) == set(ABSENCES)


@pytest.mark.parametrize("node", ABSENCES)
def test_an_absence_gives_reason_variable_and_printed_text(xanadu: Triples, node: str) -> None:
    reason, printed = ABSENCES[node]
    entity, _, variable = node.partition("/absence/")
    assert xanadu.of(node, "reason") == {f"scheme/absence/{reason}"}
    assert xanadu.of(node, "printedText") == printed
    assert xanadu.of(node, "variable") == {f"ogp:{variable}"}
    assert xanadu.of(node, "absentFrom") == {entity}
    assert node in xanadu.of(entity, "absent")
    assert xanadu.of(entity, variable) == set(), "an absence never stands beside a value"


def test_stated_lineage_is_a_property_with_super_properties_and_inverses(xanadu: Triples) -> None:
    for term in ("extendedBy", "carriedForwardInto", "succeededBy"):
        assert xanadu.of("commitment/XA0001", term) == {"commitment/XA0003"}
    for term in ("extends", "carriedForwardFrom", "succeeds"):
        assert xanadu.of("commitment/XA0003", term) == {"commitment/XA0001"}
    assert xanadu.of("commitment/XA0003", "builtOnBy") == {"commitment/XA0005"}
    assert xanadu.of("commitment/XA0005", "buildsOn") == {"commitment/XA0003"}
    assert xanadu.of("commitment/XA0003", "carriedForwardInto") == set(), "building on is not carrying forward"
    assert xanadu.of("commitment/XA0004", "replacedBy") == {"initiative/xa/cavern-map"}
    assert xanadu.of("initiative/xa/cavern-map", "replaces") == {"commitment/XA0004"}


def test_each_lineage_triple_stands_in_the_graph_that_accounts_for_it(xanadu: Triples) -> None:
    def graphs(subject: str, term: str, value: str) -> set[str]:
        return xanadu.graphs(f"commitment/{subject}", term, f"commitment/{value}")

    assert graphs("XA0001", "extendedBy", "XA0003") == {"derivation/plan-number-to-id"}
    assert graphs("XA0003", "builtOnBy", "XA0005") == {"source/xa-2021-plan"}
    assert graphs("XA0001", "carriedForwardInto", "XA0003") == {"derivation/super-property"}
    assert graphs("XA0003", "extends", "XA0001") == {"derivation/inverse"}
    assert graphs("XA0002", "possibleSuccessor", "XA0004") == {"derivation/possible-successor"}


def test_a_commitment_named_by_number_says_from_what_the_link_was_made(xanadu: Triples) -> None:
    node, graph = "lineage/XA0001-extendedBy-XA0003", iris.derivation_graph("plan-number-to-id")
    assert xanadu.of(node, PROV.wasDerivedFrom, graph) == {"source/xa-2018-plan", "commitment/XA0001"}
    assert xanadu.of(node, "namedByNumber", graph) == {"1"}


def test_inferred_lineage_is_a_possible_successor_and_nothing_more(xanadu: Triples) -> None:
    assert xanadu.of("commitment/XA0002", "possibleSuccessor") == {"commitment/XA0004"}
    assert xanadu.of("commitment/XA0004", "possiblePredecessor") == {"commitment/XA0002"}
    for term in ("refocusedAs", "succeededBy", "carriedForwardInto"):
        assert xanadu.of("commitment/XA0002", term) == set()
    assert xanadu.of("lineage/XA0002-refocusedAs-XA0004", "relation") == {"ogp:refocusedAs"}
    assert xanadu.of("lineage/XA0002-refocusedAs-XA0004", "basis") == {"scheme/basis/inferred"}


def test_lineage_for_a_policy_area_is_a_possible_successor(data: Path, vocabulary: Vocabulary) -> None:
    replaced(
        "lineage/xa.yml",
        "relation: refocusedAs\n    basis: inferred",
        "relation: refocusedAs\n    basis: stated-for-policy-area",
    )(data)
    triples = Triples(quads_of(data, vocabulary))
    assert triples.of("commitment/XA0002", "possibleSuccessor") == {"commitment/XA0004"}
    assert triples.of("commitment/XA0002", "refocusedAs") == set()


def test_lineage_without_an_identified_end_is_a_statement_only(xanadu: Triples) -> None:
    node = "lineage/plan-XA-2018-builtOnBy-XA0006-forum"
    assert xanadu.of(node, "earlierPlan") == {"plan/XA-2018"}
    assert xanadu.of(node, "later") == {"commitment/XA0006"}
    assert xanadu.of("commitment/XA0006", "succeeds") == set()
    assert xanadu.of("commitment/XA0006", "buildsOn") == set()


def test_a_stated_fate_is_a_property_and_an_inferred_one_is_not(xanadu: Triples) -> None:
    assert xanadu.of("commitment/XA0002", "fate") == {"scheme/fate/withdrawn"}
    assert xanadu.of("lineage/XA0002-withdrawn", "fate") == {"scheme/fate/withdrawn"}
    assert xanadu.of("commitment/XA0006", "fate") == set()
    assert xanadu.of("lineage/XA0006-declaredNew", "fate") == {"scheme/fate/declared-new"}


def test_statements_of_the_curator_stand_in_a_graph_of_their_own_and_not_in_a_source(xanadu_quads: set[Quad]) -> None:
    graphs = {
        short(q.graph_name)
        for q in xanadu_quads
        if q.graph_name != DefaultGraph() and q.subject == iris.entity("lineage/XA0002-refocusedAs-XA0004")
    }
    assert graphs == {"graph/derivation/curation", "graph/derivation/label"}


def test_latest_completion_is_the_latest_of_the_irm(xanadu: Triples) -> None:
    assert xanadu.of("commitment/XA0001", "latestCompletion") == {"scheme/completion/complete"}
    assert xanadu.of("commitment/XA0002", "latestCompletion") == {"scheme/completion/not-started"}, (
        "a self-assessment does not count"
    )
    assert xanadu.of("commitment/XA0003", "latestCompletion") == set(), "a header does not count"


def test_plans_follow_one_another(xanadu: Triples) -> None:
    assert xanadu.of("plan/XA-2015", "followedBy") == {"plan/XA-2018"}
    assert xanadu.of("plan/XA-2018", "followedBy") == {"plan/XA-2021"}
    assert xanadu.of("plan/XA-2021", "followedBy") == set()
    assert xanadu.of("plan/XA-2018", "precededBy") == {"plan/XA-2015"}


def test_plans_between_which_one_is_missing_do_not_follow_one_another(data: Path, vocabulary: Vocabulary) -> None:
    replaced("plans/xa/xa-03.yml", "ordinal: 3", "ordinal: 4")(data)
    triples = Triples(quads_of(data, vocabulary))
    assert triples.of("plan/XA-2018", "followedBy") == set()


def test_only_stated_changes_that_end_a_body_make_a_succession(xanadu: Triples) -> None:
    assert xanadu.of("institution/xa/archive-office", "successorInstitution") == {"institution/xa/data-agency"}
    assert xanadu.of("institution/xa/data-agency", "predecessorInstitution") == {"institution/xa/archive-office"}
    assert xanadu.of("institution/xa/data-agency", "successorInstitution") == set(), "inferred"
    assert xanadu.of("institution/xa/river-agency", "successorInstitution") == set(), "became a part"
    event = "change/xa/archive-office-data-agency-2017"
    assert xanadu.of(event, ORG.originalOrganization) == {"institution/xa/archive-office"}
    assert xanadu.of(event, ORG.resultingOrganization) == {"institution/xa/data-agency"}
    assert xanadu.of("institution/xa/archive-office", ORG.changedBy) == {event}
    assert xanadu.of("institution/xa/data-agency", ORG.resultedFrom) == {event}


def test_a_family_of_institutions_is_the_curators(xanadu: Triples) -> None:
    graph = iris.derivation_graph("curation")
    expected = {"institution/xa/archive-office", "institution/xa/data-agency"}
    assert xanadu.of("institution-family/xa/data", "familyMember", graph) == expected
    assert xanadu.of("institution/xa/archive-office", "familyOf") == {"institution-family/xa/data"}


# The rest of the hand-kept data, value by value.
LIFTED = [
    ("member/XA", SKOS.prefLabel, {"Xanadu@en", "Xanadou@fr", "Xanadú@es"}),
    ("member/XA", RDF.type, {"ogp:NationalMember"}),
    ("member/XA", "foundingMember", {"true"}),
    ("member/XA", "finding", {"Xanadu has one river.@en"}),
    ("member/XA", "hasPlan", {"plan/XA-2015", "plan/XA-2018", "plan/XA-2021"}),
    ("member/XA", "hasRole", {"role/XA/chair-2016"}),
    ("member/XAL", RDF.type, {"ogp:LocalMember"}),
    ("member/XAL", "partOfMember", {"member/XA"}),
    ("institution/xa/archive-office", "hasRole", {"role/XA/coordinator"}),
    ("institution/xa/archive-office", SKOS.altLabel, {"Bureau des archives@fr"}),
    ("institution/xa/archive-office", "created", {"2009-03-01"}),
    ("institution/xa/archive-office", "leads", {"commitment/XA0001"}),
    ("institution/xa/data-agency", ORG.subOrganizationOf, {"institution/xa/ministry-of-domes"}),
    ("plan/XA-2015", "cycle", {"2015"}),
    ("plan/XA-2015", "ordinal", {"1"}),
    ("plan/XA-2015", "commitmentCount", {"2"}),
    ("plan/XA-2015", "hasCommitment", {"commitment/XA0001", "commitment/XA0002"}),
    ("plan/XA-2015", "hasTheme", {"plan/XA-2015/theme/1", "plan/XA-2015/theme/2"}),
    ("plan/XA-2015", "coordinatedBy", {"institution/xa/archive-office"}),
    ("plan/XA-2015", "document", {"plan/XA-2015/document/1"}),
    ("plan/XA-2015/document/1", FOAF.page, {"https://example.org/plan-2015.pdf"}),
    ("plan/XA-2015", "hasCoCreationActivity", {"plan/XA-2015/cocreation/meetings"}),
    ("plan/XA-2015/cocreation/meetings", "participantCount", {"40"}),
    ("plan/XA-2015/cocreation/meetings", DCTERMS.date, {"2015-03"}),
    ("plan/XA-2015/theme/1", "hasCommitment", {"commitment/XA0001"}),
    ("commitment/XA0001", "planNumber", {"1"}),
    ("commitment/XA0001", "planNumberBasis", {"scheme/basis/printed"}),
    ("commitment/XA0001", "theme", {"plan/XA-2015/theme/1"}),
    ("commitment/XA0001", "leadInstitutionText", {"Ministry of Domes; Archive Office@en"}),
    ("commitment/XA0001", "hasMilestone", {"commitment/XA0001/milestone/1.1", "commitment/XA0001/milestone/1.2"}),
    ("commitment/XA0001/milestone/1.1", "dueText", {"Semester 1 2016@en"}),
    ("commitment/XA0001/milestone/1.1", "dueStart", {"2016-01-01"}),
    ("commitment/XA0001/milestone/1.1", "dueEnd", {"2016-06-30"}),
    ("commitment/XA0001/milestone/1.1", "periodKind", {"scheme/period/semester"}),
    ("commitment/XA0001/milestone/1.2", "dueText", {"Ongoing@en"}),
    ("commitment/XA0001/milestone/1.2", "dueStart", {"2016-01-01"}),
    ("commitment/XA0001/milestone/1.2", "dueEnd", {"2017-06-30"}),
    ("commitment/XA0001/reference/7", "accessDate", {"2016-01-31"}),
    ("assessment/XA0001/end-of-term", "hasReference", {"commitment/XA0001/reference/7"}),
    ("assessment/XA0001/end-of-term", "finding", {"The doors are open, and people come.@en"}),
    ("assessment/XA0001/end-of-term", "inReport", {"report/XA-2015-end-of-term"}),
    ("assessment/XA0001/end-of-term", "assessedBy", {"scheme/asserter/irm"}),
    ("assessment/XA0001/header", "inReport", set()),
    (
        "assessment/XA0001/end-of-term",
        "relevance",
        {"scheme/ogp-value/access-to-information", "scheme/ogp-value/civic-participation"},
    ),
    ("assessment/XA0002/self-assessment-end-of-term", "assessedBy", {"scheme/asserter/government"}),
    ("report/XA-2015-midterm", RDF.type, {"ogp:IRMReport"}),
    ("report/XA-2015-midterm", "periodStart", {"2015-07-01"}),
    ("report/XA-2015-midterm", "periodEnd", {"2016-06-30"}),
    ("report/XA-2015-self-assessment", RDF.type, {"ogp:ReviewDocument"}),
    ("report/XA-2015-end-of-term", "reviewsPlan", {"plan/XA-2015"}),
    ("initiative/xa/cavern-map", "ranBy", {"institution/xa/data-agency"}),
    ("source/xa0001-l3-fr", "machineTranslated", {"true"}),
    ("source/xa0001-l3-fr", "describes", {"commitment/XA0001"}),
    ("source/xa0001-l3-fr", "graph", {"graph/source/xa0001-l3-fr"}),
    ("source/xa0001-l3-en", "machineTranslated", set()),
]


@pytest.mark.parametrize(
    ("entity", "term", "expected"), LIFTED, ids=[f"{e} {t if isinstance(t, str) else short(t)}" for e, t, _ in LIFTED]
)
def test_a_record_becomes_the_triple_that_the_model_says(
    xanadu: Triples, entity: str, term: NamedNode | str, expected: set[str]
) -> None:
    assert xanadu.of(entity, term) == expected


def test_a_date_is_typed_as_exact_as_it_is(xanadu_quads: set[Quad]) -> None:
    types = {
        q.object.value: q.object.datatype.value.rpartition("#")[2]
        for q in xanadu_quads
        if q.predicate in (OGP.startDate, OGP.endDate, OGP.memberSince, DCTERMS.issued)
        and isinstance(q.object, Literal)
    }
    assert types["2017"] == "gYear"
    assert types["2015-07"] == "gYearMonth"
    assert types["2015-06-15"] == "date"


def test_a_plan_commitment_without_an_id_has_no_identifier_but_its_number(data: Path, vocabulary: Vocabulary) -> None:
    edit: Edit = replaced(
        "plans/xa/xa-02.yml", "  - id: XA0004", "  - id: XA-2018/3\n    number: 3\n    title: A third\n  - id: XA0004"
    )
    edit(data)
    triples = Triples(quads_of(data, vocabulary))
    assert triples.of("commitment/XA-2018/3", DCTERMS.identifier) == set()
    assert triples.of("commitment/XA-2018/3", "planNumber") == {"3"}
    assert triples.of("commitment/XA-2018/3", "inPlan") == {"plan/XA-2018"}


def test_of_two_plans_on_a_page_the_one_of_the_commitments_cycle_stands(data: Path, vocabulary: Vocabulary) -> None:
    replaced(
        "sources/xa/xa0003-l3-en.yml",
        "    - Xanadu Action Plan 2018-2020",
        "    - Xanadu Action Plan 2018-2020\n    - Xanadu Action Plan 2015-2017",
    )(data)
    triples = Triples(quads_of(data, vocabulary))
    assert triples.of("commitment/XA0003", "inPlan") == {"plan/XA-2018"}
    source = iris.source_graph("xa0003-l3-en")
    assert triples.of("commitment/XA0003", "inPlan", source) == {"plan/XA-2018", "plan/XA-2015"}


def test_a_commitment_without_a_plan_is_given_that_of_its_cycle(data: Path, vocabulary: Vocabulary) -> None:
    replaced("sources/xa/xa0007-l3-en.yml", "cycle: 2011", "cycle: 2021")(data)
    triples = Triples(quads_of(data, vocabulary))
    assert triples.of("commitment/XA0007", "inPlan") == {"plan/XA-2021"}
    assert triples.graphs("commitment/XA0007", "inPlan", "plan/XA-2021") == {"derivation/plan-of-cycle"}
    assert triples.of("commitment/XA0007", "inPlan", iris.source_graph("xa0007-l3-en")) == set()


def test_some_named_graph_accounts_for_every_triple_of_the_default_graph(xanadu_quads: set[Quad]) -> None:
    default = {q.triple for q in xanadu_quads if q.graph_name == DefaultGraph()}
    named = {q.triple for q in xanadu_quads if q.graph_name != DefaultGraph()}
    assert sorted(map(str, default - named)) == []


def test_every_named_graph_is_that_of_a_source_or_a_rule_that_is_described(xanadu_quads: set[Quad]) -> None:
    graphs = {q.graph_name.value for q in xanadu_quads if q.graph_name != DefaultGraph()}
    described = {
        q.object.value for q in xanadu_quads if q.predicate == OGP.graph and q.graph_name == iris.graph("catalogue")
    }
    assert graphs - described == {iris.graph("catalogue").value}
    assert {iris.derivation_graph(rule).value for rule in RULES} >= {name for name in graphs if "/derivation/" in name}


def test_every_entity_has_one_label(xanadu_quads: set[Quad]) -> None:
    """Observations of the data cube have none: there are thousands, and their values say what they are."""
    subjects, labels = set(), {}
    for quad in xanadu_quads:
        if quad.graph_name == DefaultGraph() and quad.subject.value.startswith(iris.entity("").value):
            subjects.add(quad.subject)
            if quad.predicate == RDFS.label:
                labels.setdefault(quad.subject, []).append(quad.object)
    subjects = {node for node in subjects if not node.value.startswith(iris.cube("").value)}
    assert {node.value: found for node in subjects if len(found := labels.get(node, [])) != 1} == {}


LABELS = {
    "commitment/XA0001": "Opening the archives@en",
    "commitment/XA0006": "Forum de la rivière@fr",
    "plan/XA-2015": "Xanadu Action Plan 2015-2017@en",
    "member/XA": "Xanadu@en",
    "institution/xa/archive-office": "Archive Office@en",
    "source/xa-gazette": "Journal officiel de Xanadou@en",
    "lineage/XA0001-extendedBy-XA0003": "XA0001 extendedBy XA0003@en",
    "lineage/plan-XA-2018-builtOnBy-XA0006-forum": "a commitment of XA-2018 builtOnBy XA0006 (Forum)@en",
    "conflict/XA0001/title": "XA0001: sources differ on title@en",
    "role/XA/chair-2016": "Chair of the OGP Steering Committee@en",
}


@pytest.mark.parametrize("entity", LABELS)
def test_a_label_is_the_title_or_says_what_the_thing_is(xanadu: Triples, entity: str) -> None:
    assert xanadu.of(entity, RDFS.label) == {LABELS[entity]}


def test_inverses_and_super_properties_are_complete(xanadu_quads: set[Quad], vocabulary: Vocabulary) -> None:
    """Whatever the ontology implies stands there, so that a plain triple pattern finds it."""
    default = {(q.subject, q.predicate, q.object) for q in xanadu_quads if q.graph_name == DefaultGraph()}
    missing = set()
    for subject, predicate, value in default:
        missing |= {(subject, parent, value) for parent in vocabulary.supers(predicate)} - default
        inverse = vocabulary.inverse.get(predicate)
        if inverse and isinstance(value, NamedNode) and (value, inverse, subject) not in default:
            missing.add((value, inverse, subject))
    assert missing == set()


def test_records_written_as_json_lines_lift_to_the_same_quads(xanadu_quads: set[Quad], vocabulary: Vocabulary) -> None:
    found, problems = read_data_folder(FOLDER)
    assert problems == []
    lines = list(Collection(entry.record for entry in found).json_lines())
    again = Collection.from_json_lines(lines)
    assert list(again.json_lines()) == lines
    assert lift(again, vocabulary) == xanadu_quads


BAD_LINES = {
    '{"kind_of_record": "member"': "line 2 is no JSON object: Expecting ',' delimiter: line 1 column 28 (char 27)",
    '{"kind_of_record": "star"}': "line 2 has no known kind_of_record: 'star'",
    "{}": "line 2 has no known kind_of_record: 'kind_of_record'",
    "[]": "line 2 is no JSON object: ",
    '{"kind_of_record": "member", "code": "XA"}': (
        "line 2 is no valid record: name: field required; kind: field required; source: field required"
    ),
}


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_line_that_is_no_record_is_named(line: str) -> None:
    with pytest.raises(ValueError) as error:
        Collection.from_json_lines(["", line])
    assert str(error.value).startswith(BAD_LINES[line])


def test_vocabulary_files_fill_their_graph_and_all_but_the_shapes_the_default_graph() -> None:
    quads = set(lift_vocabularies())
    for graph, path in vocabulary_files():
        inside = {q.triple for q in quads if q.graph_name == graph}
        default = {q.triple for q in quads if q.graph_name == DefaultGraph()}
        assert inside, path
        if graph == iris.graph("shapes"):
            assert inside.isdisjoint(default)
        else:
            assert inside <= default


def test_lifting_needs_no_order_of_records(xanadu_quads: set[Quad], vocabulary: Vocabulary) -> None:
    found = read(FOLDER, vocabulary, lambda name: None).found
    assert lift(Collection(entry.record for entry in reversed(found)), vocabulary) == xanadu_quads


def test_a_second_identical_source_changes_no_winner(data: Path, vocabulary: Vocabulary, xanadu: Triples) -> None:
    raw = (
        (FOLDER / "sources/xa/xa0001-l3-en.yml").read_text("utf-8").replace("key: xa0001-l3-en", "key: xa0001-l3-en-2")
    )
    written("sources/xa/xa0001-l3-en-2.yml", raw)(data)
    triples = Triples(quads_of(data, vocabulary))
    for _, entity, term, expected in RESOLVED:
        assert triples.of(entity, term) == expected
