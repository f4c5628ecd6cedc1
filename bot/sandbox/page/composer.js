/** The boxes people write in: messages, thread replies and slash commands. */

import { act } from "./api.js";
import { h, redraw } from "./dom.js";
import { world } from "./world.js";

const COMMANDS = [
  { name: "/mentions", about: "mine, or search: /mentions invoice" },
  { name: "/departments", about: "who answers what" },
];
const drafts = new Map();

/** Wire the box under a channel. */
export function channelComposer() {
  const form = document.getElementById("say");
  const box = form.querySelector("textarea");
  const list = document.getElementById("commands");
  form.handlers = { submit: (event) => (hide(box, list), sent(event, box, say)) };
  box.handlers = { input: () => suggest(box, list), keydown: (event) => key(event, box, list) };
  box.addEventListener("blur", () => hide(box, list));
}

/** Wire the box under a thread. */
export function threadComposer() {
  const form = document.getElementById("answer");
  const box = form.querySelector("textarea");
  form.handlers = { submit: (event) => sent(event, box, (text) => say(text, world.thread)) };
  box.handlers = { keydown: (event) => enter(event, box) };
}

/** Keep what is half written in one channel and bring back what was in the other. */
export function swapDraft(from, to) {
  const box = document.getElementById("say-text");
  drafts.set(from, box.value);
  box.value = drafts.get(to) ?? "";
}

async function sent(event, box, send) {
  event.preventDefault();
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  const answer = await send(text);
  if (!answer.ok && !box.value) box.value = text;
}

function say(text, thread) {
  const where = { person: world.person, channel: world.channel };
  const command = /^(\/[\w-]+)\s*([\s\S]*)$/.exec(text);
  if (command && !thread) return act("/sandbox/command", { ...where, command: command[1], text: command[2] });
  return act("/sandbox/say", { ...where, text: escaped(text), ...(thread && { thread_ts: thread }) });
}

/** What people type is text: their client escapes it, as Slack's does. */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function enter(event, box) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  box.form.requestSubmit();
}

// Commands are suggested while the first word is being typed.

function suggest(box, list) {
  const fit = box.value.startsWith("/") ? COMMANDS.filter(({ name }) => name.startsWith(box.value)) : [];
  const items = fit.map(({ name, about }, at) =>
    h(
      "li",
      {
        role: "option",
        id: `command-${at}`,
        key: name,
        "aria-selected": String(at === 0),
        "data-name": name,
        on: { mousedown: (event) => (event.preventDefault(), take(box, list, name)) },
      },
      h("strong", name),
      h("small", about),
    ),
  );
  redraw(list, items);
  list.hidden = !items.length;
  mark(box, list, 0);
}

function key(event, box, list) {
  const items = [...list.children];
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (list.hidden) return enter(event, box);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(box, list, (at + step + items.length) % items.length);
  else if (event.key === "Escape") hide(box, list);
  else if (event.key === "Tab" || (event.key === "Enter" && items[at].dataset.name !== box.value))
    take(box, list, items[at].dataset.name);
  else return enter(event, box);
  event.preventDefault();
}

function mark(box, list, at) {
  [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
  if (list.hidden) box.removeAttribute("aria-activedescendant");
  else box.setAttribute("aria-activedescendant", list.children[at].id);
}

function take(box, list, name) {
  box.value = `${name} `;
  hide(box, list);
}

function hide(box, list) {
  list.hidden = true;
  mark(box, list, 0);
}
