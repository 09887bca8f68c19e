// Times of the house: its clock, by the server; ages and countdowns told from <time datetime data-age | data-until>.

const { lang, dataset } = document.documentElement;
const language = `${lang}-u-nu-latn`;
const hours = new Intl.DateTimeFormat("en-GB", { timeZone: dataset.timezone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const seconds = new Intl.NumberFormat(language, { style: "unit", unit: "second", unitDisplay: "narrow" });
const wholeHours = new Intl.NumberFormat(language, { style: "unit", unit: "hour", unitDisplay: "short" });
const minutes = new Intl.NumberFormat(language, { style: "unit", unit: "minute", unitDisplay: "short" });

let at = Date.now();
let when = performance.now();

/** The server says what time it is. */
export function hearTime(moment) {
  const heard = Date.parse(moment ?? "");
  if (Number.isNaN(heard)) return;
  at = heard;
  when = performance.now();
}

/** The house's time in ms, whatever this device's clock says. */
export const serverNow = () => at + performance.now() - when;

/** A moment (ms) on the wall clock of the house, 09:05 in every language, as the server writes it. */
export const clock = (moment) => hours.format(moment);

const LONG = 100; // from so many minutes on, hours are read faster

/** A length in words: 95 min, 6 hr 5 min. */
const lengthOf = (all) => (all < LONG ? minutes.format(all)
  : `${wholeHours.format(Math.floor(all / 60))} ${minutes.format(all % 60)}`);

/** Writes every age and countdown anew; past data-late minutes the element gets data-past. data-left counts in seconds. */
export function tellTimes() {
  const now = serverNow();
  for (const time of document.querySelectorAll("time[data-age], time[data-until]")) {
    const passed = (now - Date.parse(time.dateTime)) / 60000;
    const shown = "age" in time.dataset ? Math.max(0, Math.floor(passed)) : Math.max(0, Math.ceil(-passed));
    const words = lengthOf(shown);
    if (time.textContent !== words) time.textContent = words;
    const late = time.dataset.late && passed >= Number(time.dataset.late);
    if (late !== undefined && late !== "") time.toggleAttribute("data-past", late);
  }
  for (const time of document.querySelectorAll("time[data-left]")) {
    const words = seconds.format(Math.max(0, Math.ceil((Date.parse(time.dateTime) - now) / 1000)));
    if (time.textContent !== words) time.textContent = words;
  }
}
