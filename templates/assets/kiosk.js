// The kiosk goes back to its start when nobody has touched it for long, after asking, and never while somebody answers.

const REST = 120000;
const dialog = document.getElementById("still-there");
const left = document.getElementById("still-there-left");
const print = document.getElementById("print");
let touched = performance.now();

const home = new URL(dialog.dataset.home, location.href).href;
const busy = () => location.href !== home || document.querySelector("main.said");

function stay() {
  touched = performance.now();
  if (dialog.open) dialog.close();
}

function check() {
  const rest = performance.now() - touched - REST;
  if (!busy() || rest < 0) return;
  if (!dialog.open) dialog.showModal();
  left.value = Math.max(0, left.max - rest / 1000);
  if (left.value <= 0) location.replace(dialog.dataset.home);
}

/** A new step begins at its heading. */
function arrive() {
  document.querySelectorAll("details[open]").forEach((open) => open.removeAttribute("open"));
  const title = document.querySelector(".step:target h1");
  title?.setAttribute("tabindex", "-1");
  title?.focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

/** Whoever comes next can't go back to this ticket. */
function leave(event) {
  event.preventDefault();
  location.replace(event.currentTarget.href);
}

/** Whether the paper has come out: asked until it is known, and for a minute at most. */
async function followSlip(slip, tries = 30) {
  const answer = await fetch(slip.dataset.asks, { cache: "no-store" }).catch(() => null);
  const state = answer?.ok ? (await answer.json()).state : "waiting";
  const last = tries ? state : "failed";
  if (last === "waiting") return void setTimeout(followSlip, 2000, slip, tries - 1);
  for (const line of slip.children) line.hidden = line.dataset.state !== last;
}

const slip = document.getElementById("slip");
if (slip) void followSlip(slip);
document.getElementById("finished")?.addEventListener("click", leave);
// A refusal stands at the address of the form; the page behind it is the kiosk's own.
if (document.querySelector("main.said")) history.replaceState(null, "", dialog.dataset.home);
for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) addEventListener(kind, stay, { passive: true });
document.getElementById("still-there-yes").addEventListener("click", stay);
addEventListener("hashchange", arrive);
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
arrive();
setInterval(check, 1000);
// Staff are told of a kiosk that falls silent: a page that does not ask for news by itself says that it is there.
if (!document.getElementById("live")) setInterval(() => void fetch(`${dialog.dataset.home}?fragment=1`).catch(() => {}), 15000);
