// The wall display: a follower of the public socket that shows one board, plays its calls and says when it is old.

import { draw } from "./board.js";
import { createCalls } from "./calls.js";
import { createLink } from "./link.js";
import { createSound } from "./sound.js";

const BRIGHT = 60000;
const TURN = 7000;
const HEALTH_EVERY = 10000;
const RELOAD_AFTER = 5000;
const HEARD_KEPT = 40;

const query = new URLSearchParams(location.search);
const site = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
const authority = query.get("authority");
const portrait = query.get("portrait") === "0" ? null : query.get("portrait");
const store = `samedag:${site}:${authority ?? ""}`;

let board = null;
let version = null;
let renewing = false;
let code = null;
const heard = [];

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`${store}:${name}`));
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    sessionStorage.setItem(`${store}:${name}`, JSON.stringify(value));
  } catch {
    // a full or forbidden storage costs at most one repeated chime after a reload
  }
}

const kept = read("page");
if (kept) ({ board } = kept);

const sound = createSound({ changed: () => { report(); redraw(); } });
const calls = createCalls({
  announce(call) {
    heard.push({ id: call.id, again: Boolean(call.again), sound: sound.on() });
    if (heard.length > HEARD_KEPT) heard.shift();
    return sound.announce(call);
  },
  shown: (call) => link.send({ type: "seen", call: call.id }),
  changed: redraw,
  remembered: read("played") ?? [],
  remember: (keys) => write("played", keys),
});
const link = createLink({ site, from: kept?.position ?? null, take, changed: redraw, opened: report, known: meet });

const recent = (call) => link.now() - Date.parse(call.at) < BRIGHT;

function authorityOf(call) {
  return call.authority ?? board.now.find((other) => other.id === call.id || other.desk === call.desk)?.authority;
}

function mine(call) {
  const owner = authority && authorityOf(call);
  return !owner || owner === authority; // a call of unknown owner is better heard than lost
}

function take(screen, fresh, polled) {
  // Ids are made from what they name: after a restore (another epoch) the same id may be another call.
  const keyed = (call) => ({ ...call, key: `${screen.epoch}:${call.id}` });
  board = { ...screen, now: screen.now.map(keyed) };
  version ??= screen.version;
  // Polling brings no calls: those of the last minute stand in the picture, oldest to be played first.
  const news = polled ? board.now.filter((call) => call.state === "called" && recent(call)).reverse() : fresh.map(keyed);
  calls.add(news.filter(mine));
}

function report() {
  link.send({ type: "health", sound: sound.on(), visible: document.visibilityState === "visible", seq: Math.max(link.heardSeq(), 0) });
}

/** Staff know this display by a name, or do not yet: then it shows the code to pair it by. */
function meet(name, asked) {
  code = asked;
  document.title = name ? `Samedag: ${name}` : "Samedag: tavlen · the wall";
  redraw();
}

function shape() {
  if (portrait) return "tall";
  const ratio = innerWidth / innerHeight;
  return ratio < 1 ? "tall" : ratio < 1.5 ? "square" : "wide";
}

/** A panel that hangs upright while its computer does not know: the page itself is turned. */
function turnPage() {
  const turned = portrait && innerWidth > innerHeight;
  document.documentElement.dataset.turned = !turned ? "no" : portrait === "-1" ? "left" : "right";
}

/** Which call stands large, and whether it is still bright. */
function pickHero(now) {
  const current = calls.current();
  if (current) return { hero: current, bright: true };
  const latest = calls.latest();
  const still = latest && now.find((call) => call.key === latest.call.key);
  const hero = still ?? now.find((call) => call.state !== "serving") ?? now[0] ?? null;
  const bright = Boolean(hero) && (recent(hero) || (still && performance.now() - latest.shownAt < BRIGHT));
  return { hero, bright: Boolean(bright) };
}

function redraw() {
  const now = board ? board.now.filter(mine) : [];
  const { hero, bright } = pickHero(now);
  draw({
    board, hero, bright, arriving: Boolean(calls.current()), shape: shape(),
    earlier: hero ? now.filter((call) => call.key !== hero.key && call.number !== hero.number) : [],
    soon: board ? board.soon.filter((line) => !authority || line.authority === authority) : [],
    now: link.now(), stale: link.staleSince(), refusal: link.refusal(),
    soundOff: !sound.on(), code,
    turn: Math.floor(performance.now() / TURN),
    zone: board?.timezone ?? "Europe/Copenhagen",
  });
}

/** After an update: load the new page once nothing is being called and the server is there to give it. */
async function renew() {
  if (renewing || !version || board.version === version || calls.current() || performance.now() < RELOAD_AFTER) return;
  renewing = true;
  try {
    const page = await fetch(location.href, { cache: "reload" });
    if (page.ok && !calls.current()) {
      location.reload();
      return; // still renewing: a second reload would break the first one off
    }
  } catch {
    // tried again in a second: a wall that reloads into an error page stays there
  }
  renewing = false;
}

async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // the device decides; the wall works without
  }
}

function tick() {
  link.check();
  redraw();
  void renew();
}

for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, sound.unlock);
document.addEventListener("visibilitychange", () => { report(); void stayAwake(); });
addEventListener("pagehide", () => { if (board) write("page", { board, position: link.position() }); });
addEventListener("resize", () => { turnPage(); redraw(); });
turnPage();
setInterval(tick, 1000);
setInterval(report, HEALTH_EVERY);
void stayAwake();
redraw();
link.start();

/** For tests and for staff who look into a wall that misbehaves. */
window.samedagDisplay = {
  get seq() { return link.position().seq; },
  get heardSeq() { return link.heardSeq(); },
  get waiting() { return calls.waiting(); },
  get heard() { return [...heard]; },
};
