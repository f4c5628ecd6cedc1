/** What is pressed: buttons and overflow menus. Those with an address open it in a new tab. */

import { h } from "./dom.js";
import { fieldId, send } from "./fields.js";
import { away, plain } from "./text.js";

export function button(one, block, place) {
  // What somebody sees is what they press, also when it changed a moment ago.
  const click = (event, node) => send("click", one, block, place, { value: one.value, stale: true }, node);
  const shown = {
    class: `button ${one.style ?? ""}`,
    key: one.action_id,
    "aria-label": one.accessibility_label,
    on: { click },
  };
  if (one.url) return h("a", { ...shown, ...away(one.url) }, plain(one.text.text));
  return h("button", { type: "button", ...shown }, plain(one.text.text));
}

export function overflow(one, block, place) {
  const id = `${fieldId(block, one, place)}-menu`;
  const opener = { type: "button", popovertarget: id, "aria-haspopup": "menu", "aria-label": "More actions", key: "more" };
  const menu = { id, popover: "auto", role: "menu", on: { toggle: placeMenu, keydown: walkMenu } };
  const items = one.options.map((option) => item(option, one, block, place));
  const name = { key: one.action_id };
  return h("span.overflow", name, h("button.button.more", opener, "⋯"), h("div.menu", menu, items));
}

function item(option, one, block, place) {
  const click = (event, node) => {
    node.closest("[popover]").hidePopover();
    send("choose", one, block, place, { selected: option.value }, node);
  };
  const shown = { role: "menuitem", on: { click } };
  const more = option.description && h("small", plain(option.description.text));
  if (option.url) return h("a.item", { ...shown, ...away(option.url) }, plain(option.text.text), more);
  return h("button.item", { type: "button", ...shown }, plain(option.text.text), more);
}

/** Put an opened menu below its button, or above where there is no room, and start at its first item. */
function placeMenu(event, menu) {
  if (event.newState !== "open") return;
  const spot = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`).getBoundingClientRect();
  const below = spot.bottom + menu.offsetHeight + 8 < innerHeight;
  menu.style.top = `${below ? spot.bottom + 4 : Math.max(8, spot.top - menu.offsetHeight - 4)}px`;
  menu.style.left = `${Math.max(8, Math.min(spot.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.querySelector("[role=menuitem]")?.focus();
}

function walkMenu(event, menu) {
  const items = [...menu.querySelectorAll("[role=menuitem]")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length).focus();
}
