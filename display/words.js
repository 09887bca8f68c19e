// The wall's own words and times, in Danish and English, by the house's clock.

const DAY = 86400000;
const STEP = 300000;
const formats = new Map();

function format(locale, timeZone, options) {
  const key = locale + timeZone + Object.keys(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { timeZone, ...options }));
  return formats.get(key);
}

const both = (timeZone, options, moment) => ({
  da: format("da-DK", timeZone, options).format(moment),
  en: format("en-GB", timeZone, options).format(moment),
});

/** 10:42 in the house's zone; `moment` is ms or an RFC 3339 string. */
export const clockTime = (moment, zone) =>
  format("en-GB", zone, { hour: "2-digit", minute: "2-digit" }).format(new Date(moment));

/** The local date in both languages. */
export const longDate = (moment, zone) => both(zone, { weekday: "long", day: "numeric", month: "long" }, moment);

/** What is left of a promised window, widened to 5 minutes as it is not known sharper; nothing when there is none. */
export function windowText(window, zone, now) {
  const to = window ? Math.ceil(Date.parse(window.to) / STEP) * STEP : 0;
  if (to <= now) return "";
  const soonest = Math.max(Math.floor(Date.parse(window.from) / STEP), Math.ceil(now / STEP)) * STEP;
  const from = Math.min(soonest, to - STEP);
  return `${clockTime(from, zone)}–${clockTime(to, zone)}`;
}

const isoDate = (moment, zone) =>
  format("sv-SE", zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(moment);

/** Today, tomorrow, a weekday within six days, else the date; empty for today when `today` is false. */
export function dayWord(at, now, zone, today = true) {
  const moment = new Date(at);
  const date = isoDate(moment, zone);
  if (date === isoDate(now, zone)) return today ? { da: "I dag", en: "Today" } : { da: "", en: "" };
  if (date === isoDate(now + DAY, zone)) return { da: "i morgen", en: "tomorrow" };
  return moment - now < 6 * DAY ? both(zone, { weekday: "long" }, moment) : longDate(moment, zone);
}

function opening(board, now) {
  if (!board.opens_at) return { da: "Spørg personalet, hvis du har brug for hjælp.", en: "Please ask the staff if you need help." };
  const time = clockTime(board.opens_at, board.timezone);
  const day = dayWord(board.opens_at, now, board.timezone, false);
  return { da: `Vi åbner ${day.da} kl. ${time}`.replace("  ", " "), en: `We open ${day.en} at ${time}`.replace("  ", " ") };
}

/** What the wall says where no call can stand: `{title, sub}`. */
export function emptyWords(board, now) {
  if (!board) {
    return {
      title: { da: "Et øjeblik", en: "One moment" },
      sub: { da: "Tavlen henter dagens numre.", en: "The board is fetching today’s numbers." },
    };
  }
  if (board.state === "closed") return { title: { da: "Lukket", en: "Closed" }, sub: opening(board, now) };
  if (board.state === "before_opening") return { title: { da: "Velkommen", en: "Welcome" }, sub: opening(board, now) };
  return {
    title: board.begun ? { da: "Ingen kaldes lige nu", en: "Nobody is called right now" } : { da: "Ingen er kaldt endnu", en: "Nobody has been called yet" },
    sub: { da: "Dit nummer vises her, når det er din tur.", en: "Your number is shown here when it is your turn." },
  };
}

const REFUSALS = {
  4401: { da: "Skærmen er ikke godkendt", en: "This screen is not paired" },
  4403: { da: "Skærmen må ikke vise dette hus", en: "This screen may not show this house" },
  4404: { da: "Huset findes ikke", en: "There is no such house" },
  4410: { da: "Skærmen er frakoblet", en: "This screen was unpaired" },
};

/** The corner sign, or null: why this picture may be old. `since` is ms, 0 for never, null for fresh. */
export function staleWords(since, refusal, zone) {
  if (refusal) return REFUSALS[refusal];
  if (since === null) return null;
  if (!since) return { da: "Ingen forbindelse", en: "No connection" };
  const time = clockTime(since, zone);
  return { da: `Ikke opdateret siden ${time}`, en: `Not updated since ${time}` };
}
