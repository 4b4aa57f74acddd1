// Works with the query editor as a person does, and tells what is seen, as JSON.
// stdin: {"executable", "origin"}
import { readFileSync } from "node:fs";
import { launched, watched } from "./browser.mjs";

const { executable, origin } = JSON.parse(readFileSync(0, "utf8"));
const PREFIX = "PREFIX ogp: <https://w3id.org/ogpgraph/ontology#>\n";
const COUNTS = `${PREFIX}SELECT ?cycle (COUNT(*) AS ?number) { ?c a ogp:Commitment ; ogp:cycle ?cycle } GROUP BY ?cycle ORDER BY ?cycle`;

const browser = await launched(executable);
const context = await browser.newContext();
const { page, seen } = await watched(context, origin);
await page.goto(`${origin}/editor`, { waitUntil: "networkidle" });
await page.waitForSelector(".CodeMirror");
const told = {};

await write(`${PREFIX}SELECT ?plan { ?plan a ogp:ActionPlan } ORDER BY ?plan LIMIT 3`);
await run("table.dataTable tbody tr");
told.rows = await page.locator("table.dataTable tbody tr a.iri").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
told.address = new URL(page.url()).searchParams.get("query");
told.downloads = await page.locator("#downloads a").evaluateAll((all) => all.map((a) => a.href));

await write(COUNTS);
await run("table.dataTable tbody tr");
await page.getByRole("button", { name: /chart/i }).click();
await page.waitForSelector("table.bars");
told.bars = await page.locator("table.bars tr").evaluateAll((all) => all.map((row) => [row.cells[0].innerText, row.cells[2].innerText]));
told.widths = await page.locator("table.bars rect").evaluateAll((all) => all.map((bar) => Number(bar.getAttribute("width"))));

await write(`${PREFIX}SELECT ?plan {\n  ?plan a ogp:ActionPlan\n  FILTERS(?plan)\n}`);
await page.waitForSelector(".parseErrorIcon");
told.locally = await page.locator(".CodeMirror-gutter-wrapper:has(.parseErrorIcon) .CodeMirror-linenumber").innerText();
const errors = seen.errors.length;
await run(".problem");
told.problem = await page.locator(".problem").innerText();
told.marked = await page.locator(".CodeMirror-line:has(.refused)").first().innerText();
told.refusals = seen.errors.splice(errors); // the browser's own words on an answer with status 400

await write("SELECT ?x { ?x a ");
await page.keyboard.type("ogp:Mile");
await page.waitForSelector(".CodeMirror-hint");
told.hints = await page.locator(".CodeMirror-hint").allInnerTexts();
await page.keyboard.press("Enter");
await page.keyboard.type(" }");
told.completed = await written();

told.examples = await page.locator("#examples option").count();
await page.locator("#examples").selectOption("012-plan-succession");
await page.waitForFunction(() => document.querySelector(".CodeMirror").CodeMirror.getValue().includes("# title"));
told.example = await written();

await browser.close();
process.stdout.write(JSON.stringify({ ...told, errors: seen.errors, foreign: seen.foreign }));

async function write(text) {
  await page.evaluate((query) => {
    const editor = document.querySelector(".CodeMirror").CodeMirror;
    editor.setValue(query);
    editor.setCursor(editor.lineCount(), 0);
    editor.focus();
  }, text);
}

async function run(result) {
  await page.locator(".yasr_results").evaluateAll((all) => all.forEach((each) => each.replaceChildren()));
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.waitForSelector(result);
}

function written() {
  return page.evaluate(() => document.querySelector(".CodeMirror").CodeMirror.getValue());
}
