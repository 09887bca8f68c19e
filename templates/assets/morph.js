// Makes a part of the page equal to newer markup in place, so that focus, open details, scroll and typed words stay.

const STRUCTURAL = new Set(["INPUT", "SELECT", "TEXTAREA"]);

/** Makes the children of `node` equal to `html`. Elements are matched by id (or data-key), else by kind and order. */
export function morph(node, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  children(node, fresh.content);
}

/** The elements among the children of a node. Not its `children`: of a form that may be a field of this name. */
const elements = (node) => [...node.childNodes].filter((child) => child.nodeType === 1);

const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || "" : "");

function children(node, fresh) {
  const keyed = new Map();
  for (const child of elements(node)) if (keyOf(child)) keyed.set(keyOf(child), child);
  const wanted = new Set(elements(fresh).map(keyOf).filter(Boolean));
  let here = node.firstChild;
  for (const next of [...fresh.childNodes]) {
    const known = keyOf(next) && keyed.get(keyOf(next));
    while (here && !known && wanted.has(keyOf(here))) here = here.nextSibling;
    const match = known || here;
    if (match && alike(match, next)) {
      if (match === here) here = here.nextSibling;
      else node.insertBefore(match, here);
      one(match, next);
    } else node.insertBefore(next, here);
    next.kept = true;
    if (match && alike(match, next)) match.kept = true;
  }
  for (const child of [...node.childNodes]) {
    if (!child.kept) child.remove();
    delete child.kept;
  }
}

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

function one(node, fresh) {
  if (node.nodeType !== 1) {
    if (node.nodeValue !== fresh.nodeValue) node.nodeValue = fresh.nodeValue;
    return;
  }
  if (node.isEqualNode(fresh) || node.hasAttribute("data-keep")) return;
  attributes(node, fresh);
  if (STRUCTURAL.has(node.nodeName)) return field(node, fresh);
  children(node, fresh);
}

function attributes(node, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (!mine(node, name) && node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  for (const { name } of [...node.attributes]) {
    if (!fresh.hasAttribute(name) && !mine(node, name)) node.removeAttribute(name);
  }
}

/** What the reader, not the server, decides: whether details are open, and what is disabled while a form is under way. */
const mine = (node, name) => (name === "open" && node.nodeName === "DETAILS") || (node.busy && name === "aria-disabled");

/** Typed words and choices stay until the field is left as the server knows it. */
function field(node, fresh) {
  if (node.nodeName === "SELECT") {
    if (document.activeElement !== node && !node.touched) children(node, fresh);
  } else if (node.nodeName === "TEXTAREA" && node.value === node.defaultValue) {
    node.defaultValue = fresh.defaultValue;
  }
}
