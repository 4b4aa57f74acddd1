"""Tricks that worked on other SPARQL servers and libraries, each tried on a running server.

They are taken from the issue threads of these projects: queries that read files or ask internal hosts through FROM,
SERVICE and LOAD (RDFLib/rdflib#1421 and #1844, eclipse-rdf4j/rdf4j#5989 and #5990, apache/jena#3966, njh/redstore#8,
Scaseco/jenax#38), lists of allowed endpoints that are too wide (rdf4j#5824), entities of XML that name files or expand
without end (rdf4j#1056 and #3347, RDFLib/rdflib#3440, oxigraph/oxigraph#1939), contexts of JSON-LD (rdflib#1844),
compressed bodies and paths out of the folder (rdf4j#5996), nesting that overflows the stack (fluree/db#1547 and #1564),
functions that run code (apache/jena#1908).
"""

from __future__ import annotations

import gzip
import hmac
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from writable_server import TOKEN, Answer, Server, copy_of, serving

from ogpgraph.release import Release

pytest_plugins = ["fixtures_three_plans"]

SECRET = "canary-5d41402abc4b2a76"
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"


class Trap:
    """A server of the internal network that nobody should reach; it redirects whoever asks to another path."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.requests: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.requests.append(connection.recv(65536).decode("latin-1").partition("\r\n")[0])
                location = f"{self.url}inside".encode()
                connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()


@pytest.fixture(scope="module")
def server(xanadu_release: Release, tmp_path_factory: pytest.TempPathFactory, trap: Trap) -> Iterator[Server]:
    """A server that writes with a token and may ask one path of the trap."""
    folder = tmp_path_factory.mktemp("security")
    (folder / "dist").mkdir()
    (folder / "secret.nt").write_text(f'<urn:s> <urn:p> "{SECRET}" .\n')
    settings: dict[str, int | str] = {
        "access_log": str(folder / "access.log"),
        "service_endpoints": f"{trap.url}allowed/ https:// http:",
        "body_bytes": 100_000,
        "update_checks": 0,
    }
    with serving(copy_of(xanadu_release.folder, folder / "dist"), **settings) as server:
        yield server


def asked(server: Server, query: str, **parameters: str) -> Answer:
    return server.request("GET", f"/sparql?{urlencode({'query': query, **parameters})}")


def raw(server: Server, request: bytes) -> bytes:
    """The answer to bytes that no HTTP library would send."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


# URL stands for the trap, FILE for a file that the server could read.
REFUSED_QUERIES = {
    "service": "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "service to a file": "SELECT * { SERVICE <FILE> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
    "bound by BIND": "SELECT * { BIND(<URL> AS ?e) SERVICE ?e { ?s ?p ?o } }",
    "bound by VALUES": "SELECT * { VALUES ?e { <URL> <FILE> } SERVICE ?e { ?s ?p ?o } }",
    "bound by data": "SELECT * { ?x ?y ?e SERVICE ?e { ?s ?p ?o } }",
    "made of a string": "SELECT * { BIND(IRI(CONCAT('http:', '//127.0.0.1/')) AS ?e) SERVICE ?e { ?s ?p ?o } }",
    "prefixed": "PREFIX a: <URL> SELECT * { SERVICE a:x { ?s ?p ?o } }",
    "glued to its prefix": "PREFIX a: <URL> SELECT * { SERVICEa:x { ?s ?p ?o } }",
    "relative": "BASE <URL> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    "in EXISTS": "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "in an allowed call": "SELECT * { SERVICE <URLallowed/> { SERVICE <URL> { ?s ?p ?o } } }",
    "escaped": r"SELECT * { \u0053ERVICE <URL> { ?s ?p ?o } }",
    "escaped in a string": r"SELECT * { ?s ?p 'a\u0027 SERVICE <URL> {} ?s ?p \u0027' }",
    "after a comparison that looks like an IRI": "ASK { ?s ?p ?a FILTER(?a<?b&&'>'=?c) SERVICE <URL> {?s ?p 'x'} }",
    "up from what is allowed": "SELECT * { SERVICE <URLallowed/../x> { ?s ?p ?o } }",
    "up from what is allowed, encoded": "SELECT * { SERVICE <URLallowed/%2e%2E/x> { ?s ?p ?o } }",
    "with a user": "SELECT * { SERVICE <http://allowed@127.0.0.1:PORT/allowed/> { ?s ?p ?o } }",
    "IPv4 as a number": "SELECT * { SERVICE <http://2130706433:PORT/> { ?s ?p ?o } }",
    "IPv4 within IPv6": "SELECT * { SERVICE <http://[::ffff:127.0.0.1]:PORT/> { ?s ?p ?o } }",
    "another name of the host": "SELECT * { SERVICE <http://localhost:PORT/allowed/> { ?s ?p ?o } }",
    "another repository of RDF4J or GraphDB": "SELECT * { SERVICE <repository:other> { ?s ?p ?o } }",
    "a connector of GraphDB": "SELECT * { SERVICE <http://www.ontotext.com/sparql/sample> { ?s ?p ?o } }",
    "Virtuoso's sponger": 'DEFINE get:soft "replace" SELECT * FROM <URL> { ?s ?p ?o }',
}
# What is no reason to refuse, but must neither ask nor read anything.
ANSWERED_QUERIES = {
    "from": "SELECT * FROM <URL> { ?s ?p ?o }",
    "from a file": "SELECT * FROM <FILE> { ?s ?p ?o }",
    "from named": "SELECT * FROM NAMED <FILE> FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }",
    "graph": "SELECT * { { GRAPH <FILE> { ?s ?p ?o } } UNION { GRAPH <URL> { ?s ?p ?o } } }",
    "describe": "DESCRIBE <FILE> <URL>",
}
FAILING_QUERIES = {
    "function of Java": "SELECT (<java:java.lang.Runtime>('id') AS ?x) {}",
    "function of a script": "PREFIX js: <http://jena.apache.org/ARQ/jsFunction#> SELECT (js:eval('1') AS ?x) {}",
    "function at a URL": "SELECT (<URL>(1) AS ?x) {}",
    "function of Virtuoso": "PREFIX bif: <bif:> SELECT (bif:file_to_string('FILE') AS ?x) {}",
    "update as a query": "LOAD <URL>",
}


def filled(query: str, server: Server, trap: Trap) -> str:
    secret = (server.out.parent / "secret.nt").as_uri()
    return query.replace("URL", trap.url).replace("FILE", secret).replace("PORT", str(trap.port))


@pytest.mark.parametrize("name", REFUSED_QUERIES)
def test_a_query_that_would_ask_another_host_is_refused(name: str, server: Server, trap: Trap) -> None:
    query = filled(REFUSED_QUERIES[name], server, trap)
    before = list(trap.requests)
    posted = server.request("POST", "/sparql", query, {"Content-Type": DIRECT})
    form = server.request("POST", "/sparql", urlencode({"query": query}), {"Content-Type": FORM})
    for answer in (asked(server, query), posted, form):
        assert (answer.status, answer.json()["title"]) == (403, "Query refused")
        assert answer.json()["detail"].startswith(("SERVICE ", "DEFINE is refused"))
    assert trap.requests == before


@pytest.mark.parametrize("name", ANSWERED_QUERIES)
def test_a_graph_that_is_not_here_is_empty(name: str, server: Server, trap: Trap) -> None:
    query = filled(ANSWERED_QUERIES[name], server, trap)
    before = list(trap.requests)
    answer = asked(server, query, format="nt" if name == "describe" else "tsv")
    assert answer.status == 200
    assert [line for line in answer.body.decode().splitlines() if not line.startswith("?")] == []
    assert trap.requests == before


@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_of_the_request_is_not_fetched(parameter: str, server: Server, trap: Trap) -> None:
    before = list(trap.requests)
    for iri in ("FILE", "URL"):
        graph = {parameter: filled(iri, server, trap)}
        sponge = {"should-sponge": "grab-all", "xslt-uri": filled("URL", server, trap)}  # Virtuoso has these
        query = "SELECT ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        answer = asked(server, query, format="csv", **graph, **sponge)
        assert (answer.status, answer.body) == (200, b"o\r\n")
    assert trap.requests == before


@pytest.mark.parametrize("name", FAILING_QUERIES)
def test_a_query_that_would_run_code_fails(name: str, server: Server, trap: Trap) -> None:
    before = list(trap.requests)
    answer = asked(server, filled(FAILING_QUERIES[name], server, trap))
    assert answer.status == 400
    assert SECRET not in answer.body.decode()
    answer.json()
    assert trap.requests == before


def test_an_allowed_endpoint_cannot_send_on_to_another(server: Server, trap: Trap) -> None:
    before = len(trap.requests)
    answer = asked(server, f"SELECT * {{ SERVICE <{trap.url}allowed/> {{ ?s ?p ?o }} }}")
    assert answer.status in (500, 502)
    answer.json()
    assert [request.split()[1] for request in trap.requests[before:]] == ["/allowed/"]


UPDATES = [
    "LOAD <FILE> INTO GRAPH <urn:g>",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "INSERT DATA { <urn:a> <urn:b> 'c' }; LOAD <FILE>",
    "PREFIX a: <URL> LOADa:x",
]


@pytest.mark.parametrize("update", UPDATES)
def test_an_update_fetches_nothing_even_with_the_token(update: str, server: Server, trap: Trap) -> None:
    before, digest = list(trap.requests), server.health()["digest"]
    answer = server.update(filled(update, server, trap))
    assert (answer.status, answer.json()["title"]) == (403, "Query refused")
    assert trap.requests == before
    assert server.health()["digest"] == digest


def test_a_silent_load_does_nothing(server: Server, trap: Trap) -> None:
    """By its name its failure is no error."""
    before = list(trap.requests)
    assert server.update(filled("LOAD SILENT <URL>; LOAD SILENT <FILE> INTO GRAPH <urn:g>", server, trap)).status == 204
    assert trap.requests == before
    assert server.rows("SELECT * { GRAPH <urn:g> { ?s ?p ?o } }") == []


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
XML = (
    '<?xml version="1.0"?><!DOCTYPE r [{}]>'
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="urn:a">'
    '<r:Description r:about="urn:x"><a:p>{}</a:p></r:Description></r:RDF>'
)
HOSTILE_GRAPHS = {
    "file as an entity": ("application/rdf+xml", XML.format('<!ENTITY e SYSTEM "FILE">', "&e;")),
    "URL as an entity": ("application/rdf+xml", XML.format('<!ENTITY e SYSTEM "URL">', "&e;")),
    "parameter entity": ("application/rdf+xml", XML.format('<!ENTITY % e SYSTEM "URL"> %e;', "x")),
    "entities of entities": ("application/rdf+xml", XML.format(f'<!ENTITY l0 "ha">{LAUGHS}', "&l9;")),
    "context": ("application/ld+json", '{"@context": "URL", "@id": "urn:x", "p": "x"}'),
    "context in a file": ("application/ld+json", '{"@context": ["FILE"], "@id": "urn:x", "p": "x"}'),
    "deep JSON": ("application/ld+json", '{"urn:p":' * 50_000 + "1" + "}" * 50_000),
    "deep Turtle": ("text/turtle", "<urn:s> <urn:p> " + "[ <urn:p> " * 100_000),
    "deep lists": ("text/turtle", "<urn:s> <urn:p> " + "(" * 50_000),
    "deep XML": (
        "application/rdf+xml",
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' + "<r:li>" * 90_000,
    ),
}


@pytest.mark.parametrize("name", HOSTILE_GRAPHS)
def test_a_hostile_graph_fetches_nothing_and_changes_nothing(name: str, server: Server, trap: Trap) -> None:
    content_type, body = HOSTILE_GRAPHS[name]
    before, digest = list(trap.requests), server.health()["digest"]
    answer = server.write("PUT", "/graphs?graph=urn:hostile", filled(body, server, trap), content_type)
    assert answer.status in (400, 413, 422, 503)
    answer.json()
    assert SECRET not in answer.body.decode()
    assert trap.requests == before
    assert server.health()["digest"] == digest
    assert len(server.rows("SELECT * { ?s ?p ?o } LIMIT 1")) == 1


def test_a_dtd_elsewhere_is_not_fetched(server: Server, trap: Trap) -> None:
    before = list(trap.requests)
    body = '<!DOCTYPE r SYSTEM "URL">' + XML.partition("]>")[2].format("x")
    answer = server.write("PUT", "/graphs?graph=urn:dtd", filled(body, server, trap), "application/rdf+xml")
    assert answer.status == 201
    assert trap.requests == before
    assert server.write("DELETE", "/graphs?graph=urn:dtd").status < 300


BOMB = b"query=ASK%20%7B%7D&x=" + b"a" * 50_000_000
CODINGS = {"gzip": gzip.compress(BOMB, 1), "deflate": zlib.compress(BOMB, 1), "gzip, identity": gzip.compress(BOMB, 1)}


@pytest.mark.parametrize("coding", [*CODINGS, "br", "zstd", "x-gzip", "compress"])
def test_a_compressed_body_is_not_unpacked(coding: str, server: Server) -> None:
    body = CODINGS.get(coding, b"x" * 1000)[:90_000]
    answer = server.request("POST", "/sparql", body, {"Content-Type": FORM, "Content-Encoding": coding})
    assert answer.status == 415
    assert answer.json()["detail"] == f"Content-Encoding '{coding}' is not read here: send the body as it is"
    written = server.request(
        "PUT",
        "/graphs?graph=urn:x",
        body,
        {"Content-Type": "text/turtle", "Content-Encoding": coding, "Authorization": f"Bearer {TOKEN}"},
    )
    assert written.status == 415


def test_an_oversize_body_is_not_read(server: Server) -> None:
    answer = server.request("POST", "/sparql", b"query=" + b"a" * 100_000, {"Content-Type": FORM})
    assert (answer.status, answer.json()["limit"], answer.json()["value"]) == (413, "body_bytes", 100_000)
    endless = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    chunk = b"%x\r\n%s\r\n" % (60_000, b" " * 60_000)
    chunked = raw(server, endless + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 2 + b"0\r\n\r\n")
    assert chunked.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/../../../../etc/passwd",
        "/dumps/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/dumps/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/dumps/..%5c..%5csecret.nt",
        "/dumps//etc/passwd",
        "/data/../../../../etc/passwd.ttl",
        "/data/..%2F..%2F..%2Fetc%2Fpasswd.ttl",
        "/data//etc/passwd.nt",
        "/data/id/%00.ttl",
        "/data/id/x%0d%0aSet-Cookie:%20a=b.ttl",
        "/data/id/a%3E%20%7D%20%3Cb.ttl",
        "/id/../../../etc/passwd",
        "/id/%0d%0aSet-Cookie:%20a=b",
        "/graph/../../secret.nt",
        "/graph/%2e%2e/%2e%2e/secret.nt",
        "//evil.example/%2e%2e",
        "/\\evil.example",
        "/id//evil.example",
        "/.env",
        "/.git/config",
        "/manifest.json",
    ],
)
def test_a_path_leads_out_of_nothing(path: str, server: Server) -> None:
    answer = raw(server, b"GET %s HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n" % path.encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] in (b"400", b"404")
    assert b"root:" not in body
    assert SECRET.encode() not in body
    assert b"set-cookie" not in head.lower()
    assert b"evil.example" not in head
    assert json.loads(body)["status"] == int(head.split()[1])


INJECTED = "%0d%0aSet-Cookie:%20injected=1%0d%0a%0d%0a<script>"


@pytest.mark.parametrize(
    "request_line",
    [
        f"GET /sparql?query=ASK%7B%7D&format={INJECTED}",
        f"GET /sparql?query=ASK%7B%7D&default-graph-uri={INJECTED}",
        f"GET /sparql?query={INJECTED}",
        f"GET /sparql?{INJECTED}=1&query=ASK%7B%7D",
        f"GET /{INJECTED}",
        f"GET /id/{INJECTED}",
        f"GET /graphs?graph={INJECTED}",
        f"PUT /sparql?query={INJECTED}",
    ],
)
def test_what_a_client_sends_makes_no_header(request_line: str, server: Server) -> None:
    line = request_line.replace("<script>", "%3Cscript%3E").encode()
    head, _, body = raw(server, line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")
    assert not any(each.lower().startswith(b"set-cookie") for each in head.split(b"\r\n"))
    assert b"injected" not in head
    if b"<script>" in body:
        assert b"content-type: application/problem+json" in head.lower()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Request-Id", "a b"),
        ("X-Request-Id", "<script>alert(1)</script>"),
        ("X-Request-Id", "x" * 65),
        ("X-Request-Id", '{"forged": true}'),
        ("Accept", "text/csv, \x0btext/html"),
        ("Accept-Encoding", "gzip;q=\xff"),
        ("If-None-Match", '"\xe4\xf6"'),
        ("Range", "bytes=0-0,0-0,0-0"),
        ("X-Forwarded-For", "1.2.3.4\x0b, evil"),
        ("X-Forwarded-Host", "evil.example"),
        ("Host", "evil.example"),
    ],
)
def test_a_header_of_the_request_is_not_repeated(name: str, value: str, server: Server) -> None:
    host = b"" if name == "Host" else b"Host: x\r\n"
    header = f"{name}: {value}\r\n".encode("latin-1")
    request = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + host + header + b"Connection: close\r\n\r\n"
    head, _, body = raw(server, request).partition(b"\r\n\r\n")
    assert head.split()[1] in (b"200", b"400", b"406")
    assert value.encode("latin-1") not in head
    assert b"evil.example" not in body


def test_the_host_of_a_request_makes_no_iri_of_data(server: Server) -> None:
    """Only the service description repeats it, as the address by which the client found the endpoint."""
    hosts = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for path in ("/health", "/openapi.json", "/sparql?query=SELECT(IRI('x')AS%3Fx)%7B%7D"):
        answer = server.request("GET", path, None, hosts)
        assert answer.status == 200
        assert b"evil.example" not in answer.body
        assert "evil.example" not in str(answer.headers)
    for host in ("evil.example/x", 'evil.example">', "evil example", "evil.example\tx", "u@evil.example"):
        answer = server.request("GET", "/sparql", None, {"Host": host, "X-Forwarded-Host": "evil.example"})
        assert answer.status in (200, 400)
        assert b"evil.example" not in answer.body, host


def test_two_lengths_of_a_body_are_one_too_many(server: Server) -> None:
    smuggled = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    both = head + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(smuggled) + smuggled
    answer = raw(server, both)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_line_of_the_log_is_one_request(server: Server) -> None:
    log = server.out.parent / "access.log"
    for path in (f"/forged%0a%7B%22id%22:%22{SECRET}x%22%7D%0d", "/a%1b[31m", f"/sparql?query={quote(SECRET)}"):
        server.request("GET", path, None, {"User-Agent": SECRET, "Cookie": SECRET, "X-Request-Id": f"x\t{SECRET}"})
    denied = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/sparql-update"}
    assert server.request("POST", f"/update?token={TOKEN.replace(' ', '+')}", "CLEAR ALL", denied).status == 403
    server.request("GET", "/last")
    lines: list[bytes] = []
    for _ in range(100):
        lines = log.read_bytes().splitlines()
        if lines and b'"/last"' in lines[-1]:
            break
        threading.Event().wait(0.05)
    facts = [json.loads(line) for line in lines]
    assert facts[-1]["path"] == "/last"
    assert [each["path"] for each in facts if "forged" in each["path"]] == [f'/forged\n{{"id":"{SECRET}x"}}\r']
    written = log.read_bytes().replace(f"{SECRET}x".encode(), b"")
    assert SECRET.encode() not in written
    assert TOKEN.encode() not in written
    assert b"\x1b" not in written


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": f"Basic {TOKEN}"}, 401),
        ({"Authorization": "Bearer wrong"}, 403),
        ({"Authorization": f"Bearer {TOKEN}x"}, 403),
        ({"Authorization": f"Bearer {TOKEN[:-1]}"}, 403),
        ({"Authorization": f"Bearer {TOKEN.upper()}"}, 403),
        ({"Authorization": "Bearer \xff\xfe"}, 403),
        ({"X-HTTP-Method-Override": "PUT", "X-Original-URL": "/health"}, 401),
    ],
)
def test_a_write_needs_the_whole_token(headers: dict[str, str], status: int, server: Server) -> None:
    digest = server.health()["digest"]
    updating = {"Content-Type": "application/sparql-update", **headers}
    for answer in (
        server.request("POST", "/update", "CLEAR ALL", updating),
        server.request("POST", "/sparql", "CLEAR ALL", updating),
        server.request("POST", "/sparql", "update=CLEAR+ALL", {**headers, "Content-Type": FORM}),
        server.request("PUT", "/graphs?default", "<urn:a> <urn:b> 1 .", {**headers, "Content-Type": "text/turtle"}),
        server.request("DELETE", "/graphs?default", None, headers),
    ):
        assert answer.status == status
        assert TOKEN not in answer.body.decode()
        assert "WWW-Authenticate" in answer.headers if status == 401 else True
    assert server.health()["digest"] == digest


def test_the_token_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison of the standard library is the one that decides."""
    from ogpgraph.serve import update
    from ogpgraph.settings import Settings

    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr(
        update.hmac, "compare_digest", lambda a, b, true=hmac.compare_digest: compared.append((a, b)) or true(a, b)
    )
    writes = object.__new__(update.Writes)
    writes._settings = Settings(update_token="right")
    scope = {"type": "http", "headers": [(b"authorization", b"Bearer wrong")]}
    denied = writes.denied(scope)
    assert denied is not None
    assert denied.status_code == 403
    assert compared == [(b"wrong", b"right")]


def test_nothing_tells_the_token(server: Server) -> None:
    for path in ("/health", "/metrics", "/openapi.json", "/sparql"):
        assert TOKEN not in server.request("GET", path).body.decode()
    assert TOKEN not in (server.out.parent / "access.log").read_text()
