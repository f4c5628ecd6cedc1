/** Links that lead to what this page shows itself, a channel, a message or a post, open here. */

import { postBehind } from "./square.js";

const MESSAGE = /\/archives\/(\w+)\/p(\d+)(\d{6})$/;

/** Follow a pressed link inside the page, where it leads there; `goTo` and `showSide` are the page's. */
export async function followInside(event, { goTo, showSide }) {
  const link = event.target.closest?.("a[href]");
  if (!link) return;
  const [, channel, seconds, rest] = MESSAGE.exec(link.href) ?? [];
  const room = link.dataset.channelLink ?? channel;
  const post = postBehind(link.href);
  if (!room && !post) return;
  event.preventDefault();
  if (room) await goTo(room);
  else showSide("square");
  point(post ? `[data-post="${post.id}"][data-network="${post.network}"]` : `#messages [data-ts="${seconds}.${rest}"]`);
}

function point(selector) {
  const node = document.querySelector(selector);
  if (!node) return;
  node.scrollIntoView({ block: "center" });
  node.focus({ preventScroll: true });
  node.classList.add("pointed");
}
