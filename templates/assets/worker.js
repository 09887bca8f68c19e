// Shows the message that it is soon, or now, one's turn. It says a number and a place, never what for.
// Its scope is one ticket's page, which a tap opens; served as /t/worker.js.

const WORDS = { title: "International House", body: "Se din billet. · Look at your ticket." };

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  event.waitUntil(tell(event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url));
});

function tell(data) {
  let said = {};
  try {
    said = data?.json() ?? {};
  } catch {
    // A message without words still wakes the reader.
  }
  const { title, body, tag = "turn", url } = { ...WORDS, ...said };
  const more = { data: { url }, body, tag, renotify: true, requireInteraction: true, vibrate: [300, 150, 300, 150, 600], icon: "/assets/icon.svg" };
  return self.registration.showNotification(title, more);
}

async function open(url = self.registration.scope) {
  const wanted = new URL(url, self.registration.scope).href;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((client) => client.url.startsWith(wanted));
  return page ? page.focus() : self.clients.openWindow(wanted);
}
