"""What holds for every page: axe finds nothing, nothing leaves its box, every target can be hit."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}

OUT_OF_BOX = """() => {
  const found = [];
  const clipped = (e) => ["hidden", "clip", "auto", "scroll"].includes(getComputedStyle(e).overflowX);
  const name = (e) => `${e.tagName.toLowerCase()}#${e.id}.${e.getAttribute("class")}: ${e.textContent.trim().slice(0, 60)}`;
  const width = document.scrollingElement.scrollWidth;
  if (width > innerWidth) found.push(`the page is ${width} px wide`);
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest(".visually-hidden, svg, .skip")) continue;
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`outside: ${name(e)}`);
    else if (e.clientWidth && e.scrollWidth > e.clientWidth + 1) found.push(`wider than its box: ${name(e)}`);
    else if (clipped(e) && e.clientHeight && e.scrollHeight > e.clientHeight + 1) found.push(`clipped: ${name(e)}`);
  }
  for (const text of document.querySelectorAll("svg text")) {
    const [box, room] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
    if (box.width && (box.left < room.left - 1 || box.right > room.right + 1)) found.push(`outside the map: ${text.textContent}`);
  }
  return [...new Set(found)];
}"""


def violations(page: Page) -> list[str]:
    """What axe has against this page: rule and the element."""
    found: dict[str, Any] = Axe().run(page, options=OPTIONS).response
    return [f"{v['id']}: {node['html'][:160]}" for v in found["violations"] for node in v["nodes"]]


def faults(page: Page) -> list[str]:
    """What axe has against this page, and what lies beside the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return violations(page) + ([f"{wide} px too wide"] if wide > 0 else [])


def unfold(page: Page) -> None:
    """Open everything that one can open."""
    page.evaluate("document.querySelectorAll('main details').forEach((d) => { d.open = true; })")


def out_of_box(page: Page) -> list[str]:
    """What does not fit where it stands."""
    found: list[str] = page.evaluate(OUT_OF_BOX)
    return found
