// Comunica as a client that follows links: reads questions as JSON from standard input, writes their answers as JSON.
// A question: {"query": …, "seeds": [IRIs], "base": …, "origin": …}. What has an IRI below the base is asked of the
// origin, as the redirections of a persistent address lead there.
import { text } from "node:stream/consumers";
import { QueryEngine } from "@comunica/query-sparql-link-traversal";

const questions = JSON.parse(await text(process.stdin));
const answers = [];
for (const { query, seeds, base, origin } of questions) {
  const asked = [];
  const moved = (url) => (url.startsWith(base) ? origin + url.slice(base.length) : url);
  const context = {
    sources: seeds,
    lenient: true, // documents of others are not there: their hosts are not asked
    fetch: (input, init) => {
      const url = moved(typeof input === "string" ? input : input.url);
      if (!url.startsWith(origin)) return Promise.resolve(new Response("", { status: 404 }));
      asked.push(url);
      return fetch(url, init);
    },
  };
  const engine = new QueryEngine();
  const { data } = await engine.resultToString(await engine.query(query, context), "application/sparql-results+json");
  answers.push({ answer: await text(data), asked });
}
process.stdout.write(JSON.stringify(answers));
