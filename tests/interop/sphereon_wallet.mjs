// One offer, received by Sphereon's client. Prints what it got and every HTTP request that left it, as JSON.
//
//   node sphereon_wallet.mjs ORIGIN OFFER CONFIGURATION [TX_CODE]
import { generateKeyPairSync, sign } from 'node:crypto';
import { OpenID4VCIClientV1_0_15 } from '@sphereon/oid4vci-client';

const [origin, offer, configuration, txCode] = process.argv.slice(2);
const exchanges = [];
const plainFetch = globalThis.fetch;

/** Reaches one origin only and writes down what leaves the wallet. */
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  if (new URL(request.url).origin !== origin) throw new Error(`asked for ${request.url}, outside ${origin}`);
  const exchange = {
    method: request.method,
    url: request.url,
    headers: { 'content-type': request.headers.get('content-type') },
    body: await request.clone().text(),
  };
  exchanges.push(exchange);
  const response = await plainFetch(request);
  exchange.status = response.status;
  exchange.answer = await response.clone().text();
  return response;
};
console.log = console.error; // the client talks; standard output is for the answer

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
const jwk = { kty, crv, x, y };
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The client leaves header and signature to its user; what it says of the key is kept. */
async function signCallback({ header, payload }) {
  const data = `${encoded({ ...header, typ: 'openid4vci-proof+jwt', alg: 'ES256' })}.${encoded(payload)}`;
  const signature = sign('sha256', Buffer.from(data), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${data}.${signature.toString('base64url')}`;
}

async function receive() {
  const client = await OpenID4VCIClientV1_0_15.fromURI({ uri: offer, alg: 'ES256', retrieveServerMetadata: true });
  const { token_type } = await client.acquireAccessToken({ pin: txCode });
  const response = await client.acquireCredentials({
    credentialTypes: [configuration],
    format: 'dc+sd-jwt',
    alg: 'ES256',
    jwk,
    proofCallbacks: { signCallback },
  });
  return { token_type, jwk, response };
}

const answer = {};
try {
  answer.result = await receive();
} catch (error) {
  answer.error = [String(error.message)];
}
process.stdout.write(JSON.stringify({ ...answer, exchanges }));
