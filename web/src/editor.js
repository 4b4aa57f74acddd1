// The query editor: the form of the page becomes Yasqe, its answers are shown by Yasr.
//
//   textarea --Yasqe--> /sparql --Yasr--> table, chart, text, download
//
// Nothing here asks another host: prefixes, terms and examples come from terms.json beside the page.
import Yasqe from "@zazuko/yasqe";
import Yasr from "@zazuko/yasr";
import "@zazuko/yasqe/build/yasqe.min.css";
import "@zazuko/yasr/build/yasr.min.css";
import { Chart } from "./chart.js";
import { addCompleters } from "./completers.js";
import { addExamples } from "./examples.js";
import { problemOf, showProblem, markProblem, unmark } from "./problems.js";

const form = document.getElementById("query-form");
const { root, base } = form.dataset; // of the release that is asked: "" or "/versions/<version>"; base of its IRIs
const endpoint = new URL(`${root}/sparql`, location.href).href;

/** Tables lead to the pages of this server, where the graph defines what an IRI names. */
class Table extends Yasr.plugins.table {
  getUriLinkFromBinding(binding, prefixes) {
    const link = super.getUriLinkFromBinding(binding, prefixes);
    return binding.value.startsWith(`${base}id/`)
      ? link.replace(/href=(['"])[^'"]*\1/, () => `href="${escaped(pageOf(binding.value))}"`)
      : link;
  }
}

function pageOf(iri) {
  return `${root}/page/${iri.slice(base.length)}`;
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function shareable(query) {
  return new URL(`${root}/editor?query=${encodeURIComponent(query)}`, location.href).href;
}

function startYasqe(parent, terms, value) {
  addCompleters(Yasqe, terms);
  return new Yasqe(parent, {
    value,
    persistenceId: null, // the query is the one in the address, not the one of another day
    consumeShareLink: null,
    createShareableLink: (yasqe) => shareable(yasqe.getValue()),
    autocompleters: ["prefixes", "variables", "class", "property"],
    screenReaderLabel: "Query",
    showQueryButton: false, // the page has one with words on it
    resizeable: true,
    editorHeight: "22rem",
    extraKeys: { Tab: false, "Shift-Tab": false }, // the keyboard must be able to leave
    requestConfig: {
      endpoint,
      method: (yasqe) => (yasqe.getValue().length > 4000 ? "POST" : "GET"),
      queryArgument: "query",
      acceptHeaderSelect: "application/sparql-results+json",
      acceptHeaderGraph: "text/turtle",
    },
  });
}

function startYasr(parent, prefixes) {
  Yasr.registerPlugin("table", Table);
  Yasr.registerPlugin("chart", Chart);
  Yasr.plugins.table.defaults.openIriInNewWindow = false;
  return new Yasr(parent, {
    persistenceId: null,
    prefixes,
    pluginOrder: ["table", "chart", "response"],
    defaultPlugin: "table",
    plugins: { ...Yasr.defaults.plugins, table: { enabled: true, dynamicConfig: { compact: true } } },
    errorRenderers: [showProblem],
    getDownloadFileName: () => "ogp-graph",
  });
}

/** Links to the answer in each form, so that it can be had without this page. */
function offerDownloads(list, yasqe) {
  const graph = ["CONSTRUCT", "DESCRIBE"].includes(yasqe.getQueryType());
  const forms = graph ? ["turtle", "ntriples", "jsonld", "rdfxml"] : ["csv", "tsv", "json", "xml"];
  const query = encodeURIComponent(yasqe.getValue());
  list.replaceChildren(
    ...forms.map((name) => {
      const link = document.createElement("a");
      link.href = `${endpoint}?format=${name}&query=${query}`;
      link.textContent = name;
      return link;
    }),
  );
  list.parentElement.hidden = false;
}

/** What happens when a query runs, has run, or is stopped. */
function connect(yasqe, yasr, { status, run, answer, downloads }) {
  const runs = (running, told) => {
    status.textContent = told;
    run.textContent = running ? "Stop" : "Run";
    run.classList.toggle("stops", running);
  };
  run.addEventListener("click", () => (run.classList.contains("stops") ? yasqe.abortQuery() : yasqe.query().catch(() => {})));
  yasqe.on("query", () => {
    unmark();
    runs(true, "The query runs …");
    history.replaceState(null, "", shareable(yasqe.getValue()));
    offerDownloads(downloads, yasqe);
  });
  yasqe.on("queryResponse", (_, response, duration) => {
    if (response?.name === "AbortError") return;
    const failed = response instanceof Error;
    runs(false, failed ? "The query failed." : "The answer is here.");
    answer.hidden = false;
    yasr.setResponse(response, duration);
    const problem = failed && problemOf(response.message);
    if (problem) markProblem(yasqe, problem);
  });
  yasqe.on("queryAbort", () => runs(false, "The query was stopped."));
}

async function start() {
  const told = await fetch(form.dataset.terms);
  if (!told.ok) return; // the plain form stays
  const terms = await told.json();
  const [place, status, downloads] = ["editor", "status", "downloads"].map((id) => document.getElementById(id));
  const [parent, run, answer] = [".query", ".run", ".answer"].map((selector) => place.querySelector(selector));
  const yasqe = startYasqe(parent, terms, form.elements.query.value.trim());
  connect(yasqe, startYasr(answer, terms.prefixes), { status, run, answer, downloads });
  addExamples(document.getElementById("examples"), terms.examples, root, yasqe);
  form.hidden = true;
  place.hidden = false;
  yasqe.refresh();
}

start();
