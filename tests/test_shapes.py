"""Each shape accepts its good twin, refuses its bad twins with the expected message, and is documented.

tests/shapes/<ShapeName>/good.ttl conforms; each bad-<what>.ttl breaks what its name says and starts with one
`# expect: <English message>` line a message. Twins meet the shapes of their own class only, so that the targets
of links can be stubs of one triple.
"""

from __future__ import annotations

import functools
import pathlib
import re

import pyoxigraph
import pytest
from validation_engines import SHAPES, all_shapes, disagreements, english_messages, pyshacl_results, pyshifty_results

ROOT = pathlib.Path(__file__).resolve().parent.parent
TWINS = pathlib.Path(__file__).resolve().parent / "shapes"
SH = "http://www.w3.org/ns/shacl#"
OGPSH = "https://w3id.org/ogpgraph/shapes#"
OGP = "https://w3id.org/ogpgraph/ontology#"
RDF_TYPE = pyoxigraph.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
EXPECT = re.compile(r"^# expect: (.+)$", re.MULTILINE)


def sh(name: str) -> pyoxigraph.NamedNode:
    return pyoxigraph.NamedNode(SH + name)


@functools.cache
def shapes_store() -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    for file in all_shapes():
        store.bulk_load(path=str(file), format=pyoxigraph.RdfFormat.TURTLE)
    return store


def instances(type_: str) -> list[pyoxigraph.NamedNode | pyoxigraph.BlankNode]:
    return [quad.subject for quad in shapes_store().quads_for_pattern(None, RDF_TYPE, sh(type_))]


def objects(node: pyoxigraph.NamedNode | pyoxigraph.BlankNode, name: str) -> list:
    return [quad.object for quad in shapes_store().quads_for_pattern(node, sh(name), None)]


def class_shapes() -> list[str]:
    """Names of the shapes that a class targets; Shape-part stands in the folder of Shape."""
    names = {node.value.removeprefix(OGPSH) for node in instances("NodeShape") if objects(node, "targetClass")}
    return sorted(name for name in names if "-" not in name)


@functools.cache
def files_of(shape: str) -> tuple[pathlib.Path, ...]:
    """The file that defines the shape and the file of shared value shapes."""
    defined = f"ogpsh:{shape} a sh:NodeShape"
    (home,) = [file for file in all_shapes() if defined in file.read_text(encoding="utf-8")]
    return (home, SHAPES / "values.ttl")


GOOD = sorted(TWINS.glob("*/good.ttl"))
BAD = sorted(TWINS.glob("*/bad-*.ttl"))


def twin_id(path: pathlib.Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("twin", GOOD, ids=twin_id)
def test_good_twin_conforms_in_both_engines(twin: pathlib.Path) -> None:
    data, shapes = twin.read_text(encoding="utf-8"), files_of(twin.parent.name)
    assert pyshacl_results(data, shapes) == frozenset()
    assert pyshifty_results(data, shapes) == frozenset()


@pytest.mark.parametrize("twin", BAD, ids=twin_id)
def test_bad_twin_is_refused_with_the_expected_message(twin: pathlib.Path) -> None:
    data, shapes = twin.read_text(encoding="utf-8"), files_of(twin.parent.name)
    results = pyshacl_results(data, shapes)
    assert english_messages(results) == set(EXPECT.findall(data))
    assert disagreements(data, shapes) == []


def test_good_twins_together_give_both_engines_the_same_results_under_all_shapes() -> None:
    data = "\n".join(twin.read_text(encoding="utf-8") for twin in GOOD)
    assert disagreements(data) == []


def test_every_class_shape_has_a_good_and_a_bad_twin() -> None:
    assert class_shapes() == sorted({path.parent.name for path in GOOD}) == sorted({path.parent.name for path in BAD})


def test_every_bad_twin_says_what_to_expect() -> None:
    silent = [twin_id(path) for path in BAD if not EXPECT.search(path.read_text(encoding="utf-8"))]
    assert silent == []


@pytest.mark.parametrize("type_", ["NodeShape", "PropertyShape"])
def test_every_shape_is_named_and_has_severity_messages_and_documentation(type_: str) -> None:
    problems = []
    for node in instances(type_):
        if not isinstance(node, pyoxigraph.NamedNode) or not node.value.startswith(OGPSH):
            problems.append(f"{node} has no name below {OGPSH}")
        if len(objects(node, "severity")) != 1:
            problems.append(f"{node} has not exactly one sh:severity")
        for name in ("message", "name"):
            languages = sorted(literal.language for literal in objects(node, name))
            if languages != ["en", "fr"]:
                problems.append(f"{node} has sh:{name} in {languages}, not once in en and once in fr")
        needed = ("description",) if type_ == "NodeShape" else ("description", "path", "group", "order")
        problems += [f"{node} has no sh:{name}" for name in needed if not objects(node, name)]
    assert problems == []


def test_no_two_shapes_of_a_class_share_an_order_or_a_message() -> None:
    for name in class_shapes():
        properties = objects(pyoxigraph.NamedNode(OGPSH + name), "property")
        for field in ("order", "message"):
            values = [value for node in properties for value in objects(node, field)]
            assert len(values) == len(set(values)), f"{name}: sh:{field} is repeated"


def test_every_shape_that_is_pointed_to_exists() -> None:
    defined = {
        node.value
        for type_ in ("NodeShape", "PropertyShape", "PropertyGroup", "PrefixDeclaration")
        for node in instances(type_)
    }
    used = {quad.object.value for quad in shapes_store() if str(quad.object).startswith(f"<{OGPSH}")}
    assert used - defined == set()


def test_shapes_keep_the_authoring_rules() -> None:
    forbidden = {"sparql", "in", "rule", "SPARQLTarget", "js"}
    used = {quad.predicate.value for quad in shapes_store()}
    assert used & {SH + name for name in forbidden} == set()
    lists = {"first", "rest"}
    blank = [
        quad
        for quad in shapes_store()
        if isinstance(quad.subject, pyoxigraph.BlankNode) and quad.predicate.value.rpartition("#")[2] not in lists
    ]
    assert blank == []


def test_every_ogp_term_in_the_shapes_is_in_the_ontology() -> None:
    """The ontology is a file of the project, so its absence is a failure and not a reason to skip."""
    ontology = pyoxigraph.Store()
    ontology.bulk_load(path=str(ROOT / "ontology" / "ogp.ttl"), format=pyoxigraph.RdfFormat.TURTLE)
    defined = {
        quad.subject.value
        for quad in ontology.quads_for_pattern(None, RDF_TYPE, None)
        if str(quad.subject).startswith(f"<{OGP}")
    }
    used = {term.value for quad in shapes_store() for term in (quad.object,) if str(term).startswith(f"<{OGP}")}
    assert sorted(used - defined) == []


def test_every_scheme_in_the_shapes_has_its_file() -> None:
    prefix = "https://w3id.org/ogpgraph/scheme/"
    used = {
        objects_.value.removeprefix(prefix)
        for node in instances("PropertyShape")
        for objects_ in objects(node, "hasValue")
    }
    present = {file.stem for file in (ROOT / "ontology" / "schemes").glob("*.ttl")}
    assert sorted(used - present) == []


def test_the_header_has_version_and_licence() -> None:
    header = pyoxigraph.NamedNode("https://w3id.org/ogpgraph/shapes")
    found = {
        quad.predicate.value.rpartition("#")[2].rpartition("/")[2]: quad.object.value
        for quad in shapes_store().quads_for_pattern(header, None, None)
    }
    assert found["versionIRI"] == f"{header.value}/{found['versionInfo']}"
    assert found["license"].startswith("https://creativecommons.org/")
