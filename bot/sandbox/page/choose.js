/** What is chosen: selects, checkboxes, radio buttons, dates and times. */

import { h } from "./dom.js";
import { chosenIn, described, fieldId, send } from "./fields.js";
import { plain, textNodes } from "./text.js";
import { channelName, world } from "./world.js";

/** A list to choose one from; `offer(element)` gives the choices. */
export function select(offer, one, block, place) {
  const change = (event, node) => send("choose", one, block, place, { selected: node.value }, node);
  const hint = plain(one.placeholder?.text ?? "Choose…");
  const must = block.type !== "input" || !block.optional;
  const held = { ".value": chosenIn(one, block, place)[0] ?? "" };
  const shown = { key: one.action_id, ...named(one, block, place, hint), ...held, on: { change } };
  return h("select.select", shown, h("option", { value: "", disabled: must }, hint), listed(offer(one)));
}

function listed(choices) {
  return choices.map((one) =>
    one.choices
      ? h("optgroup", { label: one.label }, listed(one.choices))
      : h("option", { value: one.id }, one.label + (one.more ? ` (${one.more})` : "")),
  );
}

/** Boxes to tick, or circles where only one counts: `type` is checkbox or radio. */
export function marks(type, offer, one, block, place) {
  const name = fieldId(block, one, place);
  const chosen = chosenIn(one, block, place);
  const change = (event, node) => {
    const all = [...node.querySelectorAll("input:checked")].map((box) => box.value);
    send("choose", one, block, place, { selected: type === "radio" ? all[0] : all }, node);
  };
  const line = (choice) =>
    h(
      "label.mark",
      { key: choice.id },
      h("input", { type, name, value: choice.id, ".checked": chosen.includes(choice.id) }),
      h("span", choice.text ? textNodes(choice.text) : choice.label, choice.more && h("small", choice.more)),
    );
  const all = offer(one).flatMap((choice) => choice.choices ?? [choice]);
  return h("div.marks", { key: one.action_id, on: { change } }, all.map(line));
}

/** A date or a time: `type` as an input element names it. */
export function picker(type, one, block, place) {
  const change = (event, node) => send("choose", one, block, place, { selected: node.value || null }, node);
  const hint = plain(one.placeholder?.text ?? type);
  const held = { ".value": chosenIn(one, block, place)[0] ?? "" };
  const shown = { type, key: one.action_id, ...named(one, block, place, hint), ...held, on: { change } };
  return h("input.text-field", shown);
}

/** The options the bot lists, in their groups where there are any. */
export function options(one) {
  const shape = ({ value, text, description }) => ({
    id: value,
    label: plain(text.text),
    text,
    more: description && plain(description.text),
  });
  if (!one.option_groups) return one.options.map(shape);
  return one.option_groups.map(({ label, options: inside }) => ({
    label: plain(label.text),
    choices: inside.map(shape),
  }));
}

/** The people of the workspace as choices. */
export function people() {
  return world.state.people.map((person) => ({ id: person.id, label: person.real_name || person.name }));
}

/** Its public channels. */
export function channels() {
  return conversations({ filter: { include: ["public"] } });
}

/** Whatever this person can see and the element lets through. */
export function conversations(one) {
  const kinds = one.filter?.include ?? ["im", "private", "public"];
  const kind = (channel) => (channel.is_im ? "im" : channel.is_private ? "private" : "public");
  const fit = world.state.channels.filter((channel) => kinds.includes(kind(channel)) && !channel.is_archived);
  return fit.map(({ id }) => ({ id, label: channelName(id) }));
}

function named(one, block, place, hint) {
  return block.type === "input" ? described(block, one, place) : { "aria-label": hint };
}
