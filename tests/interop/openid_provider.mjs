// An ordinary OpenID provider: what a login costs where a name is all that is asked for. For `make bench`.
//
//   node openid_provider.mjs REDIRECT_URI
//
// Prints one line of JSON: its issuer, and the client that it knows. Everything is kept in memory.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [redirectUri] = process.argv.slice(2);
const server = createServer();
// A client that is starved of its processor must not find its connection closed.
server.keepAliveTimeout = 0;
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://localhost:${server.address().port}`;
const client = { client_id: 'bench', client_secret: randomBytes(32).toString('base64url') };
const person = { sub: 'maya', given_name: 'Maya', family_name: 'Tremblay', birthdate: '1994-02-27' };

const provider = new Provider(issuer, {
  clients: [{ ...client, redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_basic' }],
  claims: { openid: ['sub'], profile: ['given_name', 'family_name', 'birthdate'] },
  conformIdTokenClaims: true,
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  features: { devInteractions: { enabled: false } },
  findAccount: () => ({ accountId: person.sub, claims: () => person }),
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 300, IdToken: 300, AuthorizationCode: 60 },
});

/** Whoever presses the button is Maya and agrees; no password is hashed, nobody is asked twice. */
async function agree(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: person.sub, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const result = { login: { accountId: person.sub, remember: false }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}

const callback = provider.callback();
server.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) callback(request, response);
  else if (request.method === 'POST') void agree(request, response);
  else {
    const page = '<!doctype html><title>Sign in</title><form method="post"><button>Sign in</button></form>';
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
  }
});

process.stdout.write(`${JSON.stringify({ issuer, ...client })}\n`);
