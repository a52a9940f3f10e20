// One offer, received by Sphereon's client. Prints what it got and the address of every HTTP request, as JSON.
//
//   node sphereon_wallet.mjs ORIGIN OFFER CONFIGURATION [TX_CODE]
import { generateKeyPairSync, sign } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { OpenID4VCIClientV1_0_15 } from '@sphereon/oid4vci-client';

const [origin, offer, configuration, txCode] = process.argv.slice(2);
const exchanges = [];

// The client brings its own fetch, so what leaves the wallet is seen one floor below.
subscribe('http.client.response.finish', ({ request, response }) => {
  const { protocol, host, method, path } = request;
  exchanges.push({ method, url: `${protocol}//${host}:${new URL(origin).port}${path}`, status: response.statusCode });
});
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
