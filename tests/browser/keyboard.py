"""Hands that have a keyboard only: what is not reached by keys, or not seen to be reached, can't be used."""

from contextlib import suppress

from playwright.sync_api import Error, Page, TimeoutError

HELD = """() => {
  const e = document.activeElement;
  const box = e.closest("label") ?? e;
  const name = e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent || "";
  const here = box.getBoundingClientRect();
  const ringed = (look) => look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
  const ring = ringed(getComputedStyle(e)) || ringed(getComputedStyle(box));
  const inside = here.width > 0 && here.bottom > 0 && here.top < innerHeight && here.right > 0 && here.left < innerWidth;
  return { name: name.replace(/\\s+/g, " ").trim(), tag: e.tagName, marked: ring && inside, html: e.outerHTML.slice(0, 120) };
}"""
MOST = 150


def strike(page: Page, key: str) -> None:
    """Press a key where the focus is. One that leads to another page is now and then never answered: what follows tells."""
    with suppress(TimeoutError):
        page.locator(":focus").or_(page.locator("body")).last.press(key, timeout=5_000)


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Go on until something whose name begins so has the focus; at each step the focus is seen, and it is never trapped."""
    passed: list[str] = []
    for _ in range(MOST):
        strike(page, key)
        try:
            held = page.evaluate(HELD)
        except Error as gone:  # the press before this one is only now followed to its page: go on there
            if "context was destroyed" not in str(gone):
                raise
            page.wait_for_load_state()
            continue
        if held["tag"] in ("BODY", "H1"):
            continue  # the end of the page, or a new step that has put its reader at its heading after this press: go on from there
        assert held["marked"], f"the focus is not to be seen on {held['html']}"
        if held["name"].startswith(name):
            return
        passed.append(held["name"][:30])
    raise AssertionError(f"no {name!r} among {passed}")


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Reach it and press it."""
    tab_to(page, name)
    strike(page, key)
