"""Queries that would run for hours or fill the memory: short to write, endless to answer.

``BOMBS`` are stopped by a limit, while they are parsed or while they run; ``REFUSED`` are not evaluated at all. The
tests and ``benchmarks.endurance`` throw them at a server.
"""

from __future__ import annotations

_ANY = "(<urn:a>|!<urn:a>)"
_TWO = "?a ?p ?b . ?c ?q ?d"
_THREE = f"{_TWO} . ?e ?r ?f"
_COUNT = "SELECT (COUNT(*) AS ?n)"


def _doubling(times: int) -> str:
    """A text of 16 letters doubled ``times`` times."""
    return 'BIND("0123456789abcdef" AS ?s0) ' + " ".join(
        f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(times)
    )


def _values(lists: int, length: int) -> str:
    numbers = " ".join(map(str, range(length)))
    return " ".join(f"VALUES ?v{i} {{ {numbers} }}" for i in range(lists))


BOMBS: dict[str, str] = {
    "cross product": f"{_COUNT} {{ {_THREE} }}",
    "join by a filter": f"{_COUNT} {{ {_THREE} FILTER(?b = ?d && ?d = ?f) }}",
    "path over everything": f"{_COUNT} {{ ?a {_ANY}* ?b }}",
    "path there and back": f"{_COUNT} {{ ?a ({_ANY}|^{_ANY})+ ?b }}",
    "long path": f"{_COUNT} {{ ?a {'/'.join([f'{_ANY}?'] * 200)} ?b }}",
    "sort of a cross product": f"SELECT * {{ {_TWO} }} ORDER BY ?d ?b",
    "sort by chance": f"SELECT ?a {{ {_TWO} }} ORDER BY RAND() LIMIT 1",
    "DISTINCT of a cross product": f"SELECT DISTINCT ?b ?d {{ {_TWO} }}",
    "groups of a cross product": f"SELECT ?b ?d (COUNT(*) AS ?n) {{ {_TWO} }} GROUP BY ?b ?d",
    "GROUP_CONCAT without end": f"SELECT (GROUP_CONCAT(CONCAT(STR(?b), STR(?d))) AS ?all) {{ {_TWO} }}",
    "hashes": f"SELECT (MAX(SHA512(CONCAT(STR(?b), STR(?d)))) AS ?n) {{ {_TWO} }}",
    "VALUES joined with VALUES": f"{_COUNT} {{ {_values(5, 2000)} }}",
    "VALUES of a megabyte": f"{_COUNT} {{ {_values(2, 65_000)} }}",
    "regular expressions made of data": (
        f'{_COUNT} {{ {_TWO} FILTER(REGEX(STR(?b), CONCAT("(", STR(?d), "){{1,50}}"))) }}'
    ),
    "regular expression that explodes": (
        f'{_COUNT} {{ ?a ?p ?b FILTER(REGEX(STR(?b), "((((a{{1,100}}){{1,100}}){{1,100}}){{1,100}}){{1,100}}")) }}'
    ),
    "text that doubles": f"SELECT (STRLEN(?s40) AS ?n) {{ {_doubling(40)} }}",
    "REPLACE that multiplies": (
        f'SELECT (STRLEN(?r2) AS ?n) {{ {_doubling(10)} BIND(REPLACE(?s10, ".", ?s10) AS ?r1) '
        'BIND(REPLACE(?r1, ".", ?s10) AS ?r2) }'
    ),
    "many OPTIONALs": (f"{_COUNT} {{ ?a ?p ?b {' '.join(f'OPTIONAL {{ ?b{i} ?p{i} ?a }}' for i in range(12))} }}"),
    "OPTIONALs in OPTIONALs": (
        f"{_COUNT} {{ ?a ?p ?b {''.join(f'OPTIONAL {{ ?a{i} ?p{i} ?b{i} ' for i in range(20))}{'}' * 20} }}"
    ),
    "MINUS of a cross product": f"{_COUNT} {{ ?a ?p ?b MINUS {{ ?c ?q ?b . ?e ?r ?f }} }}",
    "NOT EXISTS for each": (
        f"{_COUNT} {{ ?a ?p ?b FILTER NOT EXISTS {{ ?c ?q ?d FILTER(STRLEN(STR(?d)) + STRLEN(STR(?b)) < 0) }} }}"
    ),
    "fifty UNIONs": f"{_COUNT} {{ {' UNION '.join([f'{{ {_TWO} }}'] * 50)} }}",
    "subquery with a huge LIMIT": f"{_COUNT} {{ {{ SELECT * {{ {_TWO} }} LIMIT 1000000000000 }} }}",
    "huge OFFSET": f"SELECT * {{ {_TWO} }} OFFSET 1000000000000",
    "graphs crossed": f"{_COUNT} {{ GRAPH ?g {{ ?a ?p ?b }} GRAPH ?h {{ ?c ?q ?d }} GRAPH ?i {{ ?e ?r ?f }} }}",
    "endless stream": f"SELECT * {{ {_TWO} }}",
    "giant CONSTRUCT": f"CONSTRUCT {{ ?a ?q ?d . ?c ?p ?b . ?a ?p ?d }} WHERE {{ {_TWO} }}",
    "giant DESCRIBE": f"DESCRIBE ?a ?c {{ {_TWO} }}",
    # Nesting, with brackets or without: a parser that calls itself for each level runs out of stack.
    "nested braces": f"{_COUNT} {'{' * 5000} {_THREE} {'}' * 5000}",
    "nested parentheses": f"{_COUNT} {{ {_THREE} FILTER({'(' * 20_000}1{')' * 20_000}) }}",
    "nested path operators": f"{_COUNT} {{ ?a {'(' * 3000}{_ANY}{')*' * 3000} ?b }}",
    "nested lists": f"{_COUNT} {{ {_THREE} . ?a ?p {'(' * 4000}1{')' * 4000} }}",
    "nested OPTIONALs": f"{_COUNT} {{ {'OPTIONAL { ' * 2000} {_THREE} {'}' * 2000} }}",
    "negations": f"{_COUNT} {{ {_THREE} FILTER({'!' * 200_000}true) }}",
    "differences": f"{_COUNT} {{ {_THREE} FILTER(1{' - 1' * 200_000} != 0) }}",
    "chain of UNIONs": f"{_COUNT} {{ {'{} UNION ' * 50_000} {{ {_THREE} }} }}",
}

REFUSED: dict[str, str] = {
    "braces": f"{_COUNT} {'{' * 300} {_THREE} {'}' * 300}",
    "parentheses": f"{_COUNT} {{ {_THREE} FILTER({'(' * 300}1{')' * 300}) }}",
    "path operators": f"ASK {{ ?a {'(' * 300}<urn:a>{')*' * 300} ?b }}",
    "SERVICE": "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?a ?p ?b } }",
    "nested SERVICE": (
        "SELECT * { ?a ?p ?b FILTER EXISTS { { SELECT ?a { SERVICE SILENT <http://127.0.0.1:9/sparql> "
        "{ ?a ?p ?b SERVICE <http://127.0.0.1:9/more> { ?c ?d ?e } } } } } }"
    ),
    "SERVICE named by a variable": "SELECT * { ?a ?p ?s SERVICE ?s { ?a ?p ?b } }",
}
