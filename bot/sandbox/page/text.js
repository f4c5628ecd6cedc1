/**
 * Words in a message: mrkdwn, plain text and the leaves of rich text. The public's words come
 * through here; they become text nodes and nothing else.
 */

import { h } from "./dom.js";
import { slackDate } from "./times.js";
import { channelName, personName } from "./world.js";

const INLINE = new RegExp(
  [
    /<([^<>\n]+)>/, // 1 a link, a mention or a date
    /`([^`\n]+)`/, // 2 code
    /(?<![\w*])\*(?=[^\s*])([^*\n]*[^*\s])\*(?![\w*])/, // 3 bold
    /(?<!\w)_(?=[^\s_])([^\n]*?[^_\s])_(?!\w)/, // 4 italic
    /(?<![\w~])~(?=[^\s~])([^~\n]*[^~\s])~(?![\w~])/, // 5 strike
    /:([a-z0-9_+-]+):/, // 6 an emoji
    /(https?:\/\/[^\s<>|]+)/, // 7 a bare address
  ]
    .map((part) => part.source)
    .join("|"),
);
const SAFE = /^(https?:\/\/|mailto:|\/(?!\/))/i;
const EMOJI = Object.fromEntries(
  "eyes 👀 raised_hand ✋ hand ✋ white_check_mark ✅ heavy_check_mark ✔️ x ❌ warning ⚠️ bell 🔔 heart ❤️ +1 👍 \
thumbsup 👍 pray 🙏 tada 🎉 fire 🔥 red_circle 🔴 large_green_circle 🟢 large_yellow_circle 🟡 \
speech_balloon 💬 hourglass ⌛ hourglass_flowing_sand ⏳ arrow_right ➡️ wave 👋 mag 🔍 memo 📝"
    .match(/\S+ \S+/g)
    .map((pair) => pair.split(" ")),
);

/** The nodes of a text object, whichever of the two kinds it is. */
export function textNodes(text) {
  return text.type === "mrkdwn" ? mrkdwn(text.text) : plain(text.text);
}

/** Plain text: only emoji names mean something in it. */
export function plain(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
}

/** Slack's mrkdwn as nodes: fences, quotes and what stands within a line. */
export function mrkdwn(text) {
  return text.split("```").flatMap((part, at) => (at % 2 ? h("pre", unescape(part.replace(/^\n/, ""))) : quotes(part)));
}

/** How an emoji name looks: the character, or ":name:" when this page does not know it. */
export function emoji(name) {
  return EMOJI[name] ?? `:${name}:`;
}

function quotes(text) {
  const parts = text.split(/((?:^>.*(?:\n|$))+)/m);
  return parts.flatMap((part, at) =>
    at % 2 ? h("blockquote", { dir: "auto" }, inline(part.replace(/^> ?/gm, "").trimEnd())) : inline(part),
  );
}

function inline(text) {
  const nodes = [];
  for (let rest = text; rest;) {
    const found = INLINE.exec(rest);
    nodes.push(unescape(found ? rest.slice(0, found.index) : rest));
    if (!found) break;
    nodes.push(marked(found));
    rest = rest.slice(found.index + found[0].length);
  }
  return nodes.filter(Boolean);
}

function marked([whole, angle, code, bold, italic, strike, name, address]) {
  if (angle) return angled(angle);
  if (code) return h("code", unescape(code));
  if (bold) return h("strong", inline(bold));
  if (italic) return h("em", inline(italic));
  if (strike) return h("s", inline(strike));
  if (name) return EMOJI[name] ?? whole;
  return link(unescape(address), unescape(address));
}

function angled(inside) {
  const [target, label] = inside.split(/\|(.*)/s);
  if (target.startsWith("@")) return mention(`@${personName(target.slice(1))}`);
  if (target.startsWith("#")) return channelLink(target.slice(1));
  const date = /^!date\^(\d+)\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date) return dated(Number(date[1]), unescape(date[2]), date[3]);
  if (target.startsWith("!subteam")) return mention(unescape(label ?? "@team"));
  if (target.startsWith("!")) return mention(`@${target.slice(1)}`);
  return link(unescape(target), unescape(label ?? target));
}

function mention(text) {
  return h("bdi.mention", text);
}

function channelLink(id) {
  return h("a.mention", { href: `?channel=${encodeURIComponent(id)}`, "data-channel-link": id }, channelName(id));
}

function dated(seconds, format, url) {
  const words = slackDate(seconds, format);
  const time = h("time", { datetime: new Date(seconds * 1000).toISOString() }, words);
  return url ? link(unescape(url), time) : time;
}

/** A link that opens a new tab; anything but the web and mail stays plain text. */
function link(url, label) {
  return SAFE.test(url) ? h("a", away(url), label) : h("span", label);
}

/** The attributes of a link that opens a new tab and tells nothing about this one. */
export function away(url) {
  return { href: SAFE.test(url) ? url : null, target: "_blank", rel: "noopener noreferrer" };
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** The parts of a rich_text block: sections, quotes, lists and code. */
export function richText(parts) {
  return parts.map((part) => RICH[part.type]?.(part));
}

const RICH = {
  rich_text_section: (part) => h("p", { dir: "auto" }, part.elements.map(leaf)),
  rich_text_quote: (part) => h("blockquote", { dir: "auto" }, part.elements.map(leaf)),
  rich_text_preformatted: (part) => h("pre", part.elements.map(leaf)),
  rich_text_list: (part) => {
    const ordered = part.style === "ordered";
    const shown = { start: ordered && (part.offset ?? 0) + 1, class: `indent-${Math.min(part.indent ?? 0, 4)}` };
    const item = ({ elements }) => h("li", { dir: "auto" }, elements.map(leaf));
    return h(ordered ? "ol" : "ul", shown, part.elements.map(item));
  },
};

const LEAF = {
  text: (one) => one.text,
  link: (one) => link(one.url, one.text || one.url),
  user: (one) => mention(`@${personName(one.user_id)}`),
  usergroup: () => mention("@team"),
  team: () => mention("@everybody"),
  channel: (one) => channelLink(one.channel_id),
  broadcast: (one) => mention(`@${one.range}`),
  color: (one) => h("code", one.value),
  emoji: (one) =>
    one.unicode ? String.fromCodePoint(...one.unicode.split("-").map((hex) => parseInt(hex, 16))) : emoji(one.name),
  date: (one) => dated(one.timestamp, one.format, one.url),
};
const STYLE = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code", highlight: "mark" };

function leaf(one) {
  const styles = Object.keys(one.style ?? {}).filter((name) => one.style[name] && STYLE[name]);
  return styles.reduce((inner, name) => h(STYLE[name], inner), LEAF[one.type]?.(one) ?? "");
}
