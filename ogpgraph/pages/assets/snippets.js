// Snippets name this server, and get a button that copies them; without scripts they name the persistent address.
for (const snippet of document.querySelectorAll(".snippet")) {
  const code = snippet.querySelector("code");
  code.textContent = code.textContent.replaceAll(`${snippet.dataset.start}/sparql`, `${location.origin}/sparql`)
    .replaceAll(`${snippet.dataset.start}/queries/`, `${location.origin}/queries/`)
    .replaceAll(`${snippet.dataset.start}/versions/`, `${location.origin}/versions/`);
  if (!navigator.clipboard) continue; // plain HTTP on another machine
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy the ${snippet.querySelector("h3").textContent} snippet`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  });
  snippet.querySelector("h3").append(" ", button);
}
