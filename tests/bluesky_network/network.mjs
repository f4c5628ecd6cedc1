// Brings up the AT Protocol network (directory, account server, AppView) for `make test-bluesky`,
// opens an account for each name in ACCOUNTS, and then writes one line of JSON. Ends on SIGTERM.
import { TestNetwork } from "@atproto/dev-env";

const PASSWORD = "a password of the test network";
const JWT_SECRET = "a secret of the test network"; // known, so that tests can make a stale session

const network = await TestNetwork.create({
  dbPostgresUrl: process.env.DB_POSTGRES_URL,
  dbPostgresSchema: "network",
  pds: { hostname: "localhost", jwtSecret: JWT_SECRET, enableDidDocWithSession: true },
});

async function openAccount(name) {
  const agent = network.pds.getAgent();
  const handle = `${name}.test`;
  await agent.createAccount({ handle, email: `${name}@mail.test`, password: PASSWORD });
  // The AppView serves only people whom it has indexed, so everybody says something about themselves.
  await agent.upsertProfile((known) => ({ ...known, displayName: name }));
  const made = await agent.com.atproto.server.createAppPassword({ name: "switchboard" });
  return [name, { handle, did: agent.session.did, password: PASSWORD, app_password: made.data.password }];
}

const accounts = await Promise.all(process.env.ACCOUNTS.split(",").map(openAccount));
await network.processAll();

process.on("SIGTERM", () => {
  setTimeout(() => process.exit(1), 5000).unref();
  network.close().finally(() => process.exit(0));
});
console.log(
  JSON.stringify({ url: network.pds.url, jwtSecret: JWT_SECRET, accounts: Object.fromEntries(accounts) }),
);
