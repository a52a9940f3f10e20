// Wallets under test: one JSON command a line in, one JSON answer a line out. README.md lists the commands.
//
//   node wallet.mjs http://localhost:8000
import { createInterface } from 'node:readline';
import { Kms } from '@credo-ts/core';
import { openWallet } from './credo_agent.mjs';

const origin = process.argv[2];
const wallets = new Map();

const commands = {
  async open({ wallet, anchors }) {
    wallets.set(wallet, await openWallet(origin, anchors));
  },

  /** The issuer's documents as credo understands them. */
  async metadata({ holder, issuer }) {
    const { credentialIssuer, authorizationServers, knownCredentialConfigurations } =
      await holder.resolveIssuerMetadata(issuer);
    return {
      issuer: credentialIssuer,
      authorization_servers: authorizationServers,
      configurations: knownCredentialConfigurations,
    };
  },

  /** Redeems an offer and keeps the credentials, `copies` of each type. */
  async receive({ holder, agent, offer, tx_code, copies }) {
    const resolvedCredentialOffer = await holder.resolveCredentialOffer(offer);
    const offered = Object.keys(resolvedCredentialOffer.offeredCredentialConfigurations);
    const { accessToken } = await holder.requestToken({ resolvedCredentialOffer, txCode: tx_code });
    const received = [];
    // One request after the other: credo asks for one nonce a call, and each nonce of ours serves one request.
    for (const id of offered) {
      const { credentials } = await holder.requestCredentials({
        resolvedCredentialOffer,
        accessToken,
        credentialConfigurationIds: [id],
        credentialBindingResolver: async () => ({ method: 'jwk', keys: await createKeys(agent, copies) }),
      });
      for (const { record } of credentials) {
        await agent.sdJwtVc.store({ record });
        received.push({
          configuration: id,
          copies: record.credentialInstances.map(({ compactSdJwtVc }) => compactSdJwtVc),
          claims: record.firstCredential.prettyClaims,
          type_metadata: record.typeMetadata,
        });
      }
    }
    return { offered, received };
  },

  /** Reads a request and, if the wallet has what it asks for, answers it. */
  async present({ holder, agent, request }) {
    const resolved = await holder.resolveOpenId4VpAuthorizationRequest(request);
    const { queryResult } = resolved.dcql;
    const answer = {
      verifier: resolved.verifier,
      signer: resolved.signedAuthorizationRequest.signer.method,
      can_be_satisfied: queryResult.can_be_satisfied,
    };
    if (!queryResult.can_be_satisfied) return answer;
    const credentials = holder.selectCredentialsForDcqlRequest(queryResult);
    const sent = await holder.acceptOpenId4VpAuthorizationRequest({
      authorizationRequestPayload: resolved.authorizationRequestPayload,
      dcql: { credentials },
    });
    // credo takes the shown copy out of its record, all but the last; to keep it so is left to its user.
    for (const { credentialRecord } of Object.values(credentials).flat()) {
      await agent.sdJwtVc.update(credentialRecord);
    }
    return { ...answer, status: sent.serverResponse.status, body: sent.serverResponse.body };
  },
};

async function createKeys(agent, count) {
  const created = Array.from({ length: count }, () => agent.kms.createKeyForSignatureAlgorithm({ algorithm: 'ES256' }));
  return (await Promise.all(created)).map(({ publicJwk }) => Kms.PublicJwk.fromPublicJwk(publicJwk));
}

/** An error and what caused it, outermost first: credo wraps what it hears from a server. */
function causes(error) {
  if (!error) return [];
  return [`${error.name}: ${error.message}`, ...causes(error.cause)];
}

async function run({ command, wallet, ...given }) {
  const { agent, exchanges = [] } = wallets.get(wallet) ?? {};
  const done = {};
  try {
    done.result = await commands[command]({ wallet, agent, holder: agent?.openid4vc.holder, ...given });
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
