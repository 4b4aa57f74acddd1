// What a page of another origin gets from the server, as JSON: status, the headers that it may read, body.
// stdin: {"executable", "page", "origin", "requests": {name: {"path", "method", "headers", "body"}}}
import { readFileSync } from "node:fs";
import { launched } from "./browser.mjs";

const { executable, page: address, origin, requests } = JSON.parse(readFileSync(0, "utf8"));
const browser = await launched(executable);
const page = await (await browser.newContext()).newPage();
await page.goto(address);
const told = await page.evaluate(fetchAll, { origin, requests });
await browser.close();
process.stdout.write(JSON.stringify(told));

async function fetchAll({ origin, requests }) {
  const told = {};
  for (const [name, { path, ...init }] of Object.entries(requests)) {
    try {
      const answer = await fetch(origin + path, init);
      told[name] = { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
    } catch (error) {
      told[name] = { error: String(error) };
    }
  }
  return told;
}
