/** What every element of a block shares: its id on this page, its value, and how it tells the bot. */

import { act } from "./api.js";
import { confirmed } from "./ask.js";
import { world } from "./world.js";

/** The id of a field on this page; its label, hint and error are tied to it. */
export function fieldId(block, one, place) {
  return `${place.id}-${block.block_id}-${one.action_id}`;
}

/** The attributes of a field in an input block, for those who cannot see what stands around it. */
export function described(block, one, place) {
  const id = fieldId(block, one, place);
  return {
    id,
    "aria-describedby": `${id}-hint ${id}-error`,
    "aria-invalid": place.errors?.[block.block_id] ? "true" : null,
    "aria-required": block.optional ? null : "true",
  };
}

/** What a field holds: what was entered before, else what the bot put there. */
export function valueOf(one, block, place) {
  const kept = place.values?.[block.block_id]?.[one.action_id];
  return kept ?? Object.fromEntries(Object.entries(one).filter(([name]) => name.startsWith("initial_")));
}

/** The ids in what a field holds, whether one or several, options or plain ids. */
export function chosenIn(one, block, place) {
  const held = Object.entries(valueOf(one, block, place)).find(([name]) => /^(selected|initial)_/.test(name));
  return [held?.[1] ?? []].flat().map((choice) => choice.value ?? choice);
}

/** Resolves when the sandbox knows what stands in the text fields of a form. */
export function told(form) {
  const fields = [...form.elements].filter((field) => field.told !== undefined);
  return Promise.all(fields.map((field) => field.handlers.change(null, field)));
}

/** Ask what the element wants confirmed, then click or choose; `node` shows that it is on its way. */
export async function send(what, one, block, place, more, node) {
  if (one.confirm && !(await confirmed(one.confirm))) return;
  node.setAttribute("aria-busy", "true");
  const form = node.closest("form");
  if (form) await told(form);
  const named = { block_id: block.block_id, action_id: one.action_id };
  await act(`/sandbox/${what}`, { person: world.person, ...place.target, ...named, ...more });
  node.removeAttribute("aria-busy");
  document.dispatchEvent(new CustomEvent("used", { detail: { label: one.text?.text ?? "" } }));
}
