// Answers what the server says in sight and in sound. Accepted: a green frame for 600 ms, a high beep, a toast.
// Refused: a band that stays until the next scan, entry or Close, two low beeps. Unreachable or failed: a band that says
// so; what was typed stays. All words come from <template id="say-…"> of the page.

const FLASH_MS = 600;
const TOAST_MS = 4000;
const UNDO_MS = 10_000;
let audio = null;
let undoEnds = null;
let flashEnds = null;

// Browsers give sound only after a touch or a key. Opened at a touch (Safari asks for that) or at the first beep, which
// follows a scan; not at a scan's characters, because opening takes longer than the time between two of them.
function openAudio() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

function beep(frequency, delay_s = 0, length_s = 0.12) {
  openAudio();
  const tone = new OscillatorNode(audio, { frequency });
  const volume = new GainNode(audio, { gain: 0.2 });
  tone.connect(volume).connect(audio.destination);
  tone.start(audio.currentTime + delay_s);
  tone.stop(audio.currentTime + delay_s + length_s);
}

function words(name, text = "") {
  const part = document.getElementById(`say-${name}`)?.content.cloneNode(true);
  if (!part) return null;
  for (const place of part.querySelectorAll("[data-text]")) place.textContent = text;
  return part;
}

// A modal dialog covers the page's own band, so a refusal of its form is shown inside it.
function region(asker) {
  return asker?.closest?.("dialog[open]")?.querySelector("[data-refusal]") ?? document.getElementById("refusal");
}

function clearBands() {
  for (const band of document.querySelectorAll("#refusal, [data-refusal]")) band.replaceChildren();
}

function refuse() {
  document.getElementById("toast")?.replaceChildren();
  beep(220);
  beep(220, 0.2);
}

function showBand(name, asker) {
  const part = words(name);
  if (asker?.matches?.("[data-topics]")) return showLiveBand(part);
  if (part) region(asker)?.replaceChildren(part);
  refuse();
}

// What a live region could not fetch is no answer to an act: it is said without a sound, once, and not over a refusal.
function showLiveBand(part) {
  const place = document.getElementById("refusal");
  if (!part || !place || place.children.length) return;
  part.firstElementChild.dataset.live = "";
  place.replaceChildren(part);
}

function clearLiveBand(event) {
  const { elt } = event.detail.requestConfig;
  if (event.detail.successful && elt.matches("[data-topics]")) document.querySelector("#refusal > [data-live]")?.remove();
}

function toast(name, text) {
  const part = words(name, text)?.firstElementChild;
  if (!part) return;
  document.getElementById("toast")?.replaceChildren(part);
  setTimeout(() => part.remove(), TOAST_MS);
}

// The time counts from when the frame is painted, which on a busy terminal is a while after it was asked for; and the
// frame of a second scan is not cut short by the first one's end.
function flash() {
  document.body.dataset.flash = "ok";
  clearTimeout(flashEnds);
  requestAnimationFrame(() => {
    clearTimeout(flashEnds);
    flashEnds = setTimeout(() => delete document.body.dataset.flash, FLASH_MS);
  });
}

function accept(event) {
  clearBands();
  beep(1320);
  flash();
  const message = event.detail?.message ?? event.detail?.value;
  if (message && !event.detail.undo) toast("done", message);
}

// Only what was made for this page is swapped: a fragment, or a refusal that says where it goes.
function judgeResponse(event) {
  const { xhr, requestConfig } = event.detail;
  const answersInPlace = xhr.getResponseHeader("HX-Retarget");
  if (xhr.status >= 400 && !answersInPlace) {
    event.detail.shouldSwap = false;
    showBand([401, 403].includes(xhr.status) ? "session-over" : "failed", requestConfig.elt);
  } else if (/^\s*<!doctype/i.test(xhr.response)) {
    // A whole page: the request was led to the log-in.
    event.detail.shouldSwap = false;
    showBand("session-over", requestConfig.elt);
  } else if (answersInPlace === "#refusal") {
    event.detail.target = region(requestConfig.elt);
  } else if (event.detail.target.id === "station") {
    clearBands();
    clearUndo();
  }
}

// What was just done can be taken back for some seconds, from the bar that says it; the next act ends that, too.
function clearUndo() {
  document.getElementById("undo")?.replaceChildren();
}

function keepUndo(event) {
  if (event.detail.target?.id !== "undo") return;
  document.getElementById("toast")?.replaceChildren();
  clearTimeout(undoEnds);
  undoEnds = setTimeout(clearUndo, UNDO_MS);
}

function announcePrompt(event) {
  const prompt = event.target.id === "station" && event.target.querySelector(".prompt");
  if (prompt) document.getElementById("announce").textContent = prompt.innerText;
}

// What was done before the scripts were there is said by the page itself; it goes as any toast does.
for (const said of document.querySelectorAll("#toast > *")) setTimeout(() => said.remove(), TOAST_MS);

document.addEventListener("pointerdown", openAudio, { capture: true });
document.addEventListener("accepted", accept);
document.addEventListener("refused", refuse);
document.addEventListener("say", (event) => toast(event.detail.name, event.detail.text));
document.addEventListener("scan", clearBands);
document.addEventListener("input", clearBands);
document.addEventListener("click", (event) => event.target.closest?.("[data-dismiss]") && clearBands());
document.addEventListener("htmx:beforeSwap", judgeResponse);
document.addEventListener("htmx:afterSettle", announcePrompt);
document.addEventListener("htmx:oobAfterSwap", keepUndo);
document.addEventListener("htmx:afterRequest", clearLiveBand);
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => showBand("unreachable", event.detail.requestConfig.elt));
}
