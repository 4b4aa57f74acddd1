"""How the time and the memory of a build grow with the number of commitments: read to loaded store.

    python -m benchmarks.scaling [--rows 500] [--times 1,4,16] [--steps]

A commitment table of invented members is written at 1×, 4× and 16×, and built each in a process of its own: read,
lift, validate, write, load. The line to look at is the ratio to 1×: seconds per 1,000 commitments stay level where
the build is linear. Memory is the peak of that process.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_HEADER = [
    "Country",
    "Action Plan Number",
    "Theme",
    "Comm No",
    "Commitment Title",
    "Short Title",
    "Full Text",
    "Start Date",
    "End Date",
    "Lead Institution",
    "Supporting Institution(s)",
    "Anti-corruption",
    "Open Data",
    "E-government",
    "Capacity Building",
    "Public Participation",
    "Specificity",
    "_Specificity",
    "GC-PubInt",
    "GC-PubRes",
    "Value -Info",
    "Value -Part",
    "Value -Acc",
    "Value -Tech",
    "_Relevant",
    "Potential impact",
    "Completion (progress report)",
    "_CompletionProgress",
    "Starred (pre-June 2014 assessments)",
    "Starred (2015 only)",
    "Starred (current formula) progress report",
    "Year of submission",
    "Completion (end of term)",
    "Did it open government (end of term only)",
    "Starred (current formula) end of term",
]
_COMPLETIONS = ("a. Not started", "b. Limited", "c. Substantial", "d. Complete")
_COMMITMENTS_A_PLAN = 20
_PLANS_A_MEMBER = 2


def synthetic_rows(count: int) -> list[list[str]]:
    """Rows of invented members, as like a real file as a benchmark needs; the same for the same count."""
    chance = random.Random(2016)
    per_member = _COMMITMENTS_A_PLAN * _PLANS_A_MEMBER
    return [_row(i // per_member, i % per_member, chance) for i in range(count)]


def _row(member: int, place: int, chance: random.Random) -> list[str]:
    plan, number = divmod(place, _COMMITMENTS_A_PLAN)
    completion = chance.randrange(4)
    ministry = f"Ministry of Invention {chance.randrange(12)}"
    words = " ".join(
        chance.choice(("the", "open", "budget", "of", "ministry", "and", "portal", "data")) for _ in range(90)
    )
    flags = [str(int(chance.random() < 0.3)) for _ in range(5)]
    values = [str(int(chance.random() < 0.5)) for _ in range(4)]
    place_in_plan = [f"Ruritania {member}", str(plan + 1), "NA", f"{number + 1}.{chance.randrange(3)}"]
    texts = [f"Open the {number} of {member}", f"Open {number}", f"{words}<br/>{words}"]
    dates = ["07/01/2012", f"{chance.randrange(13, 28)}/6/2014"]
    bodies = [ministry, f"{ministry} and others; Office {chance.randrange(40)}"]
    ratings = ["c. high", "3", "1", "0", *values, "1", "Moderate", _COMPLETIONS[completion], str(completion + 2)]
    stars = ["ND", str(int(completion > 1)), "0"]
    return [*place_in_plan, *texts, *dates, *bodies, *flags, *ratings, *stars, str(2012 + 2 * plan), "ND", "ND", "ND"]


def write_table(path: Path, count: int) -> None:
    """The live edition's form: a line of column numbers, a line of names, then the rows."""
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(range(len(_HEADER)))
        writer.writerow(_HEADER)
        writer.writerows(synthetic_rows(count))


def build_one(table: Path, out: Path) -> dict[str, float]:
    """Build and load, in this process; seconds by step."""
    from ogpgraph.build import build
    from ogpgraph.load import open_release

    begun = time.perf_counter()
    steps: dict[str, float] = {}
    last = ["start", begun]

    def step(name: str) -> None:
        now = time.perf_counter()
        steps[str(last[0])] = steps.get(str(last[0]), 0.0) + now - float(last[1])
        last[:] = [name, now]

    release = build(out / "no-data", out, step, [table], with_data=False)
    step("loading")
    quads = len(open_release(release.folder))
    step("end")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return {
        "seconds": time.perf_counter() - begun,
        "quads": quads,
        "megabytes": megabytes,
        **{f"step {k}": v for k, v in steps.items()},
    }


def measured(rows: int, folder: Path) -> dict[str, float]:
    """One size, built in a process of its own so that its memory is its own."""
    table = folder / f"rows-{rows}.csv"
    write_table(table, rows)
    command = [sys.executable, "-m", "benchmarks.scaling", "--one", str(table), "--out", str(folder / f"out-{rows}")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500, help="commitments at 1×")
    parser.add_argument("--times", default="1,4,16", help="sizes, as multiples of --rows")
    parser.add_argument("--steps", action="store_true", help="show the seconds of each step too")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        options.out.mkdir(parents=True, exist_ok=True)
        print(json.dumps(build_one(options.one, options.out)))
        return
    first: tuple[float, float] | None = None
    print("size  rows     quads  seconds  s/1000 rows  ratio to 1x  MB peak  KB/row")
    with tempfile.TemporaryDirectory() as folder:
        for times in (int(part) for part in options.times.split(",")):
            rows = options.rows * times
            found = measured(rows, Path(folder))
            rate = 1000 * found["seconds"] / rows
            first = first or (rate, found["megabytes"])
            print(
                f"{times:3d}x {rows:6d} {found['quads']:9.0f} {found['seconds']:8.1f} "
                f"{rate:12.2f} {rate / first[0]:12.2f} "
                f"{found['megabytes']:8.0f} {1024 * found['megabytes'] / rows:7.0f}"
            )
            if options.steps:
                for name, seconds in found.items():
                    if name.startswith("step "):
                        print(f"       {name.removeprefix('step '):32s} {1000 * seconds / rows:8.2f} s/1000 rows")


if __name__ == "__main__":
    main()
