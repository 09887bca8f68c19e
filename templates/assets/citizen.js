// The phone calls its owner: vibrates, sounds if allowed, keeps the screen lit. Once for each call, also after a reconnect.

import { chime } from "./chime.js";

const button = document.getElementById("alert-me");
const sign = document.getElementById("alert-on");
const HEARD = `called:${location.pathname}`;
let sound = null;
let lock = null;

/** Tells of the call on the page, unless it was told before. */
function tell() {
  const { call } = document.getElementById("ticket")?.dataset ?? {};
  if (!call || sessionStorage.getItem(HEARD) === call) return;
  sessionStorage.setItem(HEARD, call);
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300, 150, 600]);
  if (sound) chime(sound, 3);
  if (document.visibilityState === "visible") scrollTo({ top: 0 });
}

async function stayLit() {
  if (!sound || document.visibilityState !== "visible") return;
  lock = await navigator.wakeLock?.request("screen").catch(() => null);
}

async function turn() {
  const on = sound === null;
  if (on) {
    sound = new AudioContext();
    await sound.resume();
    chime(sound, 1);
    navigator.vibrate?.(100);
    await stayLit();
  } else {
    await sound.close();
    sound = null;
    await lock?.release();
  }
  button.setAttribute("aria-pressed", on);
  sign.hidden = !on;
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", turn);
  document.addEventListener("visibilitychange", () => void stayLit());
}
document.addEventListener("live:screen", tell);
tell();
