// A kiosk that waits to be paired asks again until it is, and shows the code that it is told.

const EVERY = 3000;
const shown = document.getElementById("code");

async function ask() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => null);
  if (answer?.ok) return location.reload();
  const told = answer ? new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("code") : null;
  if (told && told.textContent !== shown.textContent) shown.textContent = told.textContent;
  setTimeout(ask, EVERY);
}

void ask();
