// The picture on the wall: one view in, the page's own elements reused by key, nothing added per message.

import { clockTime, dayWord, emptyWords, longDate, staleWords, windowText } from "./words.js";

const EARLIER_LARGE = 3;
const EARLIER_PAGE = 8;
const CARDS_PAGE = { wide: 4, square: 4, tall: 3 };
const CARD_ENTRIES = { 1: 9, 2: 5, 3: 3, 4: 2 };
const CARD_ENTRIES_TALL = 5;
const LONG = { word: 11, all: 16 };
const LONGER = { word: 14, all: 20 };

const $ = (id) => document.getElementById(id);
const part = (element, name) => element.querySelector(`[data-part="${name}"]`);
const lists = new WeakMap();

function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

function show(element, on) {
  if (element.hidden === on) element.hidden = !on;
}

function mark(element, name, value) {
  if (element.dataset[name] !== String(value)) element.dataset[name] = value;
}

/** A number at the end of a name stays with a last word that is short: "Citizen Services 3" has no 3 alone on a line. */
const unbroken = (words) => words.replace(/(^| )(\S{1,9}) (\d+)$/, "$1$2\u00a0$3");

/** Fill an element's Danish and English parts; one part when both are the same. */
function say(element, words) {
  const [da, en] = element.querySelectorAll(":scope > [lang]");
  text(da, unbroken(words?.da ?? ""));
  text(en, unbroken(words?.en ?? ""));
  show(en, Boolean(words?.en) && words.en !== words.da);
}

/** How small a label must be set, by its longest word (words are not broken) and its length. */
function sizeOf({ da, en }) {
  const word = Math.max(...`${da} ${en}`.split(/\s+/).map((one) => one.length));
  const over = (limit) => word > limit.word || Math.max(da.length, en.length) > limit.all;
  return over(LONGER) ? "longer" : over(LONG) ? "long" : "short";
}

/** Make a list's children be `items`, one element per key, moved only when the order changed. */
function keep(list, template, items, keyOf, fill) {
  const old = lists.get(list) ?? new Map();
  const now = new Map();
  items.forEach((item) => {
    const key = keyOf(item);
    if (now.has(key)) return;
    const i = now.size;
    const element = old.get(key) ?? $(template).content.firstElementChild.cloneNode(true);
    old.delete(key);
    now.set(key, element);
    fill(element, item, i);
    if (list.children[i] !== element) list.insertBefore(element, list.children[i] ?? null);
  });
  for (const gone of old.values()) gone.remove();
  lists.set(list, now);
}

/** Which page of `count` things is on show, when `size` fit at once. */
function pageOf(count, size, turn) {
  const pages = Math.max(1, Math.ceil(count / size));
  const page = turn % pages;
  return { page, pages, shows: (i) => Math.floor(i / size) === page };
}

function fillCall(element, call) {
  mark(element, "call", call.key);
  text(part(element, "number"), String(call.number));
  mark(element, "digits", String(call.number).length);
  say(part(element, "label"), call.label);
  mark(element, "size", sizeOf(call.label));
  say(part(element, "place"), call.place);
}

function arrive(element) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  element.animate([{ transform: "translateY(-3vmin)", opacity: 0.2 }, { transform: "none", opacity: 1 }], { duration: 600, easing: "ease-out" });
}

function drawHero({ board, hero, bright, arriving, now }) {
  const newest = $("newest");
  show(newest, Boolean(hero));
  show($("word"), !hero);
  if (hero) {
    const fresh = arriving && newest.dataset.call !== hero.key;
    fillCall(newest, hero);
    show(part(newest, "again"), Boolean(hero.again));
    mark(newest, "bright", bright);
    if (fresh) arrive(newest);
    return;
  }
  const words = emptyWords(board, now);
  say($("word-title"), words.title);
  say($("word-sub"), words.sub);
}

function drawEarlier({ earlier, turn }) {
  const large = earlier.length <= EARLIER_LARGE;
  const { page, pages, shows } = pageOf(earlier.length, large ? EARLIER_LARGE : EARLIER_PAGE, turn);
  show($("rest"), earlier.length > 0);
  mark($("calls"), "earlier", large ? earlier.length : "many");
  keep($("earlier"), "row", earlier, (call) => call.key, (element, call, i) => {
    fillCall(element, call);
    show(part(element, "stage"), call.state === "serving");
    mark(element, "state", call.state ?? "called");
    show(element, shows(i));
  });
  show($("turn"), pages > 1);
  say($("turn-text"), { da: `Alle ${earlier.length} vises på skift`, en: `All ${earlier.length} shown in turn` });
  text($("turn-page"), `${page + 1}/${pages}`);
}

function drawCard(element, line, room, zone, now) {
  const over = Math.max(line.entries.length - room, 0) + (line.more ?? 0); // `more`: those the server left out
  say(part(element, "label"), line.label);
  show(part(element, "more"), over > 0);
  text(part(element, "more"), `+${over}`);
  keep(part(element, "entries"), "entry", line.entries.slice(0, room), (entry) => entry.number, (item, entry) => {
    text(part(item, "number"), String(entry.number));
    text(part(item, "window"), windowText(entry.window, zone, now));
  });
}

function drawSoon({ board, soon, now, shape, turn }) {
  const some = soon.filter((line) => line.entries.length);
  const { shows } = pageOf(some.length, CARDS_PAGE[shape], turn);
  const cards = some.filter((_, i) => shows(i));
  const room = shape === "tall" ? CARD_ENTRIES_TALL : CARD_ENTRIES[cards.length];
  show($("soon"), cards.length > 0);
  mark($("wall"), "soon", cards.length);
  keep($("cards"), "card", cards, (line) => line.authority, (element, line) => drawCard(element, line, room, board.timezone, now));
}

function leaf(element, things, turn) {
  text(element, things.length > 1 ? `${(turn % things.length) + 1}/${things.length}` : "");
  return things[turn % things.length];
}

const placeWords = (place) => (typeof place === "object" && place ? place : { da: place ?? "", en: place ?? "" });

function drawFoot({ board, now, turn }) {
  const notice = leaf($("notice-leaf"), board.notices, turn);
  const event = leaf($("event-leaf"), board.programme.filter((one) => now < Date.parse(one.until)), turn);
  show($("notice"), Boolean(notice));
  show($("event"), Boolean(event));
  show($("foot"), Boolean(notice || event));
  if (notice) {
    say($("notice").querySelector(".what"), notice);
    mark($("notice"), "size", notice.da.length > 70 ? "long" : "short");
  }
  if (!event) return;
  const begun = Date.parse(event.at) <= now; // says until when, or it would look like one that is over
  const day = begun ? { da: "Nu", en: "Now" } : dayWord(event.at, now, board.timezone);
  const place = placeWords(event.place);
  const line = (language) => [`${day[language]}: ${event.title[language]}`, place[language]].filter(Boolean).join(", ");
  text($("event-when"), (begun ? [event.at, event.until] : [event.at]).map((at) => clockTime(at, board.timezone)).join("–"));
  say($("event").querySelector(".what"), { da: capital(line("da")), en: capital(line("en")) });
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

function drawHead({ board, now, stale, refusal, soundOff, code, zone }) {
  if (board) say($("house"), board.house);
  show($("closing"), board?.state === "closing" && stale === null);
  show($("sound"), soundOff);
  const words = staleWords(stale, refusal, zone);
  show($("pair"), Boolean(code) && !words); // nobody can pair it now, and the sign needs the room
  text($("pair-code"), code ?? "");
  show($("stale"), Boolean(words));
  if (words) say($("stale-text"), words);
  if (now === null) return;
  text($("clock"), clockTime(now, zone));
  const date = longDate(now, zone);
  say($("date"), { da: capital(date.da), en: date.en });
}

/** Draw one view: `{board, hero, bright, arriving, earlier, soon, now, stale, refusal, soundOff, code, turn, shape, zone}`. */
export function draw(view) {
  const { board, hero, shape } = view;
  mark($("wall"), "shape", shape);
  mark($("wall"), "state", hero ? "calls" : board?.state ?? "first");
  drawHead(view);
  drawHero(view);
  drawEarlier(view);
  if (!board) return;
  drawSoon(view);
  drawFoot(view);
}
