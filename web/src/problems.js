// Errors of the endpoint are problem details (RFC 9457); those of the syntax say line and column.
const marks = [];

/** The problem that an error's text holds; undefined where it is none. */
export function problemOf(text) {
  try {
    const problem = JSON.parse(text);
    return typeof problem?.detail === "string" ? problem : undefined;
  } catch {
    return undefined;
  }
}

/** An error as Yasr shows it: title and detail, which names line and column, or the limit that was met. */
export async function showProblem({ text }) {
  const problem = problemOf(text);
  if (!problem) return undefined;
  const box = document.createElement("div");
  box.className = "problem";
  box.setAttribute("role", "alert");
  box.append(paragraph(problem.title, "title"), paragraph(problem.detail, "detail"));
  return box;
}

/** Put the cursor where the engine stopped reading, and mark the rest of that line. */
export function markProblem(yasqe, { line, column }) {
  if (!line) return;
  const doc = yasqe.getDoc();
  const row = Math.min(line, doc.lineCount()) - 1;
  const end = doc.getLine(row).length;
  const from = Math.max(0, Math.min((column ?? 1) - 1, end - 1));
  marks.push(doc.markText({ line: row, ch: from }, { line: row, ch: Math.max(end, from + 1) }, { className: "refused" }));
  doc.addLineClass(row, "background", "refused-line");
  marks.push({ clear: () => doc.removeLineClass(row, "background", "refused-line") });
  doc.setCursor({ line: row, ch: from });
}

/** Take the marks of the last error away. */
export function unmark() {
  marks.splice(0).forEach((mark) => mark.clear());
}

function paragraph(text, name) {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = name;
  return made;
}
