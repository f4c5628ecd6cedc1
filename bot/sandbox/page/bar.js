/** The thin bar: things that break on demand, the clock, and whatever else the sandbox offers. */

import { act, read } from "./api.js";
import { h, redraw } from "./dom.js";
import { clock, day } from "./times.js";
import { now } from "./world.js";

const FAULTS = [
  {
    label: "X is down",
    said: "The next 5 requests to X fail. Post something, or reply: nothing gets lost.",
    run: () => act("/square/fault", { network: "x", how: "503", times: 5 }),
  },
  {
    label: "Slack answers 429",
    said: "Slack turns away the next 3 messages and asks for 5 seconds of patience.",
    run: () => slack({ method: "chat.postMessage", how: "429", times: 3, retry_after: 5 }),
  },
  {
    label: "Town Square hangs",
    said: "Town Square will publish the next reply and then say nothing. Was it posted or not?",
    run: () => act("/square/fault", { network: "square", how: "hang_after", on: "write" }),
  },
  {
    label: "Next click arrives twice",
    said: "Slack will send your next click to Switchboard twice at once.",
    run: () => slack({ deliver: "duplicate" }),
  },
  {
    label: "All well again",
    said: "Everything answers as it should.",
    run: () => Promise.all([slack({ clear: true }), act("/square/fault", { how: "none" })]),
  },
];
let controls = null;

/** Draw the bar; the controls the sandbox offers are asked for once. */
export async function showBar() {
  const time = document.getElementById("clock");
  time.dateTime = new Date(now() * 1000).toISOString();
  redraw(time, h("span.day-name", `${day(now())}, `), h("span", clock(now())));
  redraw(document.getElementById("fault-buttons"), FAULTS.map(faultButton));
  if (controls) return;
  controls = [];
  controls = (await read("/sandbox/controls"))?.controls ?? [];
  redraw(document.getElementById("controls"), controls.map(controlButton));
}

function slack(fault) {
  return act("/sandbox/fault", fault);
}

function faultButton({ label, said, run }) {
  const click = async () => {
    const answer = [await run()].flat();
    if (answer.every(({ ok }) => ok)) document.getElementById("fault-said").textContent = said;
  };
  return h("button.button", { type: "button", key: label, on: { click } }, label);
}

function controlButton({ id, label, path }) {
  const click = () => act(path, {}).then(() => document.dispatchEvent(new CustomEvent("moved")));
  return h("button.button", { type: "button", key: id, on: { click } }, label);
}
