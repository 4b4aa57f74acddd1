// Bundles src/editor.js with all that it imports, and writes down the licences of what went in.
import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const built = resolve(here, "../ogpgraph/pages/assets/built");

rmSync(built, { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: ["src/editor.js"],
  outdir: built,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none", // the notices stand in LICENSES.txt, whole
  loader: { ".svg": "dataurl", ".png": "dataurl" },
});
writeFileSync(join(built, "LICENSES.txt"), licences());

// The packages below here ship bundles of their own, so everything that is installed counts as part of them.
function licences() {
  const { packages } = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf8"));
  const texts = Object.entries(packages)
    .filter(([path]) => path && !path.includes("esbuild") && existsSync(join(here, path)))
    .map(([path, { version, license }]) => `${path.replace(/^.*node_modules\//, "")} ${version}, ${license}\n\n${textOf(path)}`);
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

function textOf(path) {
  const name = readdirSync(join(here, path)).find((each) => /^(licen[cs]e|copying)(\.|-|$)/i.test(each));
  return name ? readFileSync(join(here, path, name), "utf8").trim() + "\n" : "(the package has no file with the text)\n";
}
