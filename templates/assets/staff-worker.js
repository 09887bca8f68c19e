// Staff without network: pages of a house fall back to the one that offline.js keeps of it, assets to their last copy.
// Where nothing is kept, on a desk's PC and after a lock, a page that knows nobody and no house says so.
// It serves every house of this address; there can be only one worker for pages of no house, such as the way in.

const KEPT = "samedag-floor";
const NOBODYS = "samedag-no-network";
const NO_NETWORK = ["no-network.html", "base.css", "sign-in.css", "icon.svg"].map((name) => `/assets/${name}`);
const OURS = /^\/(lock|sign-in|sign-out|sites\/.*)?$/; // not the wall, and no citizen's ticket

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NOBODYS).then((cache) => cache.addAll(NO_NETWORK)));
  self.skipWaiting();
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate" && OURS.test(url.pathname)) event.respondWith(page(request, url));
  else if (request.method === "GET" && url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

const within = (answer, ms) => Promise.race([answer, new Promise((_, late) => setTimeout(late, ms))]);

/** The page itself while there is network, else the kept one, at the visit that was asked for; it says what needs the network. */
async function page(request, url) {
  const act = request.method !== "GET";
  const home = /^\/sites\/[^/]+\//.test(url.pathname) && `/sites/${url.pathname.split("/")[2]}/floor`;
  const floor = home && `${url.pathname}/`.startsWith(`${home}/`);
  try {
    return await within(fetch(request), floor && !act ? 5000 : 15000);
  } catch {
    const kept = home && (await caches.match(`${home}/offline`, { cacheName: KEPT }));
    if (!kept) return act ? Response.redirect("/") : nobodys();
    if (url.pathname === `${home}/offline`) return kept;
    const [, visit] = /\/visits\/([\w-]+)/.exec(url.pathname) ?? [];
    const said = act ? "?lost=1" : floor ? "" : `?needs=${encodeURIComponent(url.pathname)}`;
    return Response.redirect(`${home}/offline${said}${visit ? `#v-${visit}` : ""}`);
  }
}

/** Loaded again it asks for the page that was wanted. */
const nobodys = async () => (await caches.match(NO_NETWORK[0], { cacheName: NOBODYS })) ?? Response.error();

async function asset(request) {
  const asked = fetch(request);
  try {
    return await within(asked, 3000);
  } catch {
    const copy = (cacheName) => caches.match(request, { cacheName, ignoreSearch: true });
    return (await copy(KEPT)) ?? (await copy(NOBODYS)) ?? asked;
  }
}
