// Calls are played one after another: none overwrites another, none is lost, and each is played once ever.

const SHOW_AT_LEAST = 4000;
const SHOW_AT_MOST = 8000;
const REMEMBERED = 500;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A queue of calls, each known by its `key`. `announce(call)` sounds it, `shown(call)` is told when a call is on the wall, `changed()` redraws;
 *  `remembered` are the keys played before, `remember(keys)` keeps them over a reload. */
export function createCalls({ announce, shown, changed, remembered, remember }) {
  const played = new Set(remembered);
  const waiting = [];
  let current = null;
  let latest = null;

  function note(call) {
    played.add(call.key);
    for (const key of played) {
      if (played.size <= REMEMBERED) break;
      played.delete(key);
    }
    remember([...played]);
  }

  async function play(call) {
    current = call;
    latest = { call, shownAt: performance.now() };
    note(call);
    changed();
    shown(call);
    const heard = Promise.resolve(call).then(announce).catch(() => undefined);
    await Promise.race([Promise.all([pause(SHOW_AT_LEAST), heard]), pause(SHOW_AT_MOST)]);
  }

  async function playAll() {
    while (waiting.length) await play(waiting.shift());
    current = null;
    changed();
  }

  return {
    /** Queue the calls that were not played and do not wait already. */
    add(calls) {
      const queued = new Set(waiting.map((call) => call.key));
      for (const call of calls) {
        if (played.has(call.key) || queued.has(call.key)) continue;
        queued.add(call.key);
        waiting.push(call);
      }
      if (!current && waiting.length) void playAll();
    },
    /** The call on show now, or null. */
    current: () => current,
    /** The call last played and when (`performance.now`), or null. */
    latest: () => latest,
    /** How many wait behind the one on show. */
    waiting: () => waiting.length,
  };
}
