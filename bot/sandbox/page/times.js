/** Times as people say them, in the time zone of whoever is looking. */

import { me, now } from "./world.js";

const DAY = 86_400;
const TOKEN = /\{(\w+)\}/g;

/** "09:41" */
export function clock(seconds) {
  return say(seconds, { hour: "2-digit", minute: "2-digit" });
}

/** "Mon 5 Jan" */
export function day(seconds) {
  return say(seconds, { weekday: "short", day: "numeric", month: "short" });
}

/** "4 min ago" */
export function ago(seconds) {
  const passed = Math.max(0, now() - seconds);
  if (passed < 60) return "just now";
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < DAY) return `${Math.floor(passed / 3600)} h ago`;
  const days = Math.floor(passed / DAY);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

/**
 * A date in Slack's format language, "{date_short_pretty} at {time}"; unknown words stay as they
 * are. As in Slack it begins with a capital letter, unless something invisible stands before it.
 */
export function slackDate(seconds, format) {
  const said = format.replace(TOKEN, (whole, word) => SPOKEN[word]?.(seconds) ?? whole);
  return said.charAt(0).toUpperCase() + said.slice(1);
}

const SPOKEN = {
  date_num: (at) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone() }).format(at * 1000),
  date: (at) => say(at, { day: "numeric", month: "long", year: "numeric" }),
  date_short: (at) => say(at, { day: "numeric", month: "short", year: "numeric" }),
  date_long: (at) => say(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  date_pretty: (at) => nearby(at) ?? SPOKEN.date(at),
  date_short_pretty: (at) => nearby(at) ?? SPOKEN.date_short(at),
  date_long_pretty: (at) => nearby(at) ?? SPOKEN.date_long(at),
  day_divider_pretty: (at) => nearby(at) ?? say(at, { weekday: "long", day: "numeric", month: "long" }),
  time: clock,
  time_secs: (at) => say(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago,
};

function nearby(seconds) {
  const sameAs = SPOKEN.date_num;
  const names = { 0: "today", 1: "yesterday", [-1]: "tomorrow" };
  return Object.entries(names).find(([days]) => sameAs(seconds) === sameAs(now() - days * DAY))?.[1];
}

function say(seconds, style) {
  return new Intl.DateTimeFormat("en-GB", { ...style, timeZone: zone() }).format(seconds * 1000);
}

function zone() {
  return me()?.tz || undefined;
}
