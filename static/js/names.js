// Django's administration draws its fields for finding a record (select2) without a name for those who hear the page:
// each takes the name of the label of the select that it stands for. Rows of inlines come later, so it watches.

function name(box) {
  const select = box.closest(".select2-container")?.previousElementSibling;
  const words = select?.labels?.[0]?.textContent.trim().replace(/:$/, "") || select?.closest("td, .form-row")?.className.match(/field-(\w+)/)?.[1];
  if (!words) return;
  for (const part of [box, ...box.querySelectorAll("[role=textbox], input")]) part.setAttribute("aria-label", words);
}

function nameAll() {
  document.querySelectorAll(".select2-selection:not([aria-label])").forEach(name);
}

new MutationObserver(nameAll).observe(document.documentElement, { childList: true, subtree: true });
nameAll();
