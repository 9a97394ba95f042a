// A part of a page that scrolls by itself can be reached by the keyboard, as long as it does scroll.

const PARTS = ".wide, .card:has(> .table)";

function mark() {
  for (const part of document.querySelectorAll(PARTS)) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}

addEventListener("resize", mark);
document.addEventListener("htmx:afterSettle", mark);
mark();
