/** Short notices at the edge of the page. They are read out, can be dismissed, and do not pile up. */

import { h } from "./dom.js";

const SECONDS = 9;

/**
 * Show a sentence. `kind` "wrong" stays until it is dismissed. A second one with the same `id`
 * takes the place of the first. `action` is {label, run}. What went wrong in an open modal is said
 * there: nothing outside it can be reached.
 */
export function toast(text, { kind = "news", id = text, action } = {}) {
  const modal = kind === "wrong" && [...document.querySelectorAll("dialog[open] .notice")].at(-1);
  if (modal) return (modal.textContent = text);
  const place = document.getElementById("toasts");
  dismissToast(id);
  const close = () => line.remove();
  const run = () => (close(), action.run());
  const line = h(
    "div",
    { class: `toast ${kind}`, key: id },
    h("span", text),
    action && h("button", { type: "button", on: { click: run } }, action.label),
    h("button.quiet", { type: "button", "aria-label": "Dismiss", on: { click: close } }, "×"),
  );
  place.append(line);
  while (place.children.length > 3) place.firstChild.remove();
  if (kind !== "wrong") setTimeout(close, SECONDS * 1000);
}

/** Take away what was said under this id. */
export function dismissToast(id) {
  [...document.getElementById("toasts").children].find((old) => old.dataset.key === id)?.remove();
}
