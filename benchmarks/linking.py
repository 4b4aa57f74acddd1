"""How well the linker finds what belongs together, and how fast.

    python -m benchmarks.linking editions --real FOLDER    # OGP's database of 2015 against that of 2016
    python -m benchmarks.linking languages --facts FOLDER  # French and Spanish titles against English ones
    python -m benchmarks.linking scale                     # 10,000 x 10,000 commitments made from the release

FOLDER are the folders of the two editions and of the harvested facts; by default those beside the repository. Each
part prints what the linker sees, what the truth is made of, and its figures; the exit status is 1 where a bar is
missed.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz, process

from ogpgraph.link.candidates import Candidate, Options, candidates
from ogpgraph.link.items import Item, figures, items_of_graph, items_of_rows
from ogpgraph.load import latest_release
from ogpgraph.read.explorer import READER
from ogpgraph.read.source_file import SourceFile
from ogpgraph.records import DatabaseRow
from ogpgraph.settings import PROJECT
from ogpgraph.vocabulary import Vocabulary

SHARED = PROJECT.parent / "shared"
PRECISION, RECALL = 0.98, 0.95
ACCEPTED = 0.5  # a candidate from this score on counts as a link

# --- editions -------------------------------------------------------------------------------------------------------

EDITIONS = (
    "sites_all_libraries_irm_explorer_data_Combined_Database*20150515*.csv",
    "*_latest_data_ogpirm_live_data.csv",
)
# The number that a title or a text begins with: "Commitment 4.2:", "O1M4:", "3:p)". It is part of the truth.
NUMBER = re.compile(
    r"\s*(?:(?:commitment|action|compromiso|milestone|meta|initiative|group|n[°ºo.]|objective|theme)\s*)*[:.\s]*"
    r"((?:[A-Za-z]{1,3}[.\-]?)?\d+(?:[.\-:,]?\s?(?:\d+|[A-Za-z](?![A-Za-z])))*\s*(?:\([A-Za-z0-9]{1,2}\))?"
    r"|[A-Z][.):]|[ivxIVX]+[.):])",
    re.IGNORECASE,
)
# What IRM assessors coded, and nothing else: a check of the truth that neither truth nor linker uses.
CODED = ("specificity", "relevance", "potentialImpact", "completion")

Key = tuple[str, str, str]  # country, number of the plan, number of the commitment


@dataclass(frozen=True)
class Edition:
    """The rows of one edition: what the linker sees of them, and the key that it does not see."""

    rows: dict[str, DatabaseRow]

    @classmethod
    def of(cls, path: Path) -> Edition:
        file = SourceFile(path, path.name, path.read_bytes())
        rows = (record for record in READER.read(file, Vocabulary()) if isinstance(record, DatabaseRow))
        return cls({f"{path.name}#row={row.row}": row for row in rows if row.country})

    @cached_property
    def items(self) -> dict[str, Item]:
        """Rows as items without member, plan, year, number, and with wordings cut behind their number."""
        found = {}
        for name, item in zip(self.rows, items_of_rows(self.rows.values()), strict=True):
            titles = tuple((unnumbered(title), language) for title, language in item.titles[:1])
            texts = tuple(unnumbered(text) for text in item.texts)
            numbers = figures([*(title for title, _ in titles), *texts])
            hidden = {"member": None, "cycle": None, "plan_number": None}
            found[name] = replace(item, iri=name, titles=titles, texts=texts, numbers=numbers, **hidden)
        return found

    @cached_property
    def keys(self) -> dict[str, Key]:
        """The key of every row that has a number at the head of its title."""
        found = {}
        for name, row in self.rows.items():
            number = NUMBER.match(row.title or "")
            if number:
                printed = re.sub(r"[^a-z0-9]+", ".", number.group(1).lower()).strip(".")
                found[name] = (row.country or "", row.plan_number or "", printed)
        return found

    @cached_property
    def once(self) -> dict[Key, str]:
        """The row of each key that one row only has."""
        counted = Counter(self.keys.values())
        return {key: name for name, key in self.keys.items() if counted[key] == 1}


def unnumbered(text: str) -> str:
    """A wording without the number at its head."""
    number = NUMBER.match(text)
    return text[number.end() :].lstrip(" .:)-–—") if number else text


@dataclass(frozen=True)
class Truth:
    """Which rows of two editions are one commitment, by columns that the linker does not see.

    A plan counts where the two editions number it alike: at least nine tenths of the numbers that stand once in the
    one that has fewer stand once in the other. ``pairs`` are the rows whose country, plan and number stand once in
    each edition; ``alone`` the older rows whose number the newer edition of their plan does not have.
    """

    pairs: dict[str, str]
    alone: set[str]

    @classmethod
    def of(cls, older: Edition, newer: Edition) -> Truth:
        numbers = [defaultdict(set), defaultdict(set)]
        for plans, edition in zip(numbers, (older, newer), strict=True):
            for key in edition.once:
                plans[key[:2]].add(key[2])
        alike = {
            plan
            for plan in numbers[0].keys() & numbers[1].keys()
            if len(numbers[0][plan] & numbers[1][plan]) >= 0.9 * min(len(numbers[0][plan]), len(numbers[1][plan]))
        }
        judged = {key: name for key, name in older.once.items() if key[:2] in alike}
        pairs = {name: newer.once[key] for key, name in judged.items() if key in newer.once}
        return cls(pairs, {name for key, name in judged.items() if key not in set(newer.keys.values())})

    def within(self, names: set[str]) -> Truth:
        return Truth({one: other for one, other in self.pairs.items() if one in names}, self.alone & names)

    def figures(self, links: Mapping[str, str]) -> tuple[float, float, list[str]]:
        """Precision of the links of judged rows, recall over the pairs, and the judged rows that are linked wrongly."""
        judged = [one for one in links if one in self.pairs or one in self.alone]
        wrong = [one for one in judged if self.pairs.get(one) != links[one]]
        right = len(judged) - len(wrong)
        return right / max(1, len(judged)), right / max(1, len(self.pairs)), wrong


def links_of(found: Iterable[Candidate]) -> dict[str, str]:
    return {each.left.iri: each.right.iri for each in found if each.score >= ACCEPTED}


def editions(folder: Path, show: int) -> bool:
    """Print the figures of the two editions; whether those of all columns that are seen reach the bar."""
    older, newer = (Edition.of(next(iter(folder.glob(pattern)))) for pattern in EDITIONS)
    truth = Truth.of(older, newer)
    held = {name for name, row in older.rows.items() if zlib.crc32((row.country or "").encode()) % 2}
    print(f"2015: {len(older.rows)} rows, 2016: {len(newer.rows)} rows")
    print("seen: title and text without the number at their head, institutions, policy tags, dates, figures")
    print("not seen: country, plan, number, theme, cluster, case number, every rating and code")
    print(
        f"truth: country, plan, number: {len(truth.pairs)} pairs; {len(truth.alone)} rows of 2015 have no counterpart"
    )
    _print_codes("pairs of the truth", older, newer, truth.pairs)
    passed = True
    for name, names in (
        ("all that is seen", ()),
        ("title only", ("title",)),
        ("without the title", ("text", "institutions", "tags", "dates", "numbers")),
        ("without title and text", ("institutions", "tags", "dates", "numbers")),
    ):
        options = Options(features=names, one_to_one=True)
        links = links_of(candidates(older.items.values(), newer.items.values(), options))
        reached = _print_edition(name, truth, held, links)
        if not names:
            passed = reached
            _print_codes(
                "links outside the truth", older, newer, {a: b for a, b in links.items() if a not in truth.pairs}
            )
            _print_reworded(older, newer, truth, links)
            _show(truth.within(older.rows.keys() - held), links, older, newer, show)
    _print_edition("closest title by rapidfuzz, from 80 of 100", truth, held, _closest(older, newer))
    return passed


def _print_edition(name: str, truth: Truth, held: set[str], links: Mapping[str, str]) -> bool:
    reached = []
    parts = []
    for part, names in (("tuned on", (truth.pairs.keys() | truth.alone) - held), ("held out", held)):
        kept = truth.within(names)
        precision, recall, wrong = kept.figures(links)
        parts.append(
            f"{part} ({len(kept.pairs)} pairs) precision {precision:.4f} recall {recall:.4f} ({len(wrong)} wrong)"
        )
        reached.append(precision >= PRECISION and recall >= RECALL)
    print(f"{name}: {'; '.join(parts)}")
    return all(reached)


def _print_codes(what: str, older: Edition, newer: Edition, pairs: Mapping[str, str]) -> None:
    """How often what the IRM coded agrees, of the pairs of which both editions know it."""
    agreed = asked = 0
    for one, other in pairs.items():
        first, second = _codes(older.rows[one]), _codes(newer.rows[other])
        for name in first.keys() & second.keys():
            asked += 1
            agreed += first[name] == second[name]
    print(f"{what}: {len(pairs)}; what the IRM coded agrees in {agreed} of {asked} cases")


def _codes(row: DatabaseRow) -> dict[str, tuple[str, ...]]:
    return {
        value.variable: value.values
        for value in row.values
        if value.variable in CODED and value.phase == "midterm" and value.values
    }


def _print_reworded(older: Edition, newer: Edition, truth: Truth, links: Mapping[str, str]) -> None:
    for name, field in (("another title", "titles"), ("another text", "texts")):
        changed = {
            one
            for one, other in truth.pairs.items()
            if getattr(older.items[one], field) != getattr(newer.items[other], field)
        }
        found = sum(links.get(one) == truth.pairs[one] for one in changed)
        print(f"pairs with {name} than before: {found} of {len(changed)} found")


def _closest(older: Edition, newer: Edition) -> dict[str, str]:
    """The peer: for each row the row with the likest title."""
    names = list(newer.items)
    titles = [item.titles[0][0].casefold() if item.titles else "" for item in newer.items.values()]
    links = {}
    for name, item in older.items.items():
        title = item.titles[0][0].casefold() if item.titles else ""
        found = process.extractOne(title, titles, scorer=fuzz.token_sort_ratio, score_cutoff=80) if title else None
        if found:
            links[name] = names[found[2]]
    return links


def _show(truth: Truth, links: Mapping[str, str], older: Edition, newer: Edition, show: int) -> None:
    """Some of the rows that are linked wrongly or not at all, of the members that the curves are tuned on."""
    _, _, wrong = truth.figures(links)
    missed = [one for one in truth.pairs if one not in links]
    for one in [*wrong, *missed][:show]:
        linked = newer.keys.get(links.get(one, ""), "nothing")
        print(f"  {older.keys[one]} {older.rows[one].title!r:.70} -> {linked} {truth.pairs.get(one, 'alone')}")


# --- languages ------------------------------------------------------------------------------------------------------


def languages(folder: Path, out: Path) -> bool:
    """Print the figures of titles in two languages; whether those of all that is seen reach the bar."""
    left, right = captures(folder)
    known = {item.iri for item in left} & {item.iri.replace("en:", "xx:") for item in right}
    french = sum(iri.startswith("xx:FR") for iri in known)
    print(f"{len(left)} commitments in French or Spanish, {len(right)} in English")
    print(
        "seen: titles, institutions, policy tags, member, cycle, as each language's page shows them; not seen: id, URL"
    )
    print(
        f"truth: OGP's id: {len(known)} pairs, {french} of them of France; {len(left) - len(known)} without counterpart"
    )
    passed = True
    for name, names in (
        ("all that is seen", ()),
        ("without institutions", ("title", "tags", "member", "cycle")),
        ("title and tags", ("title", "tags")),
        ("title only", ("title",)),
    ):
        found = list(candidates(left, right, Options(features=names, per_item=3, least_score=0.0)))
        first = {each.left.iri: each for each in reversed(found)}
        ranked = sum(_is_pair(each) for each in first.values())
        links = [each for each in first.values() if each.score >= ACCEPTED]
        right_links = sum(_is_pair(each) for each in links)
        precision, recall = right_links / max(1, len(links)), right_links / len(known)
        print(
            f"{name}: precision {precision:.3f} recall {recall:.3f}; the right one first for {ranked} of {len(known)}"
        )
        if not names:
            passed = precision >= PRECISION and recall >= RECALL
            for each in sorted(first.values(), key=lambda each: each.left.iri):
                print(f"  {each.left.iri[3:]} {each.right.iri[3:]} {each.score:.3f} {each.left.titles[0][0]}")
    _bodies(out)
    return passed


def _bodies(out: Path) -> None:
    """Further figures: French names of institutions against English ones; one curve was raised after seeing them."""
    folder = latest_release(out)
    items = list(items_of_graph(folder, "Institution")) if folder else []
    sides = [
        [
            replace(item, iri=f"{side}:{item.iri}", titles=titles, member=None)
            for item in items
            if (titles := tuple(title for title in item.titles if title[1] == language))
        ]
        for side, language in (("xx", "fr"), ("en", "en"))
    ]
    known = {item.iri[3:] for item in sides[0]} & {item.iri[3:] for item in sides[1]}
    found = {each.left.iri: each for each in candidates(*sides, Options(per_item=1, least_score=0.0))}
    first = sum(_is_pair(each) for each in found.values())
    links = [each for each in found.values() if each.score >= ACCEPTED]
    print(
        f"institutions by name only, {len(sides[0])} French, {len(sides[1])} English: the right one first "
        f"for {first} of {len(known)}; {len(links)} links, {sum(_is_pair(each) for each in links)} of them right"
    )


def _is_pair(found: Candidate) -> bool:
    return found.left.iri[3:] == found.right.iri[3:]


def captures(folder: Path) -> tuple[list[Item], list[Item]]:
    """Commitments as pages in other languages than English show them, and as English pages do."""
    shown: dict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    for line in (folder / "france" / "commitments.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        shown[row["id"], "en"].append({"title": row["title"], "cycle": row["cycle"]})
        for page in row["observations"]:
            labels = page["as_shown"]
            shown[row["id"], page["language"]].append(
                {
                    "title": labels.get("Title"),
                    "cycle": row["cycle"],
                    "bodies": _listed(labels.get("Lead Institution"), ";")
                    + _listed(labels.get("Support Institution(s)"), ";"),
                    "tags": _listed(labels.get("Policy Areas"), ","),
                }
            )
    for line in (folder / "other-members.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        bodies = (row.get("lead_institutions") or []) + (row.get("support_institutions") or [])
        page = {"title": row["title"], "cycle": row.get("cycle"), "bodies": bodies, "tags": row.get("policy_areas")}
        shown[row["id"], row["lang"]].append(page)
    items = [_captured(key, language, pages) for (key, language), pages in sorted(shown.items())]
    return [item for item in items if item.iri.startswith("xx:")], [
        item for item in items if item.iri.startswith("en:")
    ]


def _captured(key: str, language: str, pages: Sequence[Mapping[str, object]]) -> Item:
    vocabulary = Vocabulary()
    titles = dict.fromkeys(
        re.sub(r"\s*\([A-Z]{2,4}\d{4}\)\s*$", "", str(page["title"])) for page in pages if page["title"]
    )
    tags = [str(tag) for page in pages for tag in page.get("tags") or ()]
    concepts = [(tag, vocabulary.concept("policy-area", tag)) for tag in tags]
    return Item(
        f"{'en' if language == 'en' else 'xx'}:{key}",
        titles=tuple((title, language) for title in titles),
        institutions=tuple(dict.fromkeys(str(body) for page in pages for body in page.get("bodies") or ())),
        tags=tuple(dict.fromkeys(concept.value if concept else tag for tag, concept in concepts)),
        member=key[:-4],
        cycle=next((str(page["cycle"]) for page in pages if page["cycle"]), None),
    )


def _listed(printed: str | None, separator: str) -> list[str]:
    return [part.strip() for part in (printed or "").split(separator) if part.strip()]


# --- scale ----------------------------------------------------------------------------------------------------------

SIZES = (2_500, 5_000, 10_000)
PEER_SLICE = 500


def scale(out: Path) -> bool:
    """Print time and memory at three sizes, each in a process of its own, and the ratio to comparing every pair."""
    figures_of = {}
    for size in SIZES:
        command = [sys.executable, "-m", "benchmarks.linking", "one-size", "--size", str(size), "--out", str(out)]
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        figures_of[size] = told
        print(
            f"{size} x {size}: {told['seconds']:.1f} s ({told['cpu']:.1f} s of processor), {told['links']} links, "
            f"{told['right']:.1%} right; peak {told['peak']:.0f} MB, items {told['items']:.0f} MB; "
            f"rapidfuzz over all pairs of titles {told['peer']:.1f} s, ratio {told['peer'] / told['cpu']:.2f}"
        )
    added = [told["peak"] - told["items"] for told in figures_of.values()]
    print(f"memory beside the items: {', '.join(f'{each:.0f} MB' for each in added)}")
    return bool(figures_of[SIZES[-1]]["cpu"] < 60)


def one_size(size: int, out: Path) -> None:
    """The figures of one size as JSON."""
    left, right = made(size, out)
    held = _peak()
    start, processor = time.perf_counter(), time.process_time()
    links = right_links = 0
    for found in candidates(left, right, Options(per_item=1)):
        links += 1
        right_links += found.left.iri[5:] == found.right.iri[6:]
    seconds, cpu, peak = time.perf_counter() - start, time.process_time() - processor, _peak()
    titles = [[item.titles[0][0].casefold() for item in side] for side in (left, right)]
    start = time.process_time()
    process.cdist(titles[0][:PEER_SLICE], titles[1], scorer=fuzz.token_sort_ratio, workers=1)
    peer = (time.process_time() - start) * size / min(size, PEER_SLICE)
    told = {"seconds": seconds, "cpu": cpu, "links": links, "right": right_links / max(1, links)}
    print(json.dumps({**told, "peak": peak, "items": held, "peer": peer}))


def _peak() -> float:
    """The most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def made(size: int, out: Path) -> tuple[list[Item], list[Item]]:
    """Commitments of the release again and again, each copy with a member and words of its own; and the same reworded.

    A text is put together from the titles and abstracts of other commitments, so that it has the length (some hundred
    words) and the words of real ones.
    """
    folder = latest_release(out)
    if folder is None:
        raise SystemExit("there is no release: run `make build` first")
    real = [item for item in items_of_graph(folder) if item.titles]
    wordings = [wording for item in real for wording in (*(title for title, _ in item.titles), *item.texts)]
    left, right = [], []
    for number in range(size):
        item = real[number % len(real)]
        copy = number // len(real)
        drawn = [wordings[zlib.crc32(f"{number} {part}".encode()) % len(wordings)] for part in range(20)]
        own = drawn[0].split()[0]
        title, language = item.titles[0]
        place = f"{own} {_invented(copy)} {_invented(number)}"
        text = f"{' '.join(drawn)} {place}"
        shaped = replace(item, member=f"X{copy}", plan_number=None)
        left.append(replace(shaped, iri=f"left:{number}", titles=((f"{title} {place}", language),), texts=(text,)))
        words = f"{place}: {title}".replace("ing ", "e ")
        right.append(replace(shaped, iri=f"right:{number}", titles=((words, language),), texts=(" ".join(drawn[3:]),)))
    return left, right


def _invented(number: int) -> str:
    """A word that no language has, another one for each number."""
    digest = zlib.crc32(str(number).encode())
    return "".join("bdfgklmnprstvz"[(digest >> (3 * at)) % 14] + "aeiou"[(digest >> (2 * at)) % 5] for at in range(4))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the linker.")
    parser.add_argument("part", choices=("editions", "languages", "scale", "one-size"))
    parser.add_argument("--real", type=Path, default=SHARED / "real" / "ogp" / "vizzuality-ogp")
    parser.add_argument("--facts", type=Path, default=SHARED / "facts")
    parser.add_argument("--out", type=Path, default=PROJECT / "dist", help="folder of the releases")
    parser.add_argument("--size", type=int, default=SIZES[-1])
    parser.add_argument(
        "--show", type=int, default=0, help="so many errors of the members that the curves are tuned on"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of one part; 1 where a bar is missed."""
    asked = _arguments(arguments)
    if asked.part == "one-size":
        one_size(asked.size, asked.out)
        return 0
    parts = {
        "editions": lambda: editions(asked.real, asked.show),
        "languages": lambda: languages(asked.facts, asked.out),
        "scale": lambda: scale(asked.out),
    }
    return 0 if parts[asked.part]() else 1


if __name__ == "__main__":
    sys.exit(main())
