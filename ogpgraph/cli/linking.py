"""``link`` finds what may be the same, ``review`` lets a person decide."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogpgraph import settings
from ogpgraph.cli.options import Command, near, positive, share
from ogpgraph.cli.talk import Failure, Steps, say, terminal

if TYPE_CHECKING:
    from ogpgraph.link import linking


def add_commands(command: Command, defaults: settings.Settings) -> None:
    """``link`` and ``review``."""
    _link_command(command, defaults)
    _review_command(command)


def _link_command(command: Command, defaults: settings.Settings) -> None:
    from ogpgraph.link.kinds import KINDS, RELATIONS

    what = "Find which things of two graphs or tables may be the same; the candidates are SSSOM, to be reviewed."
    added = command("link", _link, what, "ogpgraph link mine.csv --columns id=Nr title=Titel --out mine.sssom.tsv")
    side = "release (folder or version), RDF file, file of a source that `build` knows, CSV or XLSX"
    added.add_argument("left", nargs="?", default="latest", help=side)
    added.add_argument("right", nargs="?", default="latest", help="the same")
    added.add_argument("--kind", choices=tuple(KINDS), default="commitment", help="what is linked")
    added.add_argument("--member", metavar="CODE", help="only what belongs to this member, such as FR")
    pairs: dict[str, Any] = {"nargs": "+", "default": [], "metavar": "FIELD=COLUMN"}
    fields = "iri (or id), title, institutions, tags, text, dates, member, cycle, plan_number"
    which = f"which column of the table holds {fields}; title:de for a language; else columns of these names count"
    added.add_argument("--columns", action="extend", help=which, **pairs)
    below = "what rows are named below, where their table gives no IRIs; else an example's address"
    added.add_argument("--namespace", metavar="IRI", default="", help=below)
    added.add_argument("--right-columns", action="extend", help="columns of RIGHT, where both are tables", **pairs)
    added.add_argument("--right-namespace", metavar="IRI", default="", help="namespace of RIGHT, where both are tables")
    added.add_argument("--relation", choices=tuple(RELATIONS), help="what is proposed, if not the usual")
    added.add_argument("--least-score", type=share, default=0.5, help="leave out what is less likely, 0 to 1")
    added.add_argument("--per-item", type=positive, default=3, help="most candidates of one thing of LEFT")
    added.add_argument("--one-to-one", action="store_true", help="give each thing at most one counterpart")
    added.add_argument("--lineage", metavar="CODE", help="instead: what may continue in the next plan of this member")
    added.add_argument("--with-known", action="store_true", help="with --lineage: keep what is stated or contradicted")
    added.add_argument("--explain", nargs=2, metavar=("A", "B"), help="instead: what speaks for one pair, and against")
    _decided_option(added, "--decisions")
    added.add_argument("--releases", type=Path, default=Path(defaults.out), help="folder of the releases")
    added.add_argument("--out", type=Path, metavar="FILE", help="file for the candidates; else they are printed")


def _review_command(command: Command) -> None:
    what = "Decide about candidates, one pair a screen: accept, reject, unsure. Each decision is saved at once."
    added = command("review", _review, what, "ogpgraph review mine.sssom.tsv --decisions mine-decided.sssom.tsv")
    added.add_argument("file", type=Path, help="candidates that `ogpgraph link` found")
    added.add_argument("--decisions", type=Path, metavar="FILE", help="where they go; else beside the candidates")
    _decided_option(added, "--decided")
    added.add_argument("--unsure", action="store_true", help="ask again about what was left unsure")
    added.add_argument("--reviewer", metavar="IRI", help="who decides, such as an ORCID; else the project's curators")
    sure = "how sure the reviewer is of what is accepted or rejected; else 0.95, and 0.7 for a possible successor"
    added.add_argument("--confidence", type=share, help=sure)


def _decided_option(added: argparse.ArgumentParser, name: str) -> None:
    given = near(settings.PROJECT / "data" / "alignments")
    what = "SSSOM files, or folders of them, whose pairs are decided and not asked about again"
    added.add_argument(
        name, dest="decided", nargs="+", type=Path, metavar="PATH", default=[given] if given.is_dir() else [], help=what
    )


def _link(options: argparse.Namespace) -> int:
    from ogpgraph.link import linking
    from ogpgraph.sssom import write_sssom

    try:
        request = _link_request(options)
        with Steps() as step:
            if options.explain:
                one, other = options.explain
                lines = list(linking.explain(request, one, other, step))
            else:
                found = linking.link(request, step)
    except (linking.NotASide, linking.UnreadableItems) as error:
        raise Failure(str(error), 2) from None
    except linking.LibraryMissing as error:
        raise Failure(str(error)) from None
    if options.explain:
        print(*lines, sep="\n")
        return 0
    text = write_sssom(found.candidates)
    if options.out:
        options.out.write_text(text, "utf-8")
    else:
        print(text, end="")
    kept = len(found.candidates.mappings)
    said = f"{kept} candidates between {found.between}; {found.left_out} decided pairs left out"
    say(said)
    return 0


def _link_request(options: argparse.Namespace) -> linking.Request:
    from ogpgraph.link import linking
    from ogpgraph.link.candidates import Options

    return linking.Request(
        out=options.releases,
        day=date.today().isoformat(),
        left=options.left,
        right=options.right,
        kind=options.kind,
        relation=options.relation,
        member=options.lineage or options.member,
        table=linking.layout_of(options.columns, options.namespace),
        right_table=linking.layout_of(options.right_columns, options.right_namespace),
        options=Options(per_item=options.per_item, least_score=options.least_score, one_to_one=options.one_to_one),
        decisions=tuple(options.decided),
        lineage=bool(options.lineage),
        with_known=options.with_known,
    )


def _review(options: argparse.Namespace) -> int:
    from ogpgraph.link import review, screen

    asked = review.Request(
        candidates=options.file,
        decisions=options.decisions,
        decided=tuple(options.decided),
        reviewer=options.reviewer,
        day=date.today().isoformat(),
        confidence=options.confidence,
        unsure=options.unsure,
    )
    try:
        opened = review.opened(asked)
        with screen.desk(terminal()) as desk:
            tally = review.review(opened, desk)
    except (review.FileChanged, screen.NoAnswer) as error:
        raise Failure(str(error), error.status) from None
    left = len(opened.pairs) - tally.total()
    say(f"{screen.counted(tally)}; {left} pairs left to decide")
    if tally:
        print(opened.file.path)
    return 0
