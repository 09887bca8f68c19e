// The page of a device that is to be locked: goes on to the way in when the network is back.

async function look() {
  const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) }).catch(() => null);
  if (answer?.ok) location.replace("/");
}
addEventListener("online", look);
setInterval(look, 3000);
