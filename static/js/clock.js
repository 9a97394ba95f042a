// Ticks: <time data-clock> is the plant's wall clock (data-zone: its time zone), <time data-since="…"> the time gone by,
// <svg class="progress" data-since="…"> the same as a bar, in seconds of its plan. Counted from the server's clock
// (#station[data-now]), because a station's own is often wrong.

let skew = 0;

function setSkew() {
  const now = document.querySelector("[data-now]")?.dataset.now;
  if (now) skew = Date.parse(now) - Date.now();
}

function spoken(seconds) {
  const pair = (number) => String(Math.floor(number)).padStart(2, "0");
  const minutes = `${seconds >= 3600 ? pair((seconds % 3600) / 60) : Math.floor(seconds / 60)}:${pair(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${minutes}` : minutes;
}

function fill(bar, seconds) {
  const plan = bar.viewBox.baseVal.width;
  bar.querySelector(".done").setAttribute("width", Math.min(seconds, plan));
  if (seconds > plan) bar.dataset.tone = "caution";
}

function tick() {
  const now = Date.now() + skew;
  for (const clock of document.querySelectorAll("time[data-clock]")) {
    const format = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: clock.dataset.zone };
    clock.textContent = new Date(now).toLocaleTimeString(document.documentElement.lang, format);
  }
  for (const place of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(place.dataset.since)) / 1000));
    if (place.matches("time")) place.textContent = spoken(seconds);
    else fill(place, seconds);
  }
}

function restart() {
  setSkew();
  tick();
}

document.addEventListener("htmx:afterSwap", restart);
setInterval(tick, 1000);
restart();
