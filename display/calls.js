// Calls are played one after another: none overwrites another, none is lost, and each is played once ever.

const SHOW_AT_LEAST = 4000;
const SHOW_AT_MOST = 8000;
const REMEMBERED = 500;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The identity of a call: its id and its moment, as ids may begin again after a restore. */
export const keyOf = (call) => `${call.id}@${Math.floor(Date.parse(call.at) / 1000)}`;

/** A queue of calls. `announce(call)` sounds it, `shown(call)` is told when a call is on the wall, `changed()` redraws;
 *  `remembered` are the keys played before, `remember(keys)` keeps them over a reload. */
export function createCalls({ announce, shown, changed, remembered, remember }) {
  const played = new Set(remembered);
  const waiting = [];
  let current = null;
  let latest = null;

  function note(call) {
    played.add(keyOf(call));
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
      const queued = new Set(waiting.map(keyOf));
      for (const call of calls) {
        const key = keyOf(call);
        if (played.has(key) || queued.has(key)) continue;
        queued.add(key);
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
