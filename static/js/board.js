// Dragging a bar of the board to another time or station. It fills in the form below the board and sends it: what a drag
// does, the form does too, by keyboard.

const STEP_MS = 5 * 60 * 1000; // a bar begins at a full five minutes
const SLACK = 4; // pixels: less is a click, which leads to the form
let drag = null;

const form = () => document.getElementById("plan-form");
const laneAt = (x, y) => document.elementsFromPoint(x, y).map((one) => one.closest?.("tr[data-station]")).find(Boolean);

function grab(event) {
  const bar = event.target.closest?.(".board [data-job]");
  if (!bar || event.button !== 0 || !form()) return;
  drag = { bar, x: event.clientX, y: event.clientY, moved: false, board: bar.closest(".board"), pointer: event.pointerId };
}

function pull(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moved && Math.hypot(dx, dy) < SLACK) return;
  if (!drag.moved) begin();
  const scale = unitsPerPixel(drag.bar);
  drag.bar.setAttribute("transform", `translate(${dx * scale} ${dy * scale})`);
  for (const lane of drag.board.rows) lane.classList.toggle("target", lane === laneAt(event.clientX, event.clientY));
  event.preventDefault();
}

function begin() {
  drag.moved = true;
  drag.bar.setPointerCapture(drag.pointer);
  drag.bar.classList.add("dragged");
  drag.board.closest("[data-topics]")?.setAttribute("aria-busy", "true"); // it is not swapped under the finger
}

function drop(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { bar, x, moved } = drag;
  const lane = laneAt(event.clientX, event.clientY);
  const board = drag.board;
  letGo();
  if (!moved) return;
  suppressClick();
  if (!lane) return;
  const units = Number(bar.dataset.x) + (event.clientX - x) * unitsPerPixel(bar);
  send(bar.dataset.job, lane.dataset.station, timeAt(board, units));
}

function letGo() {
  if (!drag) return;
  drag.bar.removeAttribute("transform");
  drag.bar.classList.remove("dragged");
  for (const lane of drag.board.rows) lane.classList.remove("target");
  drag.board.closest("[data-topics]")?.removeAttribute("aria-busy");
  drag = null;
}

// A drag that ends over its own bar is no click on its link.
function suppressClick() {
  const stop = (event) => event.target.closest?.(".board") && event.preventDefault();
  document.addEventListener("click", stop, { capture: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }), 0);
}

function unitsPerPixel(bar) {
  const svg = bar.ownerSVGElement;
  return svg.viewBox.baseVal.width / svg.getBoundingClientRect().width;
}

function timeAt(board, units) {
  const [from, to] = [Number(board.dataset.begin), Number(board.dataset.end)];
  const width = board.querySelector("tbody svg").viewBox.baseVal.width;
  const at = Math.round((from + (units / width) * (to - from)) / STEP_MS) * STEP_MS;
  return asClock(Math.min(Math.max(at, from), to), board.dataset.zone);
}

// As the site's clock shows it, for an input of the type datetime-local.
function asClock(ms, timeZone) {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  return parts.format(ms).replace(" ", "T");
}

function send(job, station, startsAt) {
  const fields = form().elements;
  fields.namedItem("job").value = job;
  fields.namedItem("station").value = station;
  fields.namedItem("starts_at").value = startsAt;
  form().querySelector('button[value="plan"]').click(); // as a hand would: htmx sends the button that was pressed
}

document.addEventListener("pointerdown", grab);
document.addEventListener("pointermove", pull, { passive: false });
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", letGo);
document.addEventListener("keydown", (event) => event.key === "Escape" && letGo());
document.addEventListener("dragstart", (event) => event.target.closest?.(".board") && event.preventDefault());
