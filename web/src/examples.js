// The menu of example queries, by topic.

/** Fill a select with the examples; choosing one puts its text into the editor. */
export function addExamples(select, topics, root, yasqe) {
  for (const { topic, examples } of topics) {
    const group = document.createElement("optgroup");
    group.label = topic;
    group.append(...examples.map(({ name, title }) => new Option(title, name)));
    select.append(group);
  }
  select.addEventListener("change", async () => {
    if (!select.value) return;
    const answer = await fetch(`${root}/queries/${encodeURIComponent(select.value)}.rq`);
    if (answer.ok) {
      yasqe.setValue((await answer.text()).trim());
      yasqe.focus();
    }
  });
}
