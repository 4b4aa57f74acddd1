"""The shape of the code: what may import what, how modules are called, how long a function may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from ogpgraph import cli, settings

PACKAGE = Path(settings.__file__).resolve().parent

# A module imports only what stands before it.
ORDER = [
    *(
        "problems",
        "dates",
        "settings",
        "vocabulary",
        "iris",
        "sssom",
        "records",
        "star_rules",
        "read",
        "lift",
        "checks",
        "release",
    ),
    *(
        "load",
        "search",
        "link",
        "reconcile",
        "negotiate",
        "protocol",
        "analysis",
        "engine",
        "pages",
        "serve",
        "build",
        "cli",
    ),
]
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "tools"}
LONGEST_FUNCTION = 60
# Only these know: file formats, the store, HTTP.
KNOWS = {
    "yaml": {"read", "sssom"},
    "csv": {"read", "release", "sssom"},
    "fastapi": {"serve"},
    "starlette": {"serve"},
    "uvicorn": {"cli", "serve"},
    "argparse": {"cli"},
    "rich": {"cli", "link"},
    "shifty": {"checks"},
    "pydantic": {"records", "read"},
    "httpx2": {"analysis", "engine", "load"},
    "prometheus_client": {"serve"},
    "zstandard": {"engine"},
    "uvloop": {"serve"},
    "httptools": {"serve"},
    "jinja2": {"pages"},
    "pyarrow": {"release"},
    "sqlite3": {"search"},
    "networkx": {"analysis", "pages"},
    "pandas": {"analysis"},
    "polars": {"analysis"},
    "pygments": {"pages"},
    "rapidfuzz": {"link", "reconcile"},
    "scipy": {"link"},
    "numpy": {"link"},
}

FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    """``lift.plans`` for lift/plans.py, ``lift`` for lift/__init__.py, ``""`` for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {module_of(path): ast.parse(path.read_text("utf-8")) for path in FILES}


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every imported module with its line, wherever in the module the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            module = node.module or ""
            yield module, node.lineno
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def own_imports(name: str) -> dict[str, int]:
    """The modules of the package that a module imports, with the line."""
    found = {
        target.removeprefix("ogpgraph").removeprefix("."): line
        for target, line in imported(MODULES[name])
        if target.startswith("ogpgraph")
    }
    return {target: line for target, line in found.items() if target in MODULES and target not in ("", name)}


def test_every_module_has_its_place_in_the_order() -> None:
    tops = {name.partition(".")[0] for name in MODULES} - {"", "__main__"}
    assert tops == set(ORDER), "add a new module to the order, where what it imports stands before it"


@pytest.mark.parametrize("name", [name for name in MODULES if name not in ("", "__main__")])
def test_a_module_imports_only_what_stands_before_it(name: str) -> None:
    own = name.partition(".")[0]
    wrong = {
        f"line {line}: {target}"
        for target, line in own_imports(name).items()
        if (top := target.partition(".")[0]) != own and ORDER.index(top) > ORDER.index(own)
    }
    assert wrong == set()


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {name: set(own_imports(name)) for name in MODULES}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            for target in sorted(graph[name]):
                visit(target, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


@pytest.mark.parametrize("package", KNOWS)
def test_only_the_part_that_owns_a_format_knows_it(package: str) -> None:
    users = {
        name.partition(".")[0]
        for name, tree in MODULES.items()
        for target, _ in imported(tree)
        if target.partition(".")[0] == package
    }
    assert users <= KNOWS[package]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert {part for name in MODULES for part in name.split(".")} & FORBIDDEN_NAMES == set()


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for name, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.lineno} {node.name}", node


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {name: (node.end_lineno or node.lineno) - node.lineno + 1 for name, node in functions()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_module_and_public_class_says_what_it_is() -> None:
    bare = [name for name, tree in MODULES.items() if not ast.get_docstring(tree)]
    for name, tree in MODULES.items():
        bare += [
            f"{name}.{node.name}"
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
            and name != "records"
        ]
    assert bare == []


def test_nothing_is_said_on_standard_output_but_by_the_command_line() -> None:
    printing = {
        name.partition(".")[0]
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing <= {"cli"}


def test_no_clock_no_host_and_no_chance_in_what_makes_a_release() -> None:
    """Two builds are equal byte for byte only where nothing asks for the time or the machine."""
    parts = {"records", "read", "lift", "checks", "release", "vocabulary", "iris", "build"}
    unstable = {"random", "time", "socket", "platform", "uuid", "getpass", "secrets"}
    clocks = {"now", "today", "utcnow"}
    found = {
        f"{name}: {target}"
        for name, tree in MODULES.items()
        if name.partition(".")[0] in parts
        for target, _ in imported(tree)
        if target.partition(".")[0] in unstable or target == "os.environ"
    }
    found |= {
        f"{name}:{node.lineno}: {node.func.attr}"
        for name, tree in MODULES.items()
        if name.partition(".")[0] in parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks
    }
    assert found == set()


def test_every_setting_has_its_unit_and_says_what_it_does() -> None:
    table = settings.table()
    names = [f"OGPGRAPH_{field.name.upper()}" for field in fields(settings.Settings)]
    assert [name for name, *_ in table] == names
    assert all(unit.strip() and what.strip() and not what.endswith(".") for _, unit, _, what in table)


def test_seconds_and_bytes_stand_in_the_name_of_a_setting() -> None:
    for field in fields(settings.Settings):
        named = {unit for unit in ("seconds", "bytes") if field.name.endswith(f"_{unit}")}
        assert named == {field.metadata["unit"]} & {"seconds", "bytes"}, field.name


def test_readme_and_help_show_every_setting_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (PACKAGE.parent / "README.md").read_text("utf-8")
    shown = readme.partition("<!-- settings -->\n")[2].partition("<!-- /settings -->")[0]
    assert shown == settings.markdown_table(), "put the output of ogpgraph.settings.markdown_table() there"
    with pytest.raises(SystemExit):
        cli.main(["serve", "--help"])
    lines = capsys.readouterr().out.splitlines()
    for name, unit, default, what in settings.table():
        place = lines.index(f"  {name} ({unit}; {default or 'empty'})")
        assert lines[place + 1] == f"      {what}"


def test_a_secret_is_never_shown() -> None:
    assert "open sesame" not in repr(settings.Settings(update_token="open sesame"))
    assert [field.name for field in fields(settings.Settings) if field.metadata["secret"]] == ["update_token"]


def test_settings_are_read_from_the_environment() -> None:
    given = {"OGPGRAPH_PORT": "9", "OGPGRAPH_OUT": "x", "OGPGRAPH_BASE": "http://localhost/", "HOME": "/"}
    assert settings.from_environment(given) == settings.Settings(port=9, out="x", base="http://localhost/")
    assert settings.from_environment({}) == settings.Settings()


def test_a_setting_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError) as number:
        settings.from_environment({"OGPGRAPH_PORT": "http"})
    assert str(number.value) == "OGPGRAPH_PORT='http' is no whole number: port that the server listens on"
    with pytest.raises(ValueError) as base:
        settings.from_environment({"OGPGRAPH_BASE": "http://localhost"})
    assert str(base.value) == "OGPGRAPH_BASE='http://localhost' must end with a slash"


def test_another_base_moves_every_iri() -> None:
    """IRIs are minted below the base that is set when the process starts."""
    code = "\n".join(
        (
            "from ogpgraph import iris",
            "from ogpgraph.vocabulary import OGP, Vocabulary",
            "print(iris.commitment('FR0013').value, OGP.Commitment.value, Vocabulary().concept('star', 'yes').value)",
        )
    )
    environment = {"OGPGRAPH_BASE": "https://example.org/g/", "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    start = "https://example.org/g/"
    assert done.stdout.split() == [
        f"{start}id/commitment/FR0013",
        f"{start}ontology#Commitment",
        f"{start}scheme/star/yes",
    ]
