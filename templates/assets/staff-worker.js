// Staff without network: pages of a house fall back to the one that offline.js keeps of it, assets to their last copy.
// Where nothing is kept, on a desk's PC and after a lock, a page that knows nobody and no house says so.
// A lock holds without network too: it is kept here, and sent before anything else of this device.
// It serves every house of this address; there can be only one worker for pages of no house, such as the way in.

const KEPT = "samedag-floor";
const WISH = "samedag-lock";
const NOBODYS = "samedag-no-network";
const NO_NETWORK = "/assets/no-network.html";
const LOCKED = "/assets/locked.html";
const PARTS = [NO_NETWORK, LOCKED, ...["locked.js", "base.css", "sign-in.css", "icon.svg"].map((name) => `/assets/${name}`)];
const OURS = /^\/(lock|sign-in|sign-out|sites\/.*)?$/; // not the wall, and no citizen's ticket
const ENDS = /^\/(lock|sign-out)$/;

const wish = () => caches.match("/lock", { cacheName: WISH });
let waits; // whether a lock does: unknown until it has been read, after each start of this worker
let sending;
void wish().then((found) => (waits ??= Boolean(found)));

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NOBODYS).then((cache) => cache.addAll(PARTS)));
  self.skipWaiting();
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("sync", (event) => event.tag === "lock" && event.waitUntil(send()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  const act = request.method !== "GET";
  if (!act && url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (!OURS.test(url.pathname)) return;
  else if (request.mode !== "navigate") waits !== false && event.respondWith(part(request));
  else event.respondWith(act && ENDS.test(url.pathname) ? lock(request, url) : guarded(request, url));
});

const within = (answer, ms) => Promise.race([answer, new Promise((_, late) => setTimeout(late, ms))]);

/** Locks this device: the wish is kept before it is sent. */
async function lock(request, url) {
  waits = true;
  const asked = { path: url.pathname, body: await request.text() };
  await (await caches.open(WISH)).put("/lock", new Response(JSON.stringify(asked)));
  await caches.delete(KEPT);
  await sending; // begun before there was a wish to be seen
  const where = await send();
  if (!where) void self.registration.sync?.register("lock").catch(() => undefined);
  return Response.redirect(where || "/", 303);
}

/** Sends the lock that waits. Says where it leads: nowhere if none does, null while it cannot be sent. */
const send = () => (sending ??= sent().finally(() => (sending = undefined)));

async function sent() {
  const kept = await wish();
  if (!kept) {
    waits ??= false;
    return "";
  }
  try {
    const { path, body } = await kept.json();
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(body), signal: AbortSignal.timeout(5000) });
    const { origin, pathname } = new URL(answer.url);
    if (!answer.ok || origin !== location.origin || pathname !== "/") return null; // only there nobody is signed in
    await caches.delete(WISH);
    waits = false;
    return answer.url;
  } catch {
    return null;
  }
}

/** A page, unless a lock waits: until it is sent a page that knows nobody, then the way in. */
async function guarded(request, url) {
  const where = await send();
  const act = request.method !== "GET";
  if (where === null) return act ? Response.redirect("/", 303) : nobodys(LOCKED);
  return where && !act ? Response.redirect(where, 303) : page(request, url);
}

/** What a page asks for by itself waits for the lock too. */
const part = async (request) => ((await send()) === null ? Response.error() : fetch(request));

/** The page itself while there is network, else the kept one, at the visit that was asked for; it says what needs the network. */
async function page(request, url) {
  const act = request.method !== "GET";
  const home = /^\/sites\/[^/]+\//.test(url.pathname) && `/sites/${url.pathname.split("/")[2]}/floor`;
  const floor = home && `${url.pathname}/`.startsWith(`${home}/`);
  try {
    return await within(fetch(request), floor && !act ? 5000 : 15000);
  } catch {
    const kept = home && (await caches.match(`${home}/offline`, { cacheName: KEPT }));
    if (!kept) return act ? Response.redirect("/") : nobodys(NO_NETWORK);
    if (url.pathname === `${home}/offline`) return kept;
    const [, visit] = /\/visits\/([\w-]+)/.exec(url.pathname) ?? [];
    const said = act ? "?lost=1" : floor ? "" : `?needs=${encodeURIComponent(url.pathname)}`;
    return Response.redirect(`${home}/offline${said}${visit ? `#v-${visit}` : ""}`);
  }
}

/** Loaded again it asks for the page that was wanted. */
const nobodys = async (name) => (await caches.match(name, { cacheName: NOBODYS })) ?? Response.error();

async function asset(request) {
  const asked = fetch(request);
  try {
    return await within(asked, 3000);
  } catch {
    const copy = (cacheName) => caches.match(request, { cacheName, ignoreSearch: true });
    return (await copy(KEPT)) ?? (await copy(NOBODYS)) ?? asked;
  }
}
