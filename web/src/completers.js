// What may come next: our prefixes, and the classes and properties that the release uses.
const MOST = 100;

/** Yasqe's own completers with our terms in them; its own ask prefix.cc and LOV. */
export function addCompleters(Yasqe, { prefixes, classes, properties }) {
  const declared = Object.entries(prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`);
  Yasqe.registerAutocompleter({ ...Yasqe.Autocompleters.prefixes, persistenceId: null, get: () => declared });
  for (const [name, terms] of Object.entries({ class: classes, property: properties })) {
    const labels = new Map(terms.map(({ iri, label }) => [iri, label]));
    Yasqe.registerAutocompleter({
      ...Yasqe.Autocompleters[name],
      persistenceId: null,
      bulk: false,
      autoShow: true,
      get: (_, token) => matching(terms, (token?.autocompletionString ?? "").toLowerCase()),
      postProcessSuggestion: (_, token, iri) => shortened(iri, prefixes, token),
      postprocessHints: (_, hints) => hints.map((hint) => withLabel(hint, labels, prefixes)),
    });
  }
}

/** IRIs that begin with what was typed, then those whose name or label holds it. */
function matching(terms, typed) {
  const begins = terms.filter(({ iri }) => iri.toLowerCase().startsWith(typed));
  const holds = terms.filter(
    ({ iri, label }) => !begins.some((each) => each.iri === iri) && `${localName(iri)} ${label}`.toLowerCase().includes(typed),
  );
  return [...begins, ...holds].slice(0, MOST).map(({ iri }) => iri);
}

function localName(iri) {
  return iri.replace(/^.*[#/]/, "");
}

function shortened(iri, prefixes, token) {
  if (!token.string.startsWith("<")) {
    const [prefix, namespace] = Object.entries(prefixes)
      .filter(([, each]) => iri.startsWith(each))
      .sort(([, one], [, other]) => other.length - one.length)[0] ?? [];
    if (prefix && /^[\w-]+$/.test(iri.slice(namespace.length))) return `${prefix}:${iri.slice(namespace.length)}`;
  }
  return `<${iri}>`;
}

function withLabel(hint, labels, prefixes) {
  const [prefix, local] = hint.text.split(":", 2);
  const iri = hint.text.startsWith("<") ? hint.text.slice(1, -1) : `${prefixes[prefix]}${local}`;
  const label = labels.get(iri);
  return label ? { ...hint, displayText: `${hint.text}  ${label}` } : hint;
}
