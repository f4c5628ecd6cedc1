/** The town square: customers post, change their minds, and see the brand's answers arrive. */

import { act, read } from "./api.js";
import { h, redraw } from "./dom.js";
import { writeForm } from "./square_form.js";
import { ago } from "./times.js";

const BURST = 20;
let square = null;
let drawn = ""; // the answer last drawn: most answers say that nothing changed
let open = null; // the post being answered or edited: {key, what}
let answers = null; // the brand's posts seen so far

/** Fetch the square and draw it when something changed there. */
export async function refreshSquare() {
  const fresh = await read("/square/state");
  if (!fresh || JSON.stringify(fresh) === drawn) return;
  drawn = JSON.stringify(fresh);
  square = fresh;
  noticeAnswers();
  drawSquare();
}

/** Draw the square as last fetched. */
export function drawSquare() {
  const place = document.getElementById("square-body");
  if (!square) return redraw(place, h("p.empty", "The town square is not open yet."));
  const roots = square.posts
    .filter((post) => !parentOf(post))
    .sort(byAge)
    .reverse();
  redraw(place, writing(), h("div.feed", { key: "feed" }, feed(roots)));
}

function writing() {
  const burst = () => act("/square/burst", { count: BURST }).then(posted);
  const list = h("div.ready-list", { tabindex: "-1" }, square.ready_made.map(ready));
  return [
    h("section", { key: "ready", "aria-label": "Ready-made posts" }, h("h3", "Click a post to publish it"), list),
    h("button.button.burst", { type: "button", key: "burst", on: { click: burst } }, `Post ${BURST} at once`),
    h("details.write", { key: "write" }, h("summary", "Write one yourself"), writeForm(square, publish)),
  ];
}

function ready(post, at) {
  const shown = { type: "button", key: String(at), on: { click: () => publish(post) } };
  const who = h("span.who", badge(post.network), h("bdi", `@${post.as}`));
  return h("button.ready", shown, who, h("span.line", { dir: "auto" }, post.text));
}

function feed(roots) {
  if (!roots.length) return h("p.empty", "Nobody has said anything yet.");
  return roots.map((post) => h("div.talk", { key: idOf(post) }, tree(post)));
}

function tree(post) {
  const below = square.posts.filter((one) => parentOf(one) === idOf(post)).sort(byAge);
  return [article(post), below.map(tree)];
}

function article(post) {
  const kinds = { brand: post.by_brand, answer: parentOf(post), deleted: post.deleted };
  const shown = {
    class: ["post", ...Object.keys(kinds).filter((kind) => kinds[kind])].join(" "),
    key: idOf(post),
    tabindex: "-1",
    "data-post": post.id,
    "data-network": post.network,
    "aria-label": `${post.author.handle} on ${labelOf(post.network)}`,
  };
  if (post.deleted)
    return h("article", { role: "article", ...shown }, heading(post), h("p.hint", "Deleted by its author."));
  const below = open?.key === idOf(post) ? inlineForm(post, open.what) : postTools(post);
  const said = h("p.said", { dir: "auto" }, post.text);
  return h("article", { role: "article", ...shown }, heading(post), said, h("footer", below));
}

function heading(post) {
  const root = !parentOf(post);
  const facts = [root && post.community, ago(Date.parse(post.at) / 1000), post.edited && "edited"];
  const who = h("bdi.who", `@${post.author.handle}`);
  const ours = post.by_brand && h("span.badge.ours", "the brand");
  return h("header", root && badge(post.network), who, ours, h("small", facts.filter(Boolean).join(" · ")));
}

function postTools(post) {
  const start = (what) => () => {
    open = { key: idOf(post), what };
    drawSquare();
    document.querySelector(".inline textarea")?.focus();
  };
  const remove = () => act("/square/delete", { network: post.network, id: post.id }).then(refreshSquare);
  const tool = (text, run) => h("button.tool", { type: "button", key: text, on: { click: run } }, text);
  if (post.by_brand) return tool("Answer as the customer", start("answer"));
  return [tool("Answer", start("answer")), tool("Edit", start("edit")), tool("Delete", remove)];
}

function inlineForm(post, what) {
  const done = () => {
    open = null;
    drawSquare();
    refreshSquare();
  };
  const submit = async (event, form) => {
    event.preventDefault();
    const text = form.querySelector("textarea").value.trim();
    if (text) await (what === "edit" ? change(post, text) : answer(post, text));
    done();
  };
  const keydown = (event, form) => {
    if (event.key === "Escape") done();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) (event.preventDefault(), form.requestSubmit());
  };
  const isEdit = what === "edit";
  const name = isEdit ? "New text" : `Answer @${post.author.handle}`;
  const text = { "aria-label": name, placeholder: name, ".value": isEdit ? post.text : "" };
  return h(
    "form.inline",
    { key: `${what}-${idOf(post)}`, on: { submit, keydown } },
    h("textarea.text-field", { rows: 2, dir: "auto", ...text }),
    h("button.button.primary", { type: "submit" }, isEdit ? "Save" : "Post"),
    h("button.button", { type: "button", on: { click: done } }, "Cancel"),
  );
}

function change(post, text) {
  return act("/square/edit", { network: post.network, id: post.id, text });
}

/** A customer's answer comes from whoever began the conversation. */
function answer(post, text) {
  return publish({ network: post.network, as: rootOf(post).author.handle, text, reply_to: post.id });
}

async function publish(post) {
  const answered = await act("/square/post", post);
  if (answered.ok) posted();
  return answered;
}

function posted() {
  document.dispatchEvent(new CustomEvent("posted"));
  return refreshSquare();
}

function noticeAnswers() {
  const ours = square.posts.filter((post) => post.by_brand && !post.deleted);
  const fresh = answers && ours.find((post) => !answers.has(idOf(post)));
  answers = new Set(ours.map(idOf));
  if (fresh) document.dispatchEvent(new CustomEvent("answered"));
}

/** The post a link on some platform leads to, if it is one of the square's. */
export function postBehind(href) {
  const ends = (id) => [id, BigInt(id).toString(36)].some((name) => href.split(/[/?#]/).includes(name));
  return square?.posts.find(({ id }) => ends(id));
}

function idOf(post) {
  return `${post.network}/${post.id}`;
}

function parentOf(post) {
  return post.reply_to ? `${post.network}/${post.reply_to}` : null;
}

function rootOf(post) {
  const parent = square.posts.find((one) => idOf(one) === parentOf(post));
  return parent ? rootOf(parent) : post;
}

function byAge(one, other) {
  return Date.parse(one.at) - Date.parse(other.at);
}

function badge(network) {
  return h("span", { class: `badge ${network}` }, labelOf(network));
}

function labelOf(network) {
  return square.networks.find(({ name }) => name === network)?.label ?? network;
}
