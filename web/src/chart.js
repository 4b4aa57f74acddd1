// Answers with a number for each name as bars: a plugin of Yasr.
const MOST = 200;
const SVG = "http://www.w3.org/2000/svg";
const NUMERIC = /^http:\/\/www\.w3\.org\/2001\/XMLSchema#(integer|decimal|double|float|nonNegativeInteger|positiveInteger|int|long)$/;

export class Chart {
  constructor(yasr) {
    this.yasr = yasr;
    this.label = "Chart";
    this.priority = 1;
  }

  canHandleResults() {
    return Boolean(columnsOf(this.yasr.results));
  }

  getIcon() {
    const icon = drawn("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
    [[1, 9], [5, 13], [9, 6]].forEach(([y, width]) => icon.append(drawn("rect", { x: 1, y, width, height: 3 })));
    const holder = document.createElement("div");
    holder.append(icon);
    return holder;
  }

  draw() {
    const { names, number } = columnsOf(this.yasr.results);
    const rows = this.yasr.results.getBindings();
    const largest = Math.max(...rows.map((row) => Number(row[number]?.value ?? 0)), 0) || 1;
    const table = document.createElement("table");
    table.className = "bars";
    const caption = table.createCaption();
    caption.textContent = `${number} by ${names.join(", ")}`;
    if (rows.length > MOST) caption.textContent += ` (the first ${MOST} of ${rows.length})`;
    for (const row of rows.slice(0, MOST)) table.append(this.bar(row, names, number, largest));
    this.yasr.resultsEl.append(table);
  }

  bar(row, names, number, largest) {
    const line = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = names.map((each) => shownName(row[each])).join(" · ");
    const value = Number(row[number]?.value ?? 0);
    const graphic = drawn("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" });
    graphic.append(drawn("rect", { width: Math.max(0, (100 * value) / largest), height: 10 }));
    line.append(name, cell(graphic), cell(row[number]?.value ?? ""));
    return line;
  }
}

/** The number to draw and the names of each row: the last column of numbers, texts before IRIs; undefined if none fit. */
function columnsOf(results) {
  const rows = results?.getBindings?.() ?? [];
  const variables = results?.getVariables?.() ?? [];
  const holds = (fits) => (variable) => rows.some((row) => row[variable]) && rows.every((row) => !row[variable] || fits(row[variable]));
  const number = variables.filter(holds((term) => NUMERIC.test(term.datatype ?? ""))).at(-1);
  const others = variables.filter((variable) => variable !== number && rows.some((row) => row[variable]));
  const texts = others.filter(holds((term) => term.type !== "uri"));
  const names = texts.length ? texts : others;
  return number && names.length ? { names, number } : undefined;
}

function shownName(term) {
  if (!term) return "";
  return term.type === "uri" ? term.value.replace(/^.*[#/]/, "") : term.value;
}

function cell(content) {
  const made = document.createElement("td");
  made.append(content);
  return made;
}

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
