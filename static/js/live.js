// Live regions: an element with data-topics is fetched anew (its own hx-get, at the event "freshen") when one of its
// topics changed. One stream a page tells so (<meta name="live"> says where the pass for it is given out); without a
// stream each region is fetched every 15 s. What comes at once is one fetch, nothing moves under a finger or below an
// open dialog, what somebody typed stays, and what they unfolded (<details id>) is so again afterwards.
// data-rest-s: seconds between two fetches of a region that changes often.

const POLL_MS = 15000; // without a stream; it is looked for again as often
const LOOK_MS = 60000; // with one: for what only time changes
const JITTER_MS = 300; // so that the pages of a plant don't ask at the same moment
const PROMPT_MS = 50; // instead of it for regions that rest less than a second: few look at one machine
const QUIET_MS = 1000; // after a touch or key
const PASS = document.querySelector("meta[name=live]")?.content;

let stream = null;
let heard = ""; // the topics of the stream, or of the one that is being opened
let attempt = 0;
let renewal;
let deaf = 0; // since when nothing was heard, in ms of this page's life; null while something is
let touched = -QUIET_MS;
let isBehind = false; // something was not swapped, because somebody used it
const asked = new WeakMap(); // region -> when it was fetched
const due = new WeakSet(); // regions that will be

const now = () => performance.now();
const regions = () => [...document.querySelectorAll("[data-topics]")];
const topicsOf = (region) => region.dataset.topics.split(" ");
const topics = () => [...new Set(regions().flatMap(topicsOf))].sort();

const isTyped = (field) => field.type !== "hidden" && field.value !== field.defaultValue;

function isInUse(part) {
  if (part.querySelector('dialog[open], [aria-busy="true"]') || part.matches('[aria-busy="true"]')) return true;
  return now() - touched < QUIET_MS || [...part.querySelectorAll("input, textarea")].some(isTyped);
}

function freshen(region) {
  if (due.has(region) || document.hidden) return;
  due.add(region);
  const rest_s = Number(region.dataset.restS ?? 1);
  const rest = (asked.get(region) ?? -Infinity) + 1000 * rest_s - now();
  setTimeout(fetchWhenFree, Math.max(0, rest) + Math.random() * (rest_s < 1 ? PROMPT_MS : JITTER_MS), region);
}

function fetchWhenFree(region) {
  if (isInUse(region) && region.isConnected) return setTimeout(fetchWhenFree, QUIET_MS / 4, region);
  due.delete(region);
  if (!region.isConnected) return freshenHeir(region);
  asked.set(region, now());
  region.dispatchEvent(new CustomEvent("freshen"));
}

// An act has replaced it meanwhile, perhaps by what was written before the change.
function freshenHeir(region) {
  const heir = region.id ? document.getElementById(region.id) : null;
  if (heir?.dataset.topics === region.dataset.topics) freshen(heir);
}

// Somebody came to use the region while its answer was on the way: it is fetched again afterwards.
function keepWhatIsUsed(event) {
  const region = event.detail.requestConfig.elt;
  if (!region.matches("[data-topics]") || !event.detail.shouldSwap || !isInUse(region)) return;
  event.detail.shouldSwap = false;
  freshen(region);
}

// Dialogs beside a region stay as they are while one is open, and are fetched when it is closed.
function keepBeside(event) {
  if (!event.target.matches?.("[data-keep]") || !event.target.querySelector("dialog[open]")) return;
  event.detail.shouldSwap = false;
  isBehind = true;
}

// What is fetched anew comes folded up.
function keepUnfolded({ target }) {
  if (!target.matches?.("[data-topics]")) return;
  const unfolded = [...target.querySelectorAll("details[open][id]")].map((part) => part.id);
  const unfold = () => unfolded.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  if (unfolded.length) target.addEventListener("htmx:afterSwap", unfold, { once: true });
}

function catchUp() {
  if (isBehind) regions().forEach(freshen);
  isBehind = false;
}

async function listen() {
  clearTimeout(renewal);
  const wanted = topics();
  const mine = ++attempt;
  heard = wanted.join(" ");
  if (!wanted.length || document.hidden || !PASS) return hush();
  const query = new URLSearchParams(wanted.map((topic) => ["topic", topic]));
  const answer = await fetch(`${PASS}?${query}`).catch(() => null);
  const pass = answer?.ok ? await answer.json().catch(() => null) : null;
  if (mine !== attempt) return;
  if (!pass) return fail();
  const age_s = deaf === null ? 0 : (now() - deaf) / 1000 + 1;
  open(`${pass.url}&age=${age_s.toFixed(1)}`, pass.renew_s * 1000, mine);
}

function open(url, renew_ms, mine) {
  const next = new EventSource(url);
  next.onopen = () => {
    if (mine !== attempt) return next.close();
    stream?.close();
    stream = next;
    deaf = null;
    document.documentElement.dataset.live = "stream";
    renewal = setTimeout(listen, renew_ms * (0.8 + 0.2 * Math.random()));
  };
  next.onmessage = ({ data }) => regions().filter((region) => topicsOf(region).includes(data)).forEach(freshen);
  next.onerror = () => {
    next.close();
    if (next === stream || (mine === attempt && !stream)) fail();
  };
}

function hush() {
  stream?.close();
  stream = null;
  deaf ??= now();
  delete document.documentElement.dataset.live;
}

function fail() {
  hush();
  clearTimeout(renewal);
  renewal = setTimeout(listen, POLL_MS * (0.3 + 0.7 * Math.random()));
}

function look() {
  const patience = stream ? LOOK_MS : POLL_MS;
  for (const region of regions()) if (now() - (asked.get(region) ?? 0) >= patience) freshen(region);
}

function listenAnew() {
  for (const region of regions()) if (!asked.has(region)) asked.set(region, now());
  if (topics().join(" ") === heard) return;
  deaf ??= now(); // what changed while the new part of the page was made counts, too
  listen();
}

function onSight() {
  if (!document.hidden) regions().forEach(freshen);
  listen();
}

for (const act of ["pointerdown", "keydown"]) {
  document.addEventListener(act, () => (touched = now()), { capture: true });
}
document.addEventListener("htmx:beforeSwap", keepWhatIsUsed);
document.addEventListener("htmx:beforeSwap", keepUnfolded);
document.addEventListener("htmx:oobBeforeSwap", keepBeside);
document.addEventListener("close", catchUp, { capture: true });
document.addEventListener("htmx:afterSettle", listenAnew);
document.addEventListener("visibilitychange", onSight);
addEventListener("pagehide", hush);
addEventListener("pageshow", (event) => event.persisted && onSight());
setInterval(look, 1000);
listen();
