/** Where the keyboard is: found again when what it stood on was drawn anew, or is gone. */

/** The ways to an element, the nearest first: to itself, then to what it stands in. */
export function waysTo(node) {
  const steps = [];
  for (let at = node; at && at !== document.body; at = at.parentElement) if (step(at)) steps.unshift(step(at));
  return steps.map((_, cut) => steps.slice(0, steps.length - cut).join(" "));
}

/** Go where the first of these ways still leads; the page does not scroll for it. */
export function goBack(ways) {
  for (const way of ways) {
    const node = document.querySelector(way);
    node?.focus({ preventScroll: true });
    if (node && document.activeElement === node) return;
  }
}

/** Whether the keyboard is nowhere: what it stood on has left the page. */
export function isLost() {
  return document.activeElement === document.body;
}

function step({ id, dataset }) {
  return id ? `#${CSS.escape(id)}` : dataset.key && `[data-key="${CSS.escape(dataset.key)}"]`;
}
