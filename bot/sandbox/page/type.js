/** What is typed. A field, once drawn, belongs to the person until its ids change, as in Slack. */

import { act } from "./api.js";
import { h } from "./dom.js";
import { described, fieldId, valueOf } from "./fields.js";
import { plain } from "./text.js";
import { world } from "./world.js";

const PAUSE = 150;
// What Slack allows anyway: a counter that nobody will fill only disturbs.
const LONGEST = 3000;
// What a phone's keyboard offers.
const KEYS = { text: "text", url: "url", number: "decimal" };

/** A text field: `type` is text, textarea, url or number. */
export function typed(type, one, block, place) {
  const held = valueOf(one, block, place);
  const value = held.value ?? held.initial_value ?? "";
  const named = { block_id: block.block_id, action_id: one.action_id };
  const change = (event, node) => {
    clearTimeout(node.pause);
    if (node.told !== node.value) {
      node.told = node.value;
      const text = { person: world.person, ...place.target, ...named, text: node.value };
      node.telling = act("/sandbox/type", text, { quiet: true });
    }
    return node.telling;
  };
  const input = (event, node) => {
    count(node, one);
    clearTimeout(node.pause);
    node.pause = setTimeout(() => change(event, node), PAUSE);
  };
  const shown = {
    key: one.action_id,
    placeholder: plain(one.placeholder?.text ?? ""),
    autofocus: one.focus_on_load,
    ...described(block, one, place),
    on: { input, change, keydown: submitByKey },
    ".value": value,
    ".told": value,
  };
  const area = type === "textarea" ? { rows: 5, dir: "auto" } : { type: "text", inputmode: KEYS[type] };
  const output = { for: fieldId(block, one, place), key: `${one.action_id}-count` };
  return [
    h(type === "textarea" ? "textarea.text-field" : "input.text-field", { ...area, ...shown }),
    one.max_length < LONGEST && h("output.count", output, counted(value, one)),
  ];
}

/** Ctrl+Enter, or ⌘+Enter, in a text of several lines. */
export function submitByKey(event, node) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) node.form?.requestSubmit();
}

/** Characters as people count them: an emoji outside the first plane is one, as for Slack. */
function counted(text, one) {
  return `${[...text].length} of ${one.max_length}`;
}

function count(node, one) {
  const output = node.parentNode.querySelector(".count");
  if (!output) return;
  output.textContent = counted(node.value, one);
  output.classList.toggle("over", [...node.value].length > one.max_length);
}
