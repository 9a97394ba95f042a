// A table of numbers while it is typed: <ol data-table data-low data-high> of cells. Enter goes to the next cell, a list
// that is pasted fills the cells from there on, and what is there is shown as figures and as points between the limits.
// It shows what the server will judge: it blocks nothing.

const WIDTH = 320;
const HEIGHT = 96;
const MARGIN = 8;
const SVG = "http://www.w3.org/2000/svg";

const cellsOf = (table) => [...table.querySelectorAll("input")];

function toNumber(text) {
  const plain = text.trim().replace(",", ".").replace("−", "-");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
}

function limitOf(table, name) {
  return table.dataset[name] === undefined ? null : Number(table.dataset[name]);
}

function isOutside(value, low, high) {
  return (low !== null && value < low) || (high !== null && value > high);
}

function draw(svg, name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  svg.append(element);
}

function plot(svg, values, count, low, high) {
  const seen = [...values.map(([, value]) => value), ...[low, high].filter((limit) => limit !== null)];
  const bottom = Math.min(...seen);
  const span = Math.max(...seen) - bottom || 1;
  const y = (value) => (HEIGHT - MARGIN - ((value - bottom) / span) * (HEIGHT - 2 * MARGIN)).toFixed(1);
  const x = (index) => (MARGIN + (index * (WIDTH - 2 * MARGIN)) / Math.max(1, count - 1)).toFixed(1);
  svg.replaceChildren(svg.firstElementChild);
  for (const limit of [high, low]) {
    if (limit !== null) draw(svg, "line", { class: "limit", x1: 0, x2: WIDTH, y1: y(limit), y2: y(limit) });
  }
  draw(svg, "polyline", { class: "link", points: values.map(([index, value]) => `${x(index)},${y(value)}`).join(" ") });
  for (const [index, value] of values) {
    const alarm = isOutside(value, low, high) ? { "data-tone": "alarm", r: 5 } : { r: 3.5 };
    draw(svg, "circle", { class: "point", cx: x(index), cy: y(value), ...alarm });
  }
}

function follow(table) {
  const cells = cellsOf(table);
  const [low, high] = [limitOf(table, "low"), limitOf(table, "high")];
  const values = [];
  let places = 0;
  cells.forEach((cell, index) => {
    const value = toNumber(cell.value);
    cell.toggleAttribute("aria-invalid", false);
    if (cell.value.trim() !== "" && (Number.isNaN(value) || isOutside(value, low, high))) cell.setAttribute("aria-invalid", "true");
    if (Number.isNaN(value)) return;
    values.push([index, value]);
    places = Math.max(places, cell.value.trim().split(/[.,]/)[1]?.length ?? 0);
  });
  const figure = table.closest("form").querySelector("[data-table-plot]");
  figure.hidden = false;
  const numbers = values.map(([, value]) => value);
  const say = (name, text) => (figure.querySelector(`[data-figure=${name}]`).textContent = text);
  say("count", numbers.length);
  say("least", numbers.length ? Math.min(...numbers).toFixed(places) : "–");
  say("greatest", numbers.length ? Math.max(...numbers).toFixed(places) : "–");
  say("mean", numbers.length ? (numbers.reduce((sum, one) => sum + one, 0) / numbers.length).toFixed(places + 1) : "–");
  plot(figure.querySelector("svg"), values, cells.length, low, high);
}

function tableOf(event) {
  return event.target.closest?.("[data-table]");
}

function onPaste(event) {
  const table = tableOf(event);
  const values = event.clipboardData?.getData("text").trim().split(/[\s;]+/) ?? [];
  if (!table || values.length < 2) return;
  event.preventDefault();
  const cells = cellsOf(table);
  const from = cells.indexOf(event.target);
  values.forEach((value, index) => cells[from + index] && (cells[from + index].value = value));
  cells[Math.min(from + values.length, cells.length) - 1].focus();
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
}

// Enter in a cell goes on to the next empty one, and records when none is left.
function onKeydown(event) {
  const table = event.key === "Enter" && tableOf(event);
  if (!table || !event.target.matches("input")) return;
  const cells = cellsOf(table);
  const after = [...cells.slice(cells.indexOf(event.target) + 1), ...cells];
  const next = after.find((cell) => cell.value.trim() === "" && cell !== event.target);
  if (!next || event.target.value.trim() === "") return;
  event.preventDefault();
  next.focus();
}

document.addEventListener("input", (event) => tableOf(event) && follow(tableOf(event)));
document.addEventListener("paste", onPaste);
document.addEventListener("keydown", onKeydown);
document.addEventListener("htmx:afterSwap", () => document.querySelectorAll("[data-table]").forEach(follow));
document.querySelectorAll("[data-table]").forEach(follow);
