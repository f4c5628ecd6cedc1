/** What the page knows of the workspace, and who is looking: one place, read by everything that draws. */

/** `state` is the answer of /sandbox/state; `fetched` is when it came, in seconds of this machine. */
export const world = {
  person: "",
  channel: "",
  thread: "",
  state: null,
  threadMessages: [],
  fetched: 0,
};

/** The stand-in's clock in epoch seconds; it moves on between two answers and may be set by hand. */
export function now() {
  const here = Date.now() / 1000;
  return world.state ? world.state.now + here - world.fetched : here;
}

/** The person who is looking, as the workspace describes them. */
export function me() {
  return world.state?.me;
}

/** How a member is called: the bot included, the id itself when nobody has it. */
export function personName(id) {
  const { people = [], bot } = world.state ?? {};
  if (id === bot?.id) return bot.name;
  const member = people.find((person) => person.id === id);
  return member ? member.real_name || member.name : id;
}

/** What stands in for a channel where App Home is looked at. */
export const HOME = "home";

/** How a channel is called: "#support", or the bot's name for direct messages. */
export function channelName(id) {
  if (id === HOME) return "App Home";
  const channel = world.state?.channels.find((one) => one.id === id);
  if (!channel) return id;
  return channel.is_im ? world.state.bot.name : `#${channel.name}`;
}

/** Remember in the address who is looking and at what, so that two windows can be two people. */
export function remember() {
  const query = new URLSearchParams({ as: world.person, channel: world.channel });
  if (world.thread) query.set("thread", world.thread);
  history.replaceState(null, "", `?${query}`);
}

/** Take up what the address remembers. */
export function recall() {
  const query = new URLSearchParams(location.search);
  world.person = query.get("as") ?? "";
  world.channel = query.get("channel") ?? "";
  world.thread = query.get("thread") ?? "";
}
