// The line to the server: a socket, and polling while there is none. What arrives is numbered; what is older is ignored.

const SILENCE = 12000;
const POLL_EVERY = 1000;
const OPEN_WITHIN = 1500;
const OPEN_PATIENTLY = 6000;
const SETTLED = 5000;
const REFUSED = new Set([4401, 4403, 4404, 4410]);
const REFUSED_RETRY = 5000;
const UNPAIRED = 4410;
const RECEIPTS_KEPT = 100;

/** Follow one site's board. `take(screen, calls, polled)` gets every newer picture, `changed()` hears of the line's state;
 *  `opened()` of each new socket, `known(name, code)` who staff say this display is;
 *  `from` is the `position()` of an earlier page, or null. */
export function createLink({ site, from, take, changed, opened, known }) {
  let epoch = from?.epoch ?? null;
  let seq = from?.seq ?? -1;
  let heardSeq = seq; // of beats too: nothing newer than this concerns us
  let told = from?.told ?? null; // the last {epoch, seq} the socket gave: calls since then come again and are recognised
  let socket = null;
  let live = false;
  let tries = 0;
  let began = 0;
  let refusal = null;
  let polling = false;
  let lostAt = performance.now();
  let heardAt = null;
  let serverAt = from?.at ?? null;
  // Until this page hears the house, its clock goes on from where the page before it was, by the device's clock.
  const ahead = from?.clock == null ? null : from.clock - from.left;
  let opening = 0;
  const receipts = [];

  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const address = () => {
    const query = new URLSearchParams({ as: "json" });
    if (told) {
      query.set("after", told.seq);
      query.set("epoch", told.epoch);
    }
    return `${scheme}://${location.host}/live/sites/${encodeURIComponent(site)}/board?${query}`;
  };

  const isOlder = (message) => message.epoch === epoch && message.seq < seq;

  function hear(at) {
    heardAt = performance.now();
    serverAt = Date.parse(at);
  }

  function accept(message, screen, calls, polled) {
    if (isOlder(message)) return;
    ({ epoch, seq } = message);
    if (!polled) told = { epoch, seq };
    take(screen, calls, polled);
  }

  function receive(text) {
    const message = JSON.parse(text);
    if (message.type === "device") {
      known(message.name, message.code);
      return;
    }
    heardSeq = message.seq;
    if (!live) welcome();
    hear(message.at);
    if (performance.now() - began > SETTLED) tries = 0;
    if (message.type === "screen") accept(message, message.screen, message.calls ?? [], false);
    changed();
  }

  function welcome() {
    live = true;
    refusal = null;
    clearTimeout(opening);
    opened();
    for (const call of receipts.splice(0)) send({ type: "seen", call });
  }

  function connect() {
    began = performance.now();
    socket = new WebSocket(address());
    socket.onmessage = (event) => receive(event.data);
    socket.onclose = (event) => lose(event.code);
    // Mostly quick, so that a line that swallowed the attempt is left soon; now and then patient, for a slow one.
    opening = setTimeout(() => lose(0), tries % 4 === 3 ? OPEN_PATIENTLY : OPEN_WITHIN);
  }

  function lose(code) {
    clearTimeout(opening);
    socket.onmessage = socket.onclose = null;
    socket.close();
    if (live) lostAt = performance.now();
    live = false;
    refusal = REFUSED.has(code) ? code : null;
    if (code === UNPAIRED) void renewToken();
    const wait = refusal ? REFUSED_RETRY : Math.min(50 * 2 ** tries, 1000) - (performance.now() - began);
    tries = Math.min(tries + 1, 20);
    setTimeout(connect, Math.max(wait, 50));
    changed();
  }

  /** The page's own address gives a browser that was let go another token, and so another code. */
  async function renewToken() {
    try {
      await fetch(location.href, { cache: "reload", signal: AbortSignal.timeout(OPEN_PATIENTLY) });
    } catch {
      // the next refusal asks again
    }
  }

  async function poll() {
    const asked = performance.now();
    let swallowed = false;
    polling = true;
    try {
      const answer = await fetch(`/api/v1/sites/${encodeURIComponent(site)}/board`,
        { cache: "no-store", headers: { accept: "application/json" }, signal: AbortSignal.timeout(POLL_EVERY) });
      if (!answer.ok) return;
      const screen = await answer.json();
      if (live) return;
      hear(screen.at);
      heardSeq = screen.seq;
      accept(screen, screen, [], true);
      changed();
    } catch {
      // the next poll or the socket heals it; the wall keeps its picture
      swallowed = performance.now() - asked >= POLL_EVERY * 0.9;
    } finally {
      polling = false;
    }
    // Asked again at once: the network may be back, and the socket may still be waiting in vain.
    if (swallowed && !live) void poll();
  }

  function send(message) {
    if (live && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    else if (message.type === "seen" && receipts.push(message.call) > RECEIPTS_KEPT) receipts.shift();
  }

  const silentFor = () => performance.now() - (heardAt ?? 0);

  function now() {
    if (heardAt !== null) return serverAt + silentFor();
    return ahead === null ? null : Date.now() + ahead;
  }

  return {
    start: connect,
    send,
    /** Called every second: leaves a silent socket, polls while there is none. */
    check() {
      if (live && silentFor() >= SILENCE) lose(0);
      if (!live && !polling && performance.now() - lostAt >= POLL_EVERY) void poll();
    },
    /** The house's time in ms, by the server's clock; null before it was heard. */
    now,
    /** When the server was last heard (ms, its clock) if that is too long ago; 0 if never; otherwise null. */
    staleSince: () => (silentFor() < SILENCE ? null : serverAt ?? 0),
    /** The close code of a server that refuses this device, or null. */
    refusal: () => refusal,
    /** The newest number that was heard. */
    heardSeq: () => heardSeq,
    /** Where this page is, for the next one. */
    position: () => ({ epoch, seq, told, at: serverAt, clock: now(), left: Date.now() }),
  };
}
