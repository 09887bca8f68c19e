// The phone calls its owner: vibrates, sounds if allowed, keeps the screen lit. Once for each call, also after a reconnect.
// Where server and browser can, a message comes too, also when the page is closed: see worker.js.

import { chime } from "./chime.js";

const HEARD = `called:${location.pathname}`;
const here = location.pathname.replace(/\/$/, "");
let sound = null;
let lock = null;
let pushed = false;
let refused = false; // the browser sends no messages: said until the button is pressed again, whatever screens come

const part = (name) => document.getElementById(`tell-me-${name}`);
const isCalled = () => Boolean(document.getElementById("ticket")?.dataset.call);

/** Tells of the call on the page, unless it was told before; shows the button where it has come back. */
function tell() {
  show();
  void stayLit();
  const { call } = document.getElementById("ticket")?.dataset ?? {};
  if (!call || sessionStorage.getItem(HEARD) === call) return;
  sessionStorage.setItem(HEARD, call);
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300, 150, 600]);
  if (sound) chime(sound, 3);
  if (document.visibilityState === "visible") scrollTo({ top: 0 });
}

/** The screen stays lit while one is called, and as long as one asked for it. */
async function stayLit() {
  const wanted = (sound || isCalled()) && document.visibilityState === "visible";
  if (wanted && (!lock || lock.released)) lock = await navigator.wakeLock?.request("screen").catch(() => null);
  else if (!wanted && lock) {
    await lock.release();
    lock = null;
  }
}

function show() {
  const button = part("button");
  if (!button) return void forget();
  button.hidden = false;
  button.setAttribute("aria-pressed", String(Boolean(sound) || pushed));
  part("push").hidden = !pushed;
  part("sound").hidden = !sound || pushed || refused;
  part("blocked").hidden = !refused;
}

async function turn() {
  if (sound || pushed) {
    await sound?.close();
    sound = null;
    refused = false;
    await unsubscribe();
    show();
  } else {
    sound = new AudioContext();
    await sound.resume();
    chime(sound, 1);
    navigator.vibrate?.(100);
    refused = canPush() && !(await subscribe().catch(() => false));
    show();
  }
  await stayLit();
}

const keyOf = () => document.getElementById("tell-me")?.dataset.push ?? "";
const canPush = () => Boolean(keyOf()) && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** Asks the browser for an address for messages and hands it to the house; whether that worked. */
async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const worker = await navigator.serviceWorker.register("/t/worker.js", { scope: here });
  const found = await worker.pushManager.getSubscription();
  const made = found ?? (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyOf() }));
  const { endpoint, keys } = made.toJSON();
  const answer = await fetch(`/api/v1/tickets/${here.split("/").pop()}/push-subscriptions`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify({ endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } }),
  });
  pushed = answer.ok;
  if (!pushed) await made.unsubscribe();
  return pushed;
}

async function unsubscribe() {
  const worker = await navigator.serviceWorker?.getRegistration(here);
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
  pushed = false;
}

/** The day is over: nothing of it stays in the browser. */
async function forget() {
  const worker = await navigator.serviceWorker?.getRegistration(here).catch(() => null);
  if (!worker?.scope.endsWith(here)) return;
  await unsubscribe();
  await worker.unregister();
}

async function recall() {
  const worker = canPush() ? await navigator.serviceWorker.getRegistration(here).catch(() => null) : null;
  if (!worker?.scope.endsWith(here) || !(await worker.pushManager.getSubscription())) return;
  pushed = true;
  show();
}

document.addEventListener("click", ({ target }) => target.closest("#tell-me-button") && void turn());
document.addEventListener("visibilitychange", () => void stayLit());
document.addEventListener("live:screen", tell);
tell();
void recall();
