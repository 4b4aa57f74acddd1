"""``python -m tests.w3c``: the W3C suites offline and over HTTP, in tables; exit status 1 where something surprises."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import ogpgraph
from ogpgraph.build import build
from tests import three_plans
from tests.w3c import report, run
from tests.w3c.earl import earl
from tests.w3c.suites import SUITES


def main() -> int:
    """Run what is asked for and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.w3c", description=__doc__)
    parser.add_argument("ways", nargs="*", metavar="WAY", help="offline, http, native; default: offline and http")
    parser.add_argument("--reasons", action="store_true", help="also say why each test did not pass")
    parser.add_argument(
        "--earl",
        type=Path,
        metavar="FILE",
        help="also write the results (of the last WAY) to a file, as EARL in Turtle",
    )
    options = parser.parse_args()
    unknown = set(options.ways) - _WAYS.keys()
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: the ways are {', '.join(_WAYS)}")
    if not SUITES.is_dir():
        print(f"{SUITES} is not there: the W3C suites are not part of the checkout", file=sys.stderr)
        return 1
    found = {way: _WAYS[way]() for way in options.ways or ("offline", "http")}
    surprises = [each for way, results in found.items() for each in _shown(way, results, options.reasons)]
    if options.earl:
        last = list(found.values())[-1]
        options.earl.write_bytes(earl(last, ogpgraph.__version__, date.today().isoformat()))
    print("\n".join(surprises) or "No surprise: the failures are those of known_failures.csv.")
    return 1 if surprises else 0


def _shown(way: str, results: Sequence[run.Result], reasons: bool) -> list[str]:
    print(report.table(way, results))
    print(report.reasons(way, results) + "\n" if reasons else "")
    return [f"{way}: {each}" for each in report.surprises(way, results)]


def _http() -> Sequence[run.Result]:
    with tempfile.TemporaryDirectory() as folder:
        build(three_plans.FOLDER, Path(folder))
        return run.run_over_http(Path(folder))


_WAYS: dict[str, Callable[[], Sequence[run.Result]]] = {
    "offline": run.run_offline,
    "http": _http,
    "native": run.run_native,
}

if __name__ == "__main__":
    sys.exit(main())
