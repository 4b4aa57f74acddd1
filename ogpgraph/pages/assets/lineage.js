// Brings the commitment of the page into sight where its drawing is wider than the window.
for (const frame of document.querySelectorAll(".lineage-frame")) {
  const current = frame.querySelector(".current");
  if (!current) continue;
  const own = frame.getBoundingClientRect();
  const its = current.getBoundingClientRect();
  frame.scrollLeft += its.left + its.width / 2 - own.left - own.width / 2;
}
