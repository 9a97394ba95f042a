// The number pad writes into the key entry of its form (of several: into the one with the focus), and the limits bar
// follows what is entered.
// It shows what the server will judge: it blocks nothing. Decimal comma and point are both taken.

function entryOf(pad) {
  const entries = [...pad.closest("form").querySelectorAll('[data-size="key"], [data-size="cell"]')];
  return entries.find((entry) => entry === document.activeElement) ?? entries[0];
}

function press(button) {
  const entry = entryOf(button);
  if (!entry) return;
  const { selectionStart: start, selectionEnd: end } = entry;
  if (button.dataset.insert) entry.setRangeText(button.dataset.insert, start, end, "end");
  else if (button.dataset.erase === "all") entry.value = "";
  else entry.setRangeText("", start === end ? Math.max(0, start - 1) : start, end, "end");
  entry.dispatchEvent(new Event("input", { bubbles: true }));
}

function toNumber(text) {
  const plain = text.trim().replace(",", ".").replace("−", "-");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
}

function limitsOf(bar) {
  const limit = (name) => (bar.dataset[name] === undefined ? null : Number(bar.dataset[name]));
  return { low: limit("low"), high: limit("high") };
}

// low is drawn at 25 %, high at 75 %; with one limit only, the other end is zero where that makes sense.
function placeOf(value, { low, high }) {
  if (low !== null && high !== null && high > low) return 25 + (50 * (value - low)) / (high - low);
  if (low === null && high > 0) return (75 * value) / high;
  if (high === null && low > 0) return (25 * value) / low;
  const inside = (low === null || value >= low) && (high === null || value <= high);
  return inside ? 50 : low === null || value > low ? 90 : 10;
}

function judge(text, { low, high }) {
  const value = toNumber(text);
  if (text.trim() === "") return { word: "empty" };
  if (Number.isNaN(value)) return { word: "unreadable", tone: "caution", letter: "!" };
  if (high !== null && value > high) return { value, word: "above", limit: "high", tone: "alarm", letter: "X" };
  if (low !== null && value < low) return { value, word: "below", limit: "low", tone: "alarm", letter: "X" };
  return { value, word: "inside" };
}

function showJudgement(place, bar, { word, limit, tone, letter }) {
  if (!place) return;
  const mark = place.querySelector(".mark");
  mark.textContent = letter ?? "";
  if (tone) mark.removeAttribute("data-is");
  else mark.dataset.is = word === "inside" ? "done" : "waiting";
  place.classList.toggle("badge", Boolean(tone));
  if (tone) place.dataset.tone = tone;
  else delete place.dataset.tone;
  place.lastChild.textContent = limit ? `${place.dataset[word]} ${bar.dataset[limit]}` : place.dataset[word];
}

function follow(entry) {
  const bar = document.querySelector(`.limits[data-of="${CSS.escape(entry.id)}"]`);
  if (!bar) return;
  const limits = limitsOf(bar);
  const judged = judge(entry.value, limits);
  const mark = bar.querySelector(".value");
  mark.setAttribute("visibility", judged.value === undefined ? "hidden" : "visible");
  if (judged.value !== undefined) mark.setAttribute("x", `${Math.min(98, Math.max(2, placeOf(judged.value, limits)))}%`);
  if (judged.tone) bar.dataset.tone = judged.tone;
  else delete bar.dataset.tone;
  if (judged.limit) entry.setAttribute("aria-invalid", "true");
  else entry.removeAttribute("aria-invalid");
  showJudgement(document.querySelector(`[data-judges="${CSS.escape(entry.id)}"]`), bar, judged);
}

function placeTarget(bar) {
  const target = bar.querySelector("[data-place=target]");
  if (!target) return;
  const at = `${placeOf(Number(bar.dataset.target), limitsOf(bar))}%`;
  target.querySelector("text").setAttribute("x", at);
  for (const end of ["x1", "x2"]) target.querySelector("line").setAttribute(end, at);
  target.removeAttribute("hidden");
}

function dress(root) {
  root.querySelectorAll(".limits").forEach(placeTarget);
  root.querySelectorAll('[data-size="key"]').forEach((entry) => entry.value && follow(entry));
}

const padKey = (event) => event.target.closest?.("[data-insert], [data-erase]");
document.addEventListener("mousedown", (event) => padKey(event) && event.preventDefault()); // the entry keeps its focus
document.addEventListener("click", (event) => padKey(event) && press(padKey(event)));
document.addEventListener("input", (event) => event.target.dataset?.size === "key" && follow(event.target));
document.addEventListener("htmx:afterSwap", (event) => dress(document));
dress(document);
