// Every act of a page has a key, shown on its button: data-key="F8", "1" or "Escape" presses it.
// With a dialog open only the dialog's keys count. Digits count only outside fields; Enter never presses a
// button with data-no-enter (Complete), so that a scanner's or a stray Enter confirms nothing.

const SCANNER_MS = 100; // a digit is a key press only if no further character follows as a scanner's would
let digit = null;

function isTyping() {
  return document.activeElement?.matches("input:not([type=radio], [type=checkbox]), textarea, select") ?? false;
}

function holderOf(key) {
  const scope = document.querySelector("dialog[open]") ?? document;
  return scope.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? scope.querySelector(`[data-insert="${CSS.escape(key)}"]`);
}

// In a field, Enter would press the first button of its form that submits.
function pressedByEnter(target) {
  return target.matches?.("input") ? target.form?.querySelector("button:not([type=button])") : target;
}

function onKeydown(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Enter" && pressedByEnter(event.target)?.closest?.("[data-no-enter]")) return event.preventDefault();
  if (/^F([1-9]|1[01])$|^Escape$/.test(event.key)) {
    const holder = event.repeat ? null : holderOf(event.key);
    if (holder) {
      event.preventDefault();
      holder.click();
    }
  } else if (/^[0-9]$/.test(event.key) && !event.repeat && !isTyping()) {
    digit = setTimeout(() => holderOf(event.key)?.click(), SCANNER_MS);
  }
}

// On window, so that it also sees the Enter that ends a scan and goes no further.
addEventListener("keydown", () => clearTimeout(digit), { capture: true });
document.addEventListener("keydown", onKeydown);
