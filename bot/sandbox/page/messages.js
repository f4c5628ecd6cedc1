/** A channel's messages and a thread's: who said what, the card, reactions and the way into the thread. */

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { h, redraw } from "./dom.js";
import { emoji, mrkdwn } from "./text.js";
import { ago, clock, slackDate } from "./times.js";
import { now, personName, world } from "./world.js";

const QUICK = ["eyes", "raised_hand", "white_check_mark"];
const FRESH_SECONDS = 6;
const TOGETHER_SECONDS = 300;
const NEAR_THE_END = 60;
const dismissed = new Set();

/**
 * Draw messages into a scrolling place. Who reads at the end stays at the end; who has scrolled up
 * stays where they are. `openThread(ts)` is given in a channel and left out in a thread.
 */
export function drawMessages(place, messages, { empty, openThread } = {}) {
  const atEnd = readsAtEnd(place);
  const shown = messages.filter((message) => !dismissed.has(message.ts));
  const drawn = shown.flatMap((message, at) => [
    newDay(message, shown[at - 1]),
    article(message, shown[at - 1], openThread),
  ]);
  redraw(place, drawn.length ? drawn : h("p.empty", { key: "empty" }, empty));
  if (atEnd) place.scrollTop = place.scrollHeight;
}

/** A place out of sight has lost its scroll position: what counts is where it was when last seen. */
function readsAtEnd(place) {
  if (place.wasSeen) place.atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < NEAR_THE_END;
  place.wasSeen = place.clientHeight > 0;
  return place.atEnd !== false;
}

function newDay(message, before) {
  const day = slackDate(Number(message.ts), "{day_divider_pretty}");
  if (before && slackDate(Number(before.ts), "{day_divider_pretty}") === day) return null;
  return h("h3.day", { key: `day-${day}` }, day);
}

function article(message, before, openThread) {
  const kinds = { bot: message.is_bot, ephemeral: message.is_ephemeral, follows: follows(message, before) };
  kinds.fresh = now() - message.ts < FRESH_SECONDS;
  const shown = {
    class: ["message", ...Object.keys(kinds).filter((kind) => kinds[kind])].join(" "),
    key: message.ts,
    tabindex: "-1",
    "data-ts": message.ts,
    "data-channel": message.channel,
    "aria-label": `${message.name}, ${clock(message.ts)}`,
  };
  return h(
    "article",
    { role: "article", ...shown },
    h(
      "span",
      { class: `face face-${hue(message.user)}`, "aria-hidden": "true" },
      message.name.slice(0, 1).toUpperCase(),
    ),
    heading(message),
    message.is_ephemeral && h("p.only-you", "Only visible to you"),
    h("div.body", body(message, openThread)),
    h("footer", reactions(message), openThread && replies(message, openThread), tools(message, openThread)),
  );
}

function heading(message) {
  const time = h("time", { datetime: new Date(message.ts * 1000).toISOString() }, clock(message.ts));
  const edited = message.edited && !message.is_bot && h("small", "edited");
  return h("header", h("bdi.who", message.name), time, edited);
}

/** Whether a message goes on what the same person said just before. */
function follows(message, before) {
  if (!before || message.is_ephemeral || before.is_ephemeral) return false;
  return before.user === message.user && message.ts - before.ts < TOGETHER_SECONDS;
}

function body(message, openThread) {
  if (message.is_deleted) return h("p.hint", "This message was deleted.");
  if (!message.blocks.length) return h("div.text", { dir: "auto" }, mrkdwn(message.text));
  const id = `${openThread ? "m" : "t"}-${message.ts}`;
  return blocks(message.blocks, { target: { channel: message.channel, ts: message.ts }, id });
}

function reactions(message) {
  return message.reactions.map(({ name, users }) => {
    const names = users.map(personName).join(", ");
    const mine = users.includes(world.state.me.id);
    const named = { title: names, "aria-pressed": String(mine), "aria-label": `${name}: ${names}` };
    const shown = { type: "button", key: `r-${name}`, ...named, on: { click: () => mine || react(message, name) } };
    return h("button.reaction", shown, `${emoji(name)} ${users.length}`);
  });
}

function replies(message, openThread) {
  if (!message.reply_count) return null;
  const many = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  const shown = { type: "button", key: "replies", on: { click: () => openThread(message.ts) } };
  return h("button.replies", shown, many, h("small", `latest ${ago(message.latest_reply)}`));
}

function tools(message, openThread) {
  if (message.is_deleted) return null;
  const name = { key: "tools" };
  if (message.is_ephemeral)
    return h(
      "span.tools",
      name,
      tool("Dismiss", "Dismiss", () => dismiss(message)),
    );
  const label = (reaction) => `React with ${reaction.replaceAll("_", " ")}`;
  const quick = QUICK.map((one) => tool(emoji(one), label(one), () => react(message, one)));
  const thread = openThread && tool("Reply in thread", "Reply in thread", () => openThread(message.ts));
  return h("span.tools", name, quick, thread);
}

function tool(text, label, click) {
  return h("button.tool", { type: "button", "aria-label": label, title: label, on: { click } }, text);
}

function react(message, name) {
  return act("/sandbox/react", { person: world.person, channel: message.channel, ts: message.ts, name });
}

function dismiss(message) {
  dismissed.add(message.ts);
  document.dispatchEvent(new CustomEvent("redraw"));
}

/** One of five colours, so that neighbours in the list of people differ. */
function hue(id) {
  return (world.state.people.findIndex((person) => person.id === id) + 5) % 5;
}
