// Reads scanners that type like a keyboard, wherever the focus is, and leaves nothing of the code in a field.
//
// A burst is four characters or more, at most 35 ms apart, ended by Enter or Tab; or anything typed after the prefix
// that <body data-scan-prefix> names. <body data-scan-gap> raises the 35 ms for a slow radio scanner. A burst is announced as the cancelable event "scan" {code} on document; unless somebody
// takes it, it goes into the [data-takes-scan] field of the open dialog or of main, else into form#scan, which is submitted.

const GAP_MS = Number(document.body.dataset.scanGap ?? 35);
const PREFIXED_GAP_MS = 500;
const SHORTEST = 4;
const REPEAT_MS = 2000;
const GROUP_SEPARATOR = "\u001d"; // GS1 field separator; scanners send it as Ctrl+]

let burst = null;
let last = { code: "", at: -Infinity };
const waiting = [];

function begin(at, prefixed) {
  const focused = document.activeElement;
  const field = focused?.matches("input, textarea, select") ? focused : null;
  return { text: "", at, prefixed, field, value: field?.value, start: field?.selectionStart, end: field?.selectionEnd };
}

function isContinued(at) {
  return burst !== null && at - burst.at <= (burst.prefixed ? PREFIXED_GAP_MS : GAP_MS);
}

function restoreField({ field, value, start, end }) {
  if (!field || field.value === value) return;
  field.value = value;
  if (typeof start === "number") field.setSelectionRange(start, end);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function say(name, text) {
  document.dispatchEvent(new CustomEvent("say", { detail: { name, text } }));
}

function submit(code) {
  const dialog = document.querySelector("dialog[open]");
  const scope = dialog ?? document.querySelector("main");
  const entry = scope?.querySelector("[data-takes-scan]");
  if (entry) {
    entry.value = code;
    entry.dispatchEvent(new Event("input", { bubbles: true }));
    scope.dispatchEvent(new CustomEvent("focus-next", { bubbles: true }));
    return;
  }
  const form = dialog && !("letsScan" in dialog.dataset) ? null : document.querySelector("form#scan");
  const field = form?.querySelector("[name=code], [name=q]");
  if (!field) return say("no-scan-here", code);
  // The page may change under a scan: one made while an answer is on its way is sent to the page that comes.
  if (document.querySelector('form[aria-busy="true"]')) return waiting.push(code);
  field.value = code;
  form.requestSubmit();
}

function received(code, at) {
  if (code === last.code && at - last.at < REPEAT_MS) return say("scanned-already", code);
  last = { code, at };
  if (document.dispatchEvent(new CustomEvent("scan", { detail: { code }, cancelable: true }))) submit(code);
}

function endBurst(event) {
  const done = burst;
  const complete = isContinued(event.timeStamp) && (done.prefixed ? done.text : done.text.length >= SHORTEST);
  burst = null;
  if (!complete) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  restoreField(done);
  received(done.text.trim(), event.timeStamp);
}

function onKeydown(event) {
  if (event.isComposing || event.repeat) return;
  if (event.key === "Enter" || event.key === "Tab") return endBurst(event);
  const character = event.ctrlKey && event.key === "]" ? GROUP_SEPARATOR : event.key;
  if (character.length !== 1 || (event.ctrlKey && character !== GROUP_SEPARATOR) || event.metaKey) return;

  const isPrefix = character === document.body.dataset.scanPrefix;
  if (isPrefix || !isContinued(event.timeStamp)) burst = begin(event.timeStamp, isPrefix);
  if (!isPrefix) burst.text += character;
  burst.at = event.timeStamp;
  if (burst.prefixed || character === GROUP_SEPARATOR) event.stopImmediatePropagation();
  // A space in a code must not press the focused button.
  if (burst.prefixed || character === GROUP_SEPARATOR || (!burst.field && burst.text.length > 1)) event.preventDefault();
}

document.addEventListener("keydown", onKeydown, { capture: true });
document.addEventListener("idle", () => waiting.length && submit(waiting.shift()));
