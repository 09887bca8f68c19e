// The clerk's keys, sound and lock; one window that acts at each desk. On the tablet: the print button.

import { chime } from "./chime.js";

const root = document.getElementById("live");
const desk = root?.dataset.desk;
const told = document.getElementById("told");
const words = (id) => document.getElementById(id)?.content.textContent.trim() ?? "";
const kept = (name, otherwise) => localStorage.getItem(name) ?? otherwise;

/** A switch that is remembered on this PC. */
function toggle(id, otherwise, turned = () => undefined) {
  const button = document.getElementById(id);
  if (!button) return () => false;
  const on = () => kept(id, otherwise) === "on";
  const show = () => button.setAttribute("aria-pressed", on());
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem(id, on() ? "off" : "on");
    show();
    turned(on());
  });
  show();
  return on;
}

/** The same buttons by a letter each, without the eye having to travel. Never while something is being typed. */
const keys = toggle("keys", "on");
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
  if (!desk || !keys() || typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = document.querySelector(`#live button[data-key="${CSS.escape(event.key.toUpperCase())}"]`);
  if (!button) return;
  event.preventDefault();
  button.focus();
  button.click();
});

/** On a phone an answer lies at the foot of the page, over what is there: it goes with the next touch, wherever that is. */
const said = document.getElementById("said");
const overlaid = matchMedia("(max-width: 619.9px)");
if (desk) document.addEventListener("click", (event) => event.isTrusted && overlaid.matches && said.replaceChildren(), true);

/** Somebody has come to an empty line: said in the title and politely, and sounded where that was asked for. */
let sounder = null;
const sound = toggle("sound", "off", (on) => on && hear());
function hear() {
  sounder ??= new AudioContext();
  void sounder.resume().then(() => chime(sounder, 1));
}
const title = document.title;
let waiting = count();
function count() {
  return Number(document.getElementById("desk")?.dataset.waiting ?? 0);
}
function look() {
  const now = count();
  const free = document.getElementById("desk")?.dataset.free === "yes";
  document.title = free && now ? `(${now}) ${title}` : title;
  if (!waiting && now && free) {
    told.textContent = words("words-somebody");
    if (sound()) hear();
  } else if (!now) told.textContent = "";
  waiting = now;
}
if (desk) {
  document.addEventListener("live:screen", look);
  look();
}

/** Without network this PC shows a page of ours; it keeps nothing of the desk. */
if (desk) navigator.serviceWorker?.register("/staff-worker.js").catch(() => undefined);

/** One window acts at a desk; any other follows, says so, and can take over. */
const second = document.getElementById("second");
function follow(yes) {
  document.body.classList.toggle("follows", yes);
  second.hidden = !yes;
}
async function work(how) {
  try {
    const held = await navigator.locks.request(`desk ${desk}`, how, (lock) => {
      follow(!lock);
      return lock ? new Promise(() => undefined) : false; // held until this window closes, or another takes over
    });
    if (held === false) followOn();
  } catch {
    follow(true);
    followOn();
  }
}
/** Follows until the acting window is closed; then this one acts. */
function followOn() {
  void navigator.locks.request(`desk ${desk}`, (lock) => {
    follow(!lock);
    return new Promise(() => undefined);
  }).catch(() => {
    follow(true);
    followOn();
  });
}
if (desk && navigator.locks) {
  void work({ ifAvailable: true });
  document.getElementById("take-over").addEventListener("click", () => work({ steal: true }));
  document.addEventListener("submit", (event) => {
    if (!document.body.classList.contains("follows") || !root.contains(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    told.textContent = "";
    setTimeout(() => (told.textContent = words("words-follows")));
    second.scrollIntoView({ block: "nearest" });
  }, true);
}

/** A shared PC locks itself: first it says so for a minute. */
const lock = document.getElementById("lock");
const soon = document.getElementById("locks-soon");
if (lock && soon) {
  const after = Number(lock.dataset.minutes) * 60000;
  let touched = Date.now();
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"]) {
    addEventListener(kind, () => (touched = Date.now()), { passive: true });
  }
  setInterval(() => {
    const rest = Date.now() - touched;
    soon.hidden = rest < after - 60000;
    if (rest >= after) lock.requestSubmit();
  }, 1000);
}

const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
