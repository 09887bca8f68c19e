// The tablet's outbox: an act that can't be sent is kept here with its key, and sent once, in order, when the network is back.
// What the rules refuse then is shown until somebody has seen it. Also keeps the page for the time without network.

import { keepWith } from "./forms.js";

const place = document.getElementById("outbox");
const home = place?.dataset.home;
const site = home?.replace(/floor$/, "");
const KEPT = "samedag-floor";
const MODULES = ["forms.js", "live.js", "morph.js", "times.js", "chime.js", "staff.js", "offline.js"];
const holder = (localStorage.tablet ??= crypto.randomUUID().slice(0, 13));

let acts = [];
let sending = false;

/** One request to the store of acts, as a promise. */
async function store(mode, ask) {
  const base = await new Promise((done, failed) => {
    const opening = indexedDB.open("samedag", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("acts", { keyPath: "id", autoIncrement: true });
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error);
  });
  try {
    return await new Promise((done, failed) => {
      const work = base.transaction("acts", mode, { durability: "strict" });
      const asked = ask(work.objectStore("acts"));
      work.oncomplete = () => done(asked.result);
      work.onabort = work.onerror = () => failed(work.error);
    });
  } finally {
    base.close();
  }
}

const waiting = () => acts.filter((act) => !act.refused);

/** What is kept of this house; acts of another wait until somebody of that house is signed in. */
async function read() {
  acts = (await store("readonly", (all) => all.getAll())).filter((act) => act.url.startsWith(site));
  show();
}

/** Keeps an act of a form; false where it must not wait: to undo is of the moment, and an arrival needs a number to tell. */
async function keep(form, url, body) {
  if (form.dataset.move === "undo") return false;
  if (url.endsWith("/floor/visits") && !body.get("number")) {
    location.assign(`${home}/offline`);
    return true;
  }
  const path = new URL(url, location.href).pathname;
  const last = waiting().findLast((act) => act.url === path);
  if (last && keyless(last.body) === keyless(body)) return true; // a second tap on what waits already
  const button = form.querySelector("button[type=submit]");
  const what = [form.dataset.about, form.dataset.words ?? button.firstChild.textContent.trim()].filter(Boolean).join(": ");
  await store("readwrite", (all) => all.add({ url: path, body: body.toString(), what }));
  form.dispatchEvent(new CustomEvent("act:kept", { bubbles: true }));
  await read();
  return true;
}

/** What an act says, without the key that makes it one act. */
function keyless(body) {
  const said = new URLSearchParams(body.toString());
  said.delete("key");
  return said.toString();
}

/** Sends what waits, oldest first, one window at a time. A network that fails ends the round; the same key goes again. */
async function flush() {
  if (sending || !waiting().length) return;
  sending = true;
  try {
    await navigator.locks.request("outbox", async () => {
      await read();
      for (const act of waiting()) if (!(await send(act))) break;
    });
  } finally {
    sending = false;
    await read();
    if (!waiting().length) void keepPage();
  }
}

async function send(act) {
  for (let tries = 0; tries < 6; tries++) {
    try {
      const answer = await fetch(act.url, { method: "POST", body: new URLSearchParams(act.body), redirect: "manual",
        headers: { "X-Live": "1" }, signal: AbortSignal.timeout(8000) });
      if (answer.status === 401 || answer.status === 429 || answer.status >= 500) return false;
      if (answer.ok || answer.type === "opaqueredirect") await store("readwrite", (all) => all.delete(act.id));
      else {
        const problem = await answer.json().catch(() => ({}));
        await store("readwrite", (all) => all.put({ ...act, refused: problem.detail ?? problem.title ?? String(answer.status) }));
      }
      return true;
    } catch {
      if (!navigator.onLine) return false;
      await new Promise((rested) => setTimeout(rested, 50 * 2 ** tries));
    }
  }
  return false;
}

function show() {
  const n = waiting().length;
  const refused = acts.filter((act) => act.refused);
  place.hidden = !acts.length;
  const words = n ? text(n === 1 ? "words-kept-one" : "words-kept").replace("{n}", n) : "";
  const said = document.getElementById("outbox-said");
  if (said.textContent !== words) said.textContent = words;
  said.hidden = !n;
  const list = document.getElementById("outbox-refused");
  list.replaceChildren(...refused.map(line));
}

function line(act) {
  const item = document.getElementById("words-refused").content.firstElementChild.cloneNode(true);
  item.querySelector("b").textContent = act.what;
  item.querySelector("span").textContent = act.refused;
  const about = document.createElement("span");
  about.className = "visually-hidden";
  about.textContent = ` ${act.what}`;
  item.querySelector("button").append(about);
  item.querySelector("button").addEventListener("click", () =>
    void store("readwrite", (all) => all.delete(act.id)).then(read));
  return item;
}

const text = (id) => document.getElementById(id).content.textContent.trim();

/** Keeps the page for the time without network as it is now, with as many slips as this tablet may hold. */
async function keepPage() {
  if (!navigator.onLine || document.visibilityState === "hidden") return;
  try {
    const address = `${home}/offline?holder=${holder}`;
    let page = await fetch(address, { redirect: "error" });
    if (Number(page.headers.get("X-Slips")) < 5 && page.ok) {
      await fetch(`${home}/slips`, { method: "POST", headers: { "X-Live": "1" }, body: new URLSearchParams({ holder }) });
      page = await fetch(address, { redirect: "error" });
    }
    if (!page.ok) return;
    const cache = await caches.open(KEPT);
    const assets = new Set((await page.clone().text()).match(/\/assets\/[^"' ]+/g));
    await Promise.all([...assets, ...MODULES.map((name) => `/assets/${name}`)].map((url) => cache.add(url)));
    await cache.put(`${home}/offline`, page);
    await navigator.serviceWorker?.ready;
    place.dataset.ready = "yes";
  } catch {
    // The copy that is kept stays; the next attempt brings a newer one.
  }
}

/** The page for the time without network says when that time is over. */
async function look() {
  let back = navigator.onLine && !waiting().length;
  try {
    back &&= (await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) })).ok;
  } catch {
    back = false;
  }
  for (const part of document.querySelectorAll("[data-network]")) part.hidden = (part.dataset.network === "back") !== back;
  if (back) document.getElementById("needs-network").hidden = true;
}

if (home && "indexedDB" in globalThis) {
  keepWith({ waits: (form) => waiting().length > 0 && form.dataset.move !== "undo", keep });
  addEventListener("online", flush);
  document.addEventListener("live:screen", flush);
  setInterval(flush, 2000);
  setInterval(keepPage, 60000);
  void read().then(flush);
  void navigator.serviceWorker?.register("/staff-worker.js").then(keepPage, keepPage);
  for (const form of document.querySelectorAll('form[action="/lock"], form[action="/sign-out"]')) {
    form.addEventListener("submit", () => void caches.delete(KEPT));
  }
  document.addEventListener("act:kept", ({ target }) => target.classList.add("kept"));
  if (document.querySelector("[data-network]")) setInterval(look, 3000);
  const said = new URLSearchParams(location.search);
  const needs = said.get("needs") ?? "";
  const [lost, page] = ["lost-act", "needs-network"].map((id) => document.getElementById(id));
  if (lost) lost.hidden = !said.has("lost");
  if (page && needs.startsWith(site)) {
    page.hidden = false;
    document.getElementById("again").href = needs;
  }
  const open = () => document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
  addEventListener("hashchange", open);
  open();
}
