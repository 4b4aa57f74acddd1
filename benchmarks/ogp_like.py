"""A release of a wished size with the shape of a real one: the same graph again and again under other names.

    python -m benchmarks.ogp_like --quads 300000 --out FOLDER

Everything that a release says about members, plans, commitments, institutions, reports and sources is repeated with
the names of each copy (``id/commitment/FR0042`` gives ``id/commitment/FR0042x3``), so that degrees, text lengths and
chains of succession are the real ones. Ontology, schemes and shapes stay single, as they would; so do the data sets of
the cube, where only counts by member become more: there are no more cycles and policy areas than before. The same
release and size give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from ogpgraph.load import latest_release
from ogpgraph.settings import CANONICAL_BASE

# Where a copy's names differ: after the first part of an entity's or a capture's IRI, and at the end of a text.
_NAME = re.compile(
    rf"<({re.escape(CANONICAL_BASE)}(?:id/cube/[^/>]+-by-member[^/>]*|id/(?!cube/)[^/>]+|graph/source)/(?!structure>)[^/>]+)"
)
_TEXT = re.compile(r'"(?=@| <https?://\S+> \.$| \.$)')
_NAME_MARK, _TEXT_MARK = "\x00", "\x01"


def write_release(source: Path, quads: int, out: Path) -> Path:
    """A release of about ``quads`` quads in ``out``, made of the release ``source``; its folder.

    The size is reached in whole copies. ``latest`` names the release. What stands in the release already is kept
    when it has the wished size.
    """
    manifest = json.loads((source / "manifest.json").read_bytes())
    original = (source / "dataset.nq").read_text(encoding="utf-8")
    pattern = _pattern(original)
    per_copy = pattern.count("\n")
    copies = max(0, round((quads - int(manifest["quads"])) / per_copy))
    manifest["version"] = f"{manifest['version']}-x{copies + 1}"
    manifest["quads"] += copies * per_copy
    folder = out / manifest["version"]
    if not (folder / "manifest.json").exists():
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("dataset.*", "ogp-graph.*", "members", "plans"))
        manifest["files"] = _files(manifest["files"], folder)
        manifest["files"]["dataset.nq"] = _write_dataset(folder / "dataset.nq", original, pattern, copies)
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    point_latest(out, folder.name)
    return folder


def _pattern(dataset: str) -> str:
    """What a copy repeats, with a mark at each place where it differs from the others."""
    about = f"<{CANONICAL_BASE}id/"
    lines = (line for line in dataset.splitlines() if line.startswith(about) and _NAME.match(line))
    return "".join(f"{_marked(line)}\n" for line in lines)


def _marked(line: str) -> str:
    return _TEXT.sub(_TEXT_MARK + '"', _NAME.sub(rf"<\1{_NAME_MARK}", line))


def _copies(original: str, pattern: str, copies: int) -> Iterator[bytes]:
    yield original.encode()
    for number in range(1, copies + 1):
        yield pattern.replace(_NAME_MARK, f"x{number}").replace(_TEXT_MARK, f" {number}").encode()


def _write_dataset(path: Path, original: str, pattern: str, copies: int) -> dict[str, object]:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for part in _copies(original, pattern, copies):
            size += file.write(part)
            digest.update(part)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _files(listed: dict[str, object], folder: Path) -> dict[str, object]:
    """The entries of the files that were taken over."""
    return {name: entry for name, entry in listed.items() if (folder / name).exists()}


def point_latest(out: Path, name: str) -> None:
    """Flip ``latest`` in one step, as a release does."""
    beside = out / "latest.new"
    beside.unlink(missing_ok=True)
    beside.symlink_to(name)
    beside.replace(out / "latest")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quads", type=int, default=300_000, help="wished size, in quads")
    parser.add_argument("--source", type=Path, default=Path("dist"), help="folder of the releases it is made of")
    parser.add_argument("--out", type=Path, required=True, help="folder that gets the release")
    options = parser.parse_args()
    source = latest_release(options.source)
    if source is None:
        parser.error(f"there is no release in {options.source}: run `make build` first")
    options.out.mkdir(parents=True, exist_ok=True)
    print(write_release(source, options.quads, options.out))


if __name__ == "__main__":
    main()
