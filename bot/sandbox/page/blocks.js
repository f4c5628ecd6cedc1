/** Block Kit as elements of the page. What it does not know it says so. */

import { channels, conversations, marks, options, people, picker, select } from "./choose.js";
import { h } from "./dom.js";
import { fieldId } from "./fields.js";
import { button, overflow } from "./press.js";
import { plain, richText, textNodes } from "./text.js";
import { typed } from "./type.js";

/**
 * Draw blocks. `place` says where they stand: {target} as the control API names it ({channel, ts},
 * {view} or {home}), {id} to keep ids on the page apart, and for a view {values} and {errors}.
 */
export function blocks(list, place) {
  return list.map((block) => {
    const draw = BLOCKS[block.type] ?? unknown;
    return h("div", { class: `block ${block.type}`, key: block.block_id }, draw(block, place));
  });
}

const BLOCKS = {
  header: (block) => h("h3", plain(block.text.text)),
  divider: () => h("hr"),
  section,
  context: (block) => block.elements.map(contextElement),
  actions: (block, place) => block.elements.map((one) => element(one, block, place)),
  image: (block) => h("figure", title(block), picture(block, "large")),
  rich_text: (block) => richText(block.elements),
  input,
};
const ELEMENTS = {
  image: (one) => picture(one, "thumb"),
  button,
  overflow,
  static_select: (...args) => select(options, ...args),
  users_select: (...args) => select(people, ...args),
  channels_select: (...args) => select(channels, ...args),
  conversations_select: (...args) => select(conversations, ...args),
  checkboxes: (...args) => marks("checkbox", options, ...args),
  radio_buttons: (...args) => marks("radio", options, ...args),
  multi_static_select: (...args) => marks("checkbox", options, ...args),
  multi_users_select: (...args) => marks("checkbox", people, ...args),
  multi_channels_select: (...args) => marks("checkbox", channels, ...args),
  datepicker: (...args) => picker("date", ...args),
  timepicker: (...args) => picker("time", ...args),
  plain_text_input: (one, ...args) => typed(one.multiline ? "textarea" : "text", one, ...args),
  url_text_input: (...args) => typed("url", ...args),
  number_input: (...args) => typed("number", ...args),
};
const GROUPS = /^(multi_|checkboxes|radio_buttons)/;

function element(one, block, place) {
  return (ELEMENTS[one.type] ?? unknown)(one, block, place);
}

function section(block, place) {
  const field = (text) => h("div.text", textNodes(text));
  const fields = block.fields && h("div.fields", block.fields.map(field));
  const words = h("div.words", block.text && h("div.text", textNodes(block.text)), fields);
  return [words, block.accessory && element(block.accessory, block, place)];
}

function contextElement(one) {
  return one.type === "image" ? picture(one, "small") : h("span.text", textNodes(one));
}

function title(image) {
  return image.title && h("figcaption", plain(image.title.text));
}

/** An image, or its description where it cannot be had. */
function picture(image, size) {
  const named = { class: `picture missing ${size}`, role: "img", "aria-label": image.alt_text };
  const instead = () => h("span", named, image.alt_text);
  if (!image.image_url) return instead();
  const error = (event, node) => node.replaceWith(instead());
  return h("img", { class: `picture ${size}`, src: image.image_url, alt: image.alt_text, on: { error } });
}

/** A field with its label, hint and error; several boxes to tick make a group. */
function input(block, place) {
  const id = fieldId(block, block.element, place);
  const about = `${id}-hint ${id}-error`;
  const name = [plain(block.label.text), block.optional && h("small", " (optional)")];
  const inside = [
    element(block.element, block, place),
    block.hint && h("p.hint", { id: `${id}-hint` }, plain(block.hint.text)),
    h("p.error", { id: `${id}-error`, role: "alert" }, place.errors?.[block.block_id]),
  ];
  if (GROUPS.test(block.element.type))
    return h("fieldset.field", { "aria-describedby": about }, h("legend", name), inside);
  return h("div.field", h("label", { for: id }, name), inside);
}

function unknown(part) {
  return h("p.hint", `This page cannot show a "${part.type}".`);
}
