// The lock of a page on which nothing was done: the server decides (423), this lays the PIN dialog over the work.
//
// dialog#lock[data-idle-s] opens by itself when nobody touched the page for that long, and whenever the server answers
// 423. Its right PIN closes it, and what was refused meanwhile is sent again, as it was typed.

const LOCKED = 423;
let touched = Date.now();
let refused = null; // {form, submitter} that waits for the PIN
let submitter = null;

const lock = () => document.getElementById("lock");

function open() {
  const dialog = lock();
  if (!dialog || dialog.open) return;
  dialog.querySelector("[data-size=key]").value = "";
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("focus-next", { bubbles: true }));
}

function touch(event) {
  if (!lock()?.open) touched = Date.now();
}

function look() {
  const dialog = lock();
  if (dialog && Date.now() - touched >= 1000 * Number(dialog.dataset.idleS)) open();
}

function onAnswer(event) {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status !== LOCKED || !lock()) return;
  event.detail.shouldSwap = false;
  event.stopImmediatePropagation(); // no band: the dialog says it
  const form = requestConfig.elt.matches("form") && requestConfig.elt.method === "post" ? requestConfig.elt : null;
  refused = form && { form, submitter: submitter?.form === form ? submitter : undefined };
  open();
}

// The form is free again only after this answer is dealt with.
function onUnlocked() {
  touched = Date.now();
  lock()?.close();
  const { form, submitter: button } = refused ?? {};
  refused = null;
  if (form?.isConnected) setTimeout(() => form.requestSubmit(button));
}

// A badge scanned over the dialog is that of who wants on, not the answer to the step below it.
function onSend(event) {
  const { elt, parameters } = event.detail;
  if (elt.id === "scan" && lock()?.open) for (const name of ["execution", "step", "sample"]) delete parameters[name];
}

document.addEventListener("submit", (event) => (submitter = event.submitter), { capture: true });
for (const act of ["pointerdown", "keydown", "scan"]) document.addEventListener(act, touch, { capture: true });
document.addEventListener("htmx:configRequest", onSend);
document.addEventListener("htmx:beforeSwap", onAnswer, { capture: true });
document.addEventListener("unlocked", onUnlocked);
document.addEventListener("cancel", (event) => event.target.id === "lock" && event.preventDefault());
setInterval(look, 1000);
