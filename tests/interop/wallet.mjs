// Wallets under test: one JSON command a line in, one JSON answer a line out. README.md lists the commands.
//
//   node wallet.mjs http://localhost:8000
import { createInterface } from 'node:readline';
import { openWallet } from './credo_agent.mjs';
import * as issuance from './credo_issuance.mjs';
import * as presentation from './credo_presentation.mjs';

const origin = process.argv[2];
const wallets = new Map();

const commands = {
  async open({ wallet, anchors }) {
    wallets.set(wallet, { ...(await openWallet(origin, anchors)), session: {} });
  },

  ...issuance,

  ...presentation,
};

/** An error and what caused it, outermost first: credo wraps what it hears from a server. */
function causes(error) {
  if (!error) return [];
  return [`${error.name}: ${error.message}`, ...causes(error.cause)];
}

async function run({ command, wallet, ...given }) {
  const { agent, session, exchanges = [] } = wallets.get(wallet) ?? {};
  const done = {};
  try {
    done.result = await commands[command]({ wallet, agent, session, holder: agent?.openid4vc.holder, ...given });
  } catch (error) {
    done.error = causes(error);
  }
  return { ...done, exchanges: exchanges.splice(0) };
}

const withoutBigInts = (_name, value) => (typeof value === 'bigint' ? Number(value) : value);

process.stdout.write('{"ready":true}\n');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)), withoutBigInts)}\n`);
}
