// Forms: one effect for one press, one idempotency key for one content, dialogs, and where the focus goes.

import { newKey } from "./key.js";

const PAGE_LOAD_MS = 10000; // a form that leaves the page is free again when it did not
const sent = new WeakMap(); // form -> the content its key stands for
const faces = new WeakMap(); // button -> its nodes while it says "Saving …"
let next = null; // a press made while another form's answer is on its way

const isPost = (form) => form.method === "post" || form.hasAttribute("hx-post");

function contentOf(form, submitter) {
  const data = new FormData(form, submitter);
  for (const name of ["idempotency_key", "csrfmiddlewaretoken"]) data.delete(name);
  return JSON.stringify([...data].map(([name, value]) => [name, value.name ?? value, value.size, value.lastModified]));
}

// The same content keeps its key, so that a retry after a lost answer has no second effect; new content has a new one.
function keepKey(form, submitter) {
  const field = form.elements.namedItem("idempotency_key");
  if (!field) return;
  const content = contentOf(form, submitter);
  if (!field.value || (sent.has(form) && sent.get(form) !== content)) field.value = newKey();
  sent.set(form, content);
}

function setBusy(form, button) {
  form.setAttribute("aria-busy", "true");
  if (!button?.dataset.busy) return;
  faces.set(button, [...button.childNodes]);
  button.replaceChildren(button.dataset.busy);
  button.setAttribute("aria-busy", "true");
}

function setFree(form) {
  form.removeAttribute("aria-busy");
  for (const button of document.querySelectorAll('button[aria-busy="true"]')) {
    if (button.form !== form) continue;
    button.removeAttribute("aria-busy");
    button.replaceChildren(...faces.get(button));
  }
}

function onSubmit(event) {
  const { target: form, submitter } = event;
  if (!isPost(form)) return;
  const busy = document.querySelector('form[aria-busy="true"]');
  if (busy) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (busy !== form) next = { form, submitter };
    return;
  }
  keepKey(form, submitter);
  setBusy(form, submitter);
  if (!form.hasAttribute("hx-post")) setTimeout(() => setFree(form), PAGE_LOAD_MS);
}

function onAnswer(event) {
  const form = event.detail.requestConfig.elt;
  if (!form.matches("form")) return;
  setFree(form);
  if (event.detail.successful) sent.set(form, null);
  const { form: waiting, submitter } = next ?? {};
  next = null;
  if (waiting?.isConnected) return waiting.requestSubmit(submitter);
  if (waiting) document.dispatchEvent(new CustomEvent("say", { detail: { name: "page-changed" } }));
  document.dispatchEvent(new CustomEvent("idle"));
}

// To the next empty field that asks for it, or nowhere: never to a button that a stray Enter would press.
function focusNext(scope) {
  const fields = [...scope.querySelectorAll("[data-autofocus]")];
  const field = fields.find((one) => one.value === "");
  if (field) field.focus({ preventScroll: true });
  else if (document.activeElement?.matches("button, a")) document.activeElement.blur();
}

// In a long list of steps the current one is in sight.
function showCurrentStep() {
  document.querySelector(".steps > [aria-current=step]")?.scrollIntoView({ block: "nearest" });
}

// With both, one dialog takes the place of the other.
function onClick(event) {
  const opener = event.target.closest?.("[data-opens]");
  const dialog = opener && document.querySelector(opener.dataset.opens);
  if (opener && !dialog) return;
  event.target.closest?.("[data-closes]")?.closest("dialog")?.close();
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
  focusNext(dialog);
}

// A menu asks for nothing that could be scanned: the scan is for the page below it.
function giveWayToScan() {
  document.querySelector("dialog[open][data-yields-to-scan]")?.close();
}

document.addEventListener("submit", onSubmit, { capture: true });
document.addEventListener("htmx:afterRequest", onAnswer);
document.addEventListener("click", onClick);
document.addEventListener("scan", giveWayToScan);
document.addEventListener("focus-next", (event) => focusNext(event.target));
document.addEventListener("htmx:afterSettle", (event) => event.target.id === "station" && focusNext(event.target));
document.addEventListener("htmx:afterSettle", showCurrentStep);
addEventListener("pageshow", () => document.querySelectorAll('form[aria-busy="true"]').forEach(setFree));
focusNext(document);
showCurrentStep();
