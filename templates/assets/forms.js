// Forms without reload: form[data-live-form] is posted once, keeps its key while the network is lost, and says what was refused.

/** Fresh characters that make an act one act, however often it is sent. */
function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let keeper = null;

/** Gives acts that can't be sent now to `found`: waits(form) says that older ones must go first, keep(form, url, body) keeps one. */
export function keepWith(found) {
  keeper = found;
}

/** Sees to every live form of the page; `sent` is called after each act that was done. */
export function bindForms(sent) {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-live-form]")) return;
    event.preventDefault();
    if (!event.target.busy) void post(event.target, event.submitter, sent);
  });
  document.addEventListener("change", ({ target }) => (target.touched = true));
  // The second half of a double click is no act of its own: by then the next button may stand under the pointer.
  document.addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest("button:not([type=button]), a.button")) event.preventDefault();
  }, true);
}

async function post(form, submitter, sent) {
  const body = bodyOf(form, submitter);
  hold(form, true);
  say("");
  const url = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  try {
    if (keeper?.waits(form) && (await keeper.keep(form, url, body))) return void (form.pending = null);
    const answer = await fetch(url, { method: "POST", body, headers: { "X-Live": "1" }, signal: AbortSignal.timeout(15000) });
    await settle(form, answer, sent);
  } catch {
    if (await keeper?.keep(form, url, body).catch(() => false)) form.pending = null;
    else sayWords("words-lost");
  } finally {
    hold(form, false);
  }
}

/** What is sent: the same key again only for the same act, whose answer never arrived. */
function bodyOf(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  body.delete("key");
  if (form.pending?.what !== body.toString()) form.pending = { what: body.toString(), key: freshKey() };
  body.set("key", form.pending.key);
  return body;
}

async function settle(form, answer, sent) {
  if (answer.status === 401) return location.assign("/");
  if (answer.status >= 500) return sayWords("words-failed");
  form.pending = null;
  if (!answer.ok) return say(await reason(answer));
  form.closest("details[data-closes]")?.removeAttribute("open");
  for (const field of form.elements) field.touched = false;
  if (form.hasAttribute("data-clears")) form.reset();
  const still = !keeper && !document.getElementById("live"); // nothing of the page comes anew by itself
  if (answer.redirected && (still || new URL(answer.url).pathname !== location.pathname)) return location.assign(answer.url);
  await sent();
}

async function reason(answer) {
  const problem = await answer.json().catch(() => ({}));
  return problem.detail || problem.title || document.getElementById("words-failed")?.content.textContent || String(answer.status);
}

function say(words) {
  const place = document.getElementById("said");
  if (!place) return;
  place.replaceChildren();
  if (!words) return;
  const line = document.createElement("p");
  line.textContent = words;
  place.append(line);
  line.scrollIntoView({ block: "nearest" });
}

const sayWords = (id) => say(document.getElementById(id)?.content.textContent.trim() ?? "");

/** Buttons keep their focus while under way: aria-disabled, not disabled. */
function hold(form, busy) {
  form.busy = busy;
  for (const button of form.querySelectorAll("button")) {
    button.busy = busy;
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}
