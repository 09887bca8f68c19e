// Keeps <main id="live"> true: a socket while there is one, the same fragment by GET while there is none. Forms without reload.
// Tells others on the page: document hears "live:screen" {seq, at, calls} after each new screen.

import { bindForms } from "./forms.js";
import { morph } from "./morph.js";
import { clock, hearTime, serverNow, tellTimes } from "./times.js";

const SILENCE = 12000;
const OPEN_WITHIN = 6000;
const LONGEST_WAIT = 5000;
const ENDED = new Set([4403, 4404, 4410]);

const root = document.getElementById("live");
const address = root?.dataset.live;
const every = Number(root?.dataset.poll ?? 0) * 1000; // a page without a socket that is asked for again, in seconds

let seq = Number(root?.dataset.seq ?? 0);
let epoch = root?.dataset.epoch ?? "";
let socket = null;
let open = false;
let tries = 0;
let opening = 0;
let again = 0;
let polling = false;
let polled = 0;
let over = false;
let heard = performance.now();

function screen(html, calls = []) {
  morph(root, html);
  const { title } = root.querySelector("[data-title]")?.dataset ?? {};
  if (title) document.title = title;
  tellTimes();
  document.dispatchEvent(new CustomEvent("live:screen", { detail: { seq, at: serverNow(), calls } }));
}

function take(message) {
  hear(message.at);
  if (message.type !== "screen" || (message.epoch === epoch && message.seq < seq)) return;
  ({ seq, epoch } = message);
  screen(message.html, message.calls);
}

function hear(at) {
  heard = performance.now();
  if (at) hearTime(at);
  showStale();
}

function connect() {
  if (over || socket) return;
  const url = new URL(address, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  for (const [name, value] of Object.entries({ after: seq, epoch, as: "html" })) url.searchParams.set(name, value);
  socket = new WebSocket(url);
  opening = setTimeout(() => lose(0), OPEN_WITHIN);
  socket.onmessage = ({ data }) => {
    clearTimeout(opening);
    open = true;
    tries = 0;
    take(JSON.parse(data));
  };
  socket.onclose = ({ code }) => lose(code);
}

/** The socket is gone: what its code means decides what follows. */
function lose(code) {
  clearTimeout(opening);
  if (socket) {
    socket.onmessage = socket.onclose = null;
    socket.close();
  }
  socket = null;
  open = false;
  if (code === 4401) location.assign("/");
  else if (ENDED.has(code)) end();
  else again = setTimeout(connect, Math.min(50 * 2 ** tries++, LONGEST_WAIT));
}

/** The visit is over or this page is not ours any more: no more calls; load once more, for the server to say what now. */
function end() {
  over = true;
  const mark = `ended:${location.pathname}`;
  if (Date.now() - Number(sessionStorage.getItem(mark) ?? 0) < 60000) return;
  sessionStorage.setItem(mark, Date.now());
  location.reload();
}

/** The same page's live part by plain GET. */
export async function poll() {
  if (polling || over) return;
  polling = true;
  polled = performance.now();
  try {
    const url = new URL(location.href);
    url.searchParams.set("fragment", "1");
    const answer = await fetch(url, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(OPEN_WITHIN) });
    const html = answer.ok ? await answer.text() : "";
    if (/^\s*<!doctype/i.test(html)) return; // a hotspot's own page, or anything else that is no part of this one
    if (answer.ok && !open) {
      seq = Number(answer.headers.get("X-Seq") ?? seq);
      epoch = answer.headers.get("X-Epoch") ?? epoch;
      screen(html);
      hear(answer.headers.get("X-At"));
    } else if ([401, 403, 404, 410].includes(answer.status)) end();
  } catch {
    // The sign says how old the picture is; the next attempt heals it.
  } finally {
    polling = false;
  }
}

function showStale() {
  const sign = document.getElementById("stale");
  const stale = !over && performance.now() - heard >= SILENCE + every;
  if (!sign || sign.hidden === !stale) return;
  if (stale) sign.querySelector("time").textContent = clock(serverNow() - (performance.now() - heard));
  sign.hidden = !stale;
}

/** Whether screens come by themselves now. */
export const isLive = () => open;

function check() {
  if (address && open && performance.now() - heard >= SILENCE) lose(0);
  const due = every || (tries > 4 ? LONGEST_WAIT : 1500);
  if (!open && performance.now() - Math.max(heard, polled) >= due) void poll();
  showStale();
  tellTimes();
}

function wake() {
  if (document.visibilityState !== "visible" || over || !address || open) return;
  clearTimeout(again);
  tries = 0;
  connect();
}

hearTime(root?.dataset.at);
bindForms(() => (over ? location.reload() : open ? null : poll()));
tellTimes();
if (address) connect();
if (address || every) setInterval(check, 1000);
else setInterval(tellTimes, 1000);
document.addEventListener("visibilitychange", wake);
addEventListener("online", wake);
addEventListener("pageshow", (event) => event.persisted && (lose(0), poll()));
