/** The form for a post of one's own: as whom, on which platform, in which community. */

import { h } from "./dom.js";
import { submitByKey } from "./type.js";

const WITHOUT_COMMUNITY = ["x"];

/** Draw the form; `publish({network, as, text, community})` sends the post. */
export function writeForm(square, publish) {
  const submit = async (event, form) => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    if (!said.text.trim()) return form.elements.text.focus();
    const answer = await publish(said);
    if (answer.ok) form.elements.text.value = "";
  };
  const change = (event, form) => {
    form.querySelector(".community").hidden = WITHOUT_COMMUNITY.includes(form.elements.network.value);
  };
  const networks = square.networks.map(({ name, label }) => h("option", { value: name }, label));
  const communities = square.ready_made.map((post) => post.community);
  const customers = square.ready_made.map((post) => post.as);
  return h(
    "form",
    { "data-keep": true, on: { submit, change } },
    field("As", words("as", customers, { ".value": customers[0] })),
    field("On", [h("select.select", { name: "network" }, networks)]),
    field("Community", words("community", communities, { placeholder: "left empty: the main one" }), "community"),
    field(
      "Post",
      [h("textarea.text-field", { name: "text", rows: 3, dir: "auto", on: { keydown: submitByKey } })],
      "wide",
    ),
    h("button.button.primary", { type: "submit" }, "Post"),
  );
}

function field(name, [box, ...more], kind = "") {
  box.id = `write-${name}`.toLowerCase();
  const shown = { class: `field ${kind}`, hidden: kind === "community" };
  return h("div", shown, h("label", { for: box.id }, name), box, more);
}

/** A box for a word, which suggests the words known already. */
function words(name, known, more) {
  const list = `known-${name}`;
  const options = [...new Set(known)].filter(Boolean).map((value) => h("option", { value }));
  return [h("input.text-field", { name, list, autocomplete: "off", ...more }), h("datalist", { id: list }, options)];
}
