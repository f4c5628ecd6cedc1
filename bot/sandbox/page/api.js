/** Talking to the sandbox: reading, doing, and hearing that something changed. */

import { toast } from "./toasts.js";

const GONE = "The sandbox has stopped. Start it again with: make sandbox";

/** GET a JSON answer; null when there is none (404) or nobody answers. */
export async function read(path) {
  try {
    const answer = await fetch(path, { headers: { accept: "application/json" } });
    connected(true);
    return answer.ok ? await answer.json() : null;
  } catch {
    connected(false);
    return null;
  }
}

/** POST a JSON body and return the answer; what it says to the person is shown, unless `quiet`. */
export async function act(path, body, { quiet = false } = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await answer.json().catch(() => ({}));
    const result = { ok: answer.ok, ...said };
    if (!quiet) tell(result, answer.status);
    return result;
  } catch {
    connected(false);
    return { ok: false };
  }
}

/** Call `changed` whenever the server says so, and once after every time it was away. */
export function hear(path, changed) {
  const source = new EventSource(path);
  source.addEventListener("changed", changed);
  source.addEventListener("open", () => (connected(true), changed()));
  source.addEventListener("error", () => connected(false));
  return source;
}

/** Show what the answer says to the person; what stands under a field or in the channel is not said twice. */
function tell({ ok, notice, message, error, errors }, status) {
  if (Object.keys(errors ?? {}).length) return;
  const said = notice || message || (ok || error ? "" : `That did not work (${status}).`);
  if (said) toast(said, { kind: ok ? "news" : "wrong" });
}

function connected(yes) {
  const line = document.getElementById("gone");
  line.textContent = yes ? "" : GONE;
  line.hidden = yes;
}
