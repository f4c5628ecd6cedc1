/** The page: fetch what changed, draw it, and let people move about. */

import { act, hear, read } from "./api.js";
import { showBar } from "./bar.js";
import { channelComposer, swapDraft, threadComposer } from "./composer.js";
import { listen } from "./dom.js";
import { goBack, isLost, waysTo } from "./focus.js";
import { drawHint, showHint } from "./hint.js";
import { followInside } from "./inside.js";
import { drawMessages } from "./messages.js";
import { showModals } from "./modals.js";
import { drawChannels, drawPeople, drawPlace, drawSides } from "./panes.js";
import { drawSquare, refreshSquare } from "./square.js";
import { dismissToast, toast } from "./toasts.js";
import { channelName, HOME, recall, remember, world } from "./world.js";

const CLOCK_TICK = 20_000;
const SQUARE_TICK = 2_000;
const AGAIN = 1_500;
const FIRST_PERSON = "ana";
const FIRST_CHANNEL = "support";
const LIT = "lit";
const EMPTY = "Nothing here yet. Click a post in the town square.";
const byId = (id) => document.getElementById(id);
let source;
let running = Promise.resolve();
let waiting = null;

// Fetching. However many changes arrive at once, one fetch runs and at most one waits.

function refresh() {
  const next = () => {
    waiting = null;
    running = fetchAll();
    return running;
  };
  waiting ??= running.then(next, next);
  return waiting;
}

async function fetchAll() {
  const { person, channel } = world;
  const query = new URLSearchParams({ person });
  if (channel !== HOME) query.set("channel", channel);
  const state = await read(`/sandbox/state?${query}`);
  if (!state || person !== world.person || channel !== world.channel) return;
  const before = world.state;
  Object.assign(world, { state, fetched: Date.now() / 1000 });
  announce(before, state);
  if (world.thread) await fetchThread();
  drawBoth();
  if (!document.hidden && document.body.dataset.side === "workspace") await markRead(state);
}

async function markRead({ me, channels, channel }) {
  if (!channel?.unread) return;
  channels.find(({ id }) => id === channel.id).unread = 0;
  await act("/sandbox/read", { person: me.name, channel: channel.id });
}

async function fetchThread() {
  const query = new URLSearchParams({ person: world.person, channel: world.channel, ts: world.thread });
  const answer = await read(`/sandbox/thread?${query}`);
  if (answer) world.threadMessages = answer.messages;
  else closeThread();
}

/** Say what arrived: here it is read out, elsewhere a line offers the way there. */
function announce(before, after) {
  if (before?.me.id !== after.me.id) return;
  const last = after.messages.at(-1);
  const known = before.messages?.at(-1);
  if (last && known?.channel === last.channel && last.ts > known.ts && last.user !== after.me.id) {
    byId("live").textContent = `${last.name}: ${last.text.slice(0, 200)}`;
  }
  const unread = new Map(before.channels.map((one) => [one.id, one.unread]));
  const here = document.body.dataset.side === "workspace" && world.channel;
  const lit = after.channels.find(({ id, unread: now }) => id !== here && now > (unread.get(id) ?? 0));
  const show = lit && { label: "Show", run: () => goTo(lit.id) };
  if (lit) toast(`New in ${channelName(lit.id)}`, { id: LIT, action: show });
}

// Drawing

function draw() {
  if (!world.state) return;
  const focus = waysTo(document.activeElement);
  drawPeople(become);
  drawChannels(goTo);
  drawPlace();
  if (world.channel !== HOME) drawChannel();
  drawThread();
  showModals(world.state.views, focus);
  showBar();
  drawSides(showSide);
  drawHint();
  if (isLost()) goBack(focus);
}

function drawChannel() {
  const { messages } = world.state;
  drawMessages(byId("messages"), messages ?? [], { empty: messages && EMPTY, openThread });
}

function drawThread() {
  byId("thread").hidden = !world.thread;
  document.body.classList.toggle("with-thread", Boolean(world.thread));
  if (world.thread) drawMessages(byId("thread-messages"), world.threadMessages);
}

// Moving about

function showSide(side) {
  document.body.dataset.side = side;
  drawSides(showSide);
  return side === "workspace" ? refresh() : undefined;
}

function goTo(channel) {
  dismissToast(LIT);
  if (channel !== world.channel) {
    swapDraft(world.channel, channel);
    Object.assign(world, { channel, thread: "", threadMessages: [] });
    world.state.messages = null;
    remember();
    draw();
    if (channel === HOME) act("/sandbox/home", { person: world.person });
  }
  return showSide("workspace");
}

async function openThread(ts) {
  world.thread = ts;
  world.threadMessages = world.state.messages.filter((message) => message.ts === ts);
  remember();
  draw();
  byId("answer-text").focus();
  await refresh();
}

function closeThread() {
  const parent = document.querySelector(`#messages [data-ts="${world.thread}"]`);
  Object.assign(world, { thread: "", threadMessages: [] });
  remember();
  draw();
  parent?.focus();
}

function leaveThread(event) {
  if (event.key === "Escape" && !event.target.closest("[popover]")) closeThread();
}

function become(name) {
  source?.close();
  Object.assign(world, { person: name, thread: "", threadMessages: [] });
  start();
}

/** Find out who and where we are, then listen. The address may name somebody who is not here. */
async function start() {
  const state = await read(`/sandbox/state?person=${encodeURIComponent(world.person || FIRST_PERSON)}`);
  if (!state) {
    world.person = "";
    setTimeout(start, AGAIN);
    return;
  }
  world.person = state.me.name;
  const wanted = world.channel || FIRST_CHANNEL;
  const known = state.channels.find(({ id, name }) => wanted === id || wanted === name);
  if (world.channel !== HOME) world.channel = (known ?? state.channels[0])?.id ?? HOME;
  remember();
  if (world.channel === HOME) act("/sandbox/home", { person: world.person });
  source = hear(`/sandbox/events?person=${encodeURIComponent(world.person)}`, changed);
}

function changed() {
  refreshSquare();
  refresh();
}

function drawBoth() {
  draw();
  drawSquare();
}

listen(["click", "change", "input", "submit", "keydown", "mousedown"]);
listen(["toggle", "error", "cancel"], { capture: true });
document.addEventListener("click", (event) => followInside(event, { goTo, showSide }));
document.addEventListener("redraw", draw);
document.addEventListener("moved", changed);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
byId("thread-close").handlers = { click: closeThread };
byId("thread").handlers = { keydown: leaveThread };
byId("faults").open = matchMedia("(min-width: 901px)").matches;
channelComposer();
threadComposer();
recall();
showHint();
drawSquare();
setInterval(drawBoth, CLOCK_TICK);
setInterval(refreshSquare, SQUARE_TICK);
start();
