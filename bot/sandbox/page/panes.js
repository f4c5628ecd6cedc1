/** The fixed parts around the messages: who is looking, the list of channels, App Home, the two sides. */

import { blocks } from "./blocks.js";
import { h, redraw } from "./dom.js";
import { channelName, HOME, world } from "./world.js";

const byId = (id) => document.getElementById(id);

/** Draw who can be looked as; `become(name)` changes it. */
export function drawPeople(become) {
  const choice = ({ id, name, real_name: called }) => {
    const held = { value: name, ".checked": id === world.state.me.id, on: { change: () => become(name) } };
    return h(
      "label",
      { key: id },
      h("input", { type: "radio", name: "person", ...held }),
      h("span", called.split(" ")[0] || name),
    );
  };
  redraw(byId("people"), world.state.people.map(choice));
}

/** Draw the channels, each with a lamp that lights while something there is unread. */
export function drawChannels(goTo) {
  const { channels } = world.state;
  const group = (name) => h("span.group", { role: "presentation", key: name }, name);
  const rooms = channels.filter((one) => !one.is_im).map((one) => tab(one, goTo));
  const direct = [...channels.filter((one) => one.is_im), { id: HOME, unread: 0 }].map((one) => tab(one, goTo));
  redraw(byId("channels"), group("Channels"), rooms, group("Switchboard"), direct);
  showChosen(byId("channels"));
}

/** On a narrow screen the channels stand in a row: the one that was just chosen comes into sight. */
function showChosen(list) {
  if (list.chosen === world.channel || !list.clientWidth) return;
  list.chosen = world.channel;
  list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "center" });
}

function tab({ id, unread, is_private: locked }, goTo) {
  const name = channelName(id);
  const chosen = id === world.channel;
  const lit = unread > 0 && !chosen;
  const shown = {
    id: `tab-${id}`,
    key: id,
    class: lit ? "lit" : "",
    "aria-selected": String(chosen),
    "aria-controls": "conversation",
    "aria-label": lit ? `${name}, ${unread} unread` : name,
    tabindex: chosen ? "0" : "-1",
    on: { click: () => goTo(id), keydown: walkTabs },
  };
  return h(
    "button",
    { type: "button", role: "tab", ...shown },
    h("span.lamp"),
    h("span.name", name),
    locked && h("small", "private"),
    lit && h("span.unread", String(unread)),
  );
}

/** Arrow keys in a list of tabs: they move and choose. */
function walkTabs(event, node) {
  const tabs = [...node.parentNode.querySelectorAll("[role=tab]")];
  const at = tabs.indexOf(node);
  const steps = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  const to = steps[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = tabs.at(to % tabs.length);
  next.focus();
  next.click();
}

/** Draw the heading, and App Home where that is what is looked at. */
export function drawPlace() {
  const atHome = world.channel === HOME;
  byId("title").textContent = channelName(world.channel);
  byId("messages").hidden = byId("say").hidden = atHome;
  byId("home").hidden = !atHome;
  byId("say-text").placeholder = `Message ${channelName(world.channel)} or type /`;
  if (atHome) redraw(byId("home"), home(world.state.home));
}

function home(view) {
  if (!view) return h("p.empty", "Switchboard has not shown anything here yet.");
  return blocks(view.blocks, { target: { home: true }, id: view.id, values: view.state.values });
}

/** Draw which side is looked at on a narrow screen; a lamp says that the other has something new. */
export function drawSides(showSide) {
  const { side } = document.body.dataset;
  for (const name of ["workspace", "square"]) {
    const button = byId(`side-${name}`);
    button.setAttribute("aria-selected", String(side === name));
    button.handlers = { click: () => showSide(name), keydown: walkTabs };
  }
  const waiting = world.state?.channels.some((one) => one.unread && (side === "square" || one.id !== world.channel));
  byId("side-workspace").classList.toggle("lit", Boolean(waiting));
}
