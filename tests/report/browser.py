"""What is asked of a page in a browser: the questions, as functions that run in the page."""

from __future__ import annotations

# Texts that lie on each other: pairs of what they say. A text is what one node says on one line;
# what is folded, for readers by ear only, or scrolled out of sight is left out.
OVERLAPS = """() => {
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || parent.closest("script, .sr, .skip, title, desc")) continue;
    if (!parent.checkVisibility({ visibilityProperty: true })) continue;
    const holder = parent.closest(".scroll");
    const frame = holder ? holder.getBoundingClientRect() : null;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const found of range.getClientRects()) {
      const left = frame ? Math.max(found.left, frame.left) : found.left;
      const right = frame ? Math.min(found.right, frame.right) : found.right;
      if (right - left < 1 || found.height < 1) continue;
      boxes.push([left, found.top, right, found.bottom, node.data.trim()]);
    }
  }
  boxes.sort((a, b) => a[1] - b[1]);
  const pairs = [];
  boxes.forEach((one, place) => {
    for (let next = place + 1; next < boxes.length && boxes[next][1] < one[3]; next++) {
      const other = boxes[next];
      const wide = Math.min(one[2], other[2]) - Math.max(one[0], other[0]);
      const high = Math.min(one[3], other[3]) - Math.max(one[1], other[1]);
      const least = Math.min(one[3] - one[1], other[3] - other[1]);
      // A line box is higher than its letters: a third of it may lie on its neighbour's.
      if (wide > 1 && high > least / 3) pairs.push(`${one[4]} | ${other[4]}`);
    }
  });
  return pairs;
}"""

# How far the page can be scrolled sideways, in pixels.
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

# Parts that are wider than the page and do not scroll by themselves.
STICKING_OUT = """() => [...document.querySelectorAll("main *")]
  .filter((one) => !one.closest(".scroll, .sr, svg") && one.checkVisibility()
    && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => `${one.tagName} ${one.className}`)"""

NODES = "() => document.querySelectorAll('*').length"

OPEN_THREE = """() => [...document.querySelectorAll("main details")].slice(0, 3)
  .forEach((one) => { one.open = true; })"""
