"""What a browser gets at ``/sparql``: a plain form, without scripts."""

from __future__ import annotations

from starlette.responses import Response

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SPARQL endpoint - OGP Graph</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
textarea { box-sizing: border-box; width: 100%; font: .9rem/1.4 ui-monospace, monospace }
</style>
</head>
<body>
<h1>SPARQL endpoint</h1>
<form action="/sparql" method="get">
<p><label for="query">Query</label></p>
<p><textarea id="query" name="query" rows="16" spellcheck="false" required>
PREFIX ogp: &lt;https://w3id.org/ogpgraph/ontology#&gt;
PREFIX dcterms: &lt;http://purl.org/dc/terms/&gt;
SELECT ?commitment ?title {
  ?commitment a ogp:Commitment ; dcterms:title ?title .
} LIMIT 20</textarea></p>
<p><label for="format">Form of the answer</label>
<select id="format" name="format">
<optgroup label="SELECT and ASK">
<option>csv</option><option>tsv</option><option>json</option><option>xml</option>
</optgroup>
<optgroup label="CONSTRUCT and DESCRIBE">
<option>turtle</option><option>ntriples</option><option>rdfxml</option><option>jsonld</option><option>nquads</option>
<option>trig</option>
</optgroup>
</select>
<button type="submit">Ask</button></p>
</form>
<p>Programs ask the same address by the SPARQL 1.1 Protocol; without a query it answers RDF that describes the service.
<a href="/openapi.json">OpenAPI</a>, <a href="/health">state of the server</a>.</p>
</body>
</html>
"""


def query_form() -> Response:
    """The form as a page."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    headers = {"Content-Security-Policy": policy, "Vary": "Accept", "Cache-Control": "public, max-age=300"}
    return Response(_PAGE, media_type="text/html", headers=headers)
