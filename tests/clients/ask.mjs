// Comunica as a client: reads questions as JSON from standard input, writes their answers as JSON.
// A question: {"query": …, "sources": […], "format": media type}. A source is the URL of an endpoint, which
// Comunica then introspects, or {"type": "sparql", "value": URL}, which it takes to be an endpoint unseen.
import { text } from "node:stream/consumers";
import { QueryEngine } from "@comunica/query-sparql";

const questions = JSON.parse(await text(process.stdin));
const answers = [];
for (const { query, sources, format } of questions) {
  // An engine of its own: what was learnt of a source for one question does not help with the next.
  const engine = new QueryEngine();
  const { data } = await engine.resultToString(await engine.query(query, { sources }), format);
  answers.push(await text(data));
}
process.stdout.write(JSON.stringify(answers));
