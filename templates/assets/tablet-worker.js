// The tablet without network: pages of the site fall back to the one that offline.js keeps, assets to their last copy.

const HOME = location.pathname.replace(/\/worker\.js$/, ""); // the floor; served as …/floor/worker.js
const KEPT = "samedag-floor";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (request.method === "GET" && url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

const within = (answer, ms) => Promise.race([answer, new Promise((_, late) => setTimeout(late, ms))]);

/** The page itself while there is network, else the kept one, at the visit that was asked for; it says what needs the network. */
async function page(request, url) {
  const act = request.method !== "GET";
  const floor = `${url.pathname}/`.startsWith(`${HOME}/`);
  try {
    return await within(fetch(request), floor && !act ? 5000 : 15000);
  } catch {
    const kept = await caches.match(`${HOME}/offline`, { cacheName: KEPT });
    if (!kept) return Response.error();
    if (url.pathname === `${HOME}/offline`) return kept;
    const [, visit] = /\/visits\/([\w-]+)/.exec(url.pathname) ?? [];
    const said = act ? "?lost=1" : floor ? "" : `?needs=${encodeURIComponent(url.pathname)}`;
    return Response.redirect(`${HOME}/offline${said}${visit ? `#v-${visit}` : ""}`);
  }
}

async function asset(request) {
  const asked = fetch(request);
  try {
    return await within(asked, 3000);
  } catch {
    return (await caches.match(request, { cacheName: KEPT, ignoreSearch: true })) ?? asked;
  }
}
