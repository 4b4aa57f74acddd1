// Visits pages and tells what was found, as JSON.
// stdin: {"executable", "origin", "paths"}; stdout: {path: {errors, foreign, failed, bytes, axe, links, anchors, wide, plain}}
import axe from "axe-core";
import { readFileSync } from "node:fs";
import { launched, watched } from "./browser.mjs";

const { executable, origin, paths } = JSON.parse(readFileSync(0, "utf8"));
const browser = await launched(executable);
const found = {};
const waiting = [...paths];
await Promise.all([worked(), worked()]); // two at a time: most of a visit is waiting
await browser.close();
process.stdout.write(JSON.stringify(found));

async function worked() {
  for (let path = waiting.shift(); path; path = waiting.shift()) found[path] = await visited(path);
}

async function visited(path) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
  const { page, seen } = await watched(context, origin);
  await page.goto(origin + path, { waitUntil: "networkidle" });
  const { bytes } = seen;
  const errors = [...seen.errors]; // those of the page: what looks at it below sets styles, which its policy forbids
  await page.evaluate(axe.source); // by the browser's protocol, which the page's policy does not forbid
  const axeFound = await judged(page, "light", {});
  await page.emulateMedia({ colorScheme: "dark" });
  axeFound.push(...(await judged(page, "dark", { runOnly: ["color-contrast"] }))); // nothing else depends on it
  const links = await page.$$eval("a[href]", (all) => all.map((link) => new URL(link.getAttribute("href"), document.baseURI).href));
  const anchors = await page.$$eval("[id]", (all) => all.map((each) => each.id));
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(widest);
  await context.close();
  return { ...seen, bytes, errors, axe: axeFound, links: [...new Set(links)], anchors, wide, plain: await withoutScripts(path) };
}

async function judged(page, scheme, rules) {
  const options = { resultTypes: ["violations"], iframes: false, ...rules };
  const { violations } = await page.evaluate((chosen) => globalThis.axe.run(chosen), options);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${scheme}: ${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

/** How far the page goes beyond the screen, and what does it; empty where it does not. */
function widest() {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return "";
  const wide = [...document.querySelectorAll("main *, header *, footer *")].filter(
    (each) => each.getBoundingClientRect().right > most + 1,
  );
  const names = wide.slice(0, 5).map((each) => `${each.tagName.toLowerCase()}.${each.getAttribute("class") ?? ""}`);
  return `${document.documentElement.scrollWidth} px: ${names.join(", ")}`;
}

async function withoutScripts(path) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(origin + path);
  const main = page.locator("main");
  const plain = {
    heading: await main.locator("h1").first().innerText(),
    text: (await main.innerText()).length,
    form: await main.locator("form textarea[name=query]").first().isVisible().catch(() => false),
  };
  await context.close();
  return plain;
}
