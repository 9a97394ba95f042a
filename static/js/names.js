// Django's administration draws some fields without a name for those who hear the page. Its fields for finding a record
// (select2) take the name of the label of the select that they stand for, cells of a table of inlines that of their
// column. Rows come later, too, so it watches.

function name(box) {
  const select = box.closest(".select2-container")?.previousElementSibling;
  const words = select?.labels?.[0]?.textContent.trim().replace(/:$/, "") || select?.closest("td, .form-row")?.className.match(/field-(\w+)/)?.[1];
  if (!words) return;
  for (const part of [box, ...box.querySelectorAll("[role=textbox], input")]) part.setAttribute("aria-label", words);
}

function nameCell(field) {
  const column = field.closest("td").className.match(/field-(\w+)/)?.[1];
  const head = field.closest("table").querySelector(column ? `th.column-${column}` : "th:last-child");
  if (head) field.setAttribute("aria-label", head.textContent.trim().replace(/\?$/, ""));
}

function nameAll() {
  document.querySelectorAll(".select2-selection:not([aria-label])").forEach(name);
  document.querySelectorAll(".tabular td:is([class*=field-], .delete) :is(input, select, textarea):not([aria-label], [type=hidden], .select2-hidden-accessible, .select2-search__field)").forEach(nameCell);
}

new MutationObserver(nameAll).observe(document.documentElement, { childList: true, subtree: true });
nameAll();
