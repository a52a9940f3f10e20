// Relying services that sign their visitors in with the openid-client package, one for each name in the path.
//
//   node openid_client.mjs            prints its origin as a line of JSON
//
//   POST /<name>                      sets a service up: {issuer, client_id, authentication, ...}; see `configure`
//   POST /<name>/registration         registers itself by RFC 7591 first: {issuer, metadata}
//   GET  /<name>/login?<parameters>   sends the visitor to the provider; the parameters go along
//   GET  /<name>/callback             where the visitor comes back: what the service knows of them, as JSON
//   GET  /<name>/logout               sends the visitor to the provider's end of session
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import * as client from 'openid-client';

const services = new Map();
const insecure = { execute: [client.allowInsecureRequests] };
let origin;

const authentications = {
  client_secret_basic: ({ client_secret }) => client.ClientSecretBasic(client_secret),
  client_secret_post: ({ client_secret }) => client.ClientSecretPost(client_secret),
  none: () => client.None(),
  private_key_jwt: async ({ private_jwk }) => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const key = await crypto.subtle.importKey('jwk', private_jwk, algorithm, false, ['sign']);
    return client.PrivateKeyJwt({ key, kid: private_jwk.kid });
  },
};

/** `par`, `dpop`, `pkce`, `nonce`: whether the service uses them; `scope`: what it asks for; `host`: its own origin. */
async function configure(name, given) {
  const { issuer, client_id, authentication = 'client_secret_basic', metadata = {} } = given;
  const prove = await authentications[authentication](given);
  const configuration = await client.discovery(new URL(issuer), client_id, metadata, prove, insecure);
  services.set(name, await service(name, configuration, given));
  return { server: configuration.serverMetadata() };
}

async function register(name, given) {
  const metadata = { ...given.metadata, redirect_uris: [`${origin}/${name}/callback`] };
  const configuration = await client.dynamicClientRegistration(new URL(given.issuer), metadata, undefined, insecure);
  services.set(name, await service(name, configuration, given));
  return { client: configuration.clientMetadata() };
}

async function service(name, configuration, given) {
  const { par = false, dpop = false, pkce = true, nonce = true, scope = 'openid', host = origin } = given;
  const handle = dpop ? client.getDPoPHandle(configuration, await client.randomDPoPKeyPair()) : undefined;
  return { base: `${host}/${name}`, configuration, par, handle, pkce, nonce, scope, visits: new Map(), hints: new Map() };
}

async function login(service, asked) {
  const visit = { state: client.randomState() };
  const parameters = { scope: service.scope, ...Object.fromEntries(asked), state: visit.state };
  parameters.redirect_uri = `${service.base}/callback`;
  if (service.pkce) {
    visit.verifier = client.randomPKCECodeVerifier();
    parameters.code_challenge = await client.calculatePKCECodeChallenge(visit.verifier);
    parameters.code_challenge_method = 'S256';
  }
  if (service.nonce) parameters.nonce = visit.nonce = client.randomNonce();
  if (parameters.max_age !== undefined) visit.maxAge = Number(parameters.max_age);
  const build = service.par ? client.buildAuthorizationUrlWithPAR : client.buildAuthorizationUrl;
  const options = service.handle ? { DPoP: service.handle } : undefined;
  const location = await build(service.configuration, parameters, ...(service.par && options ? [options] : []));
  const id = randomUUID();
  service.visits.set(id, visit);
  return { status: 303, location: location.href, cookie: `visit=${id}; HttpOnly; SameSite=Lax; Path=/` };
}

async function callback(service, url, id) {
  const visit = service.visits.get(id);
  service.visits.delete(id);
  if (!visit) return { status: 400, body: { error: 'no_visit' } };
  const checks = {
    pkceCodeVerifier: visit.verifier,
    expectedState: visit.state,
    expectedNonce: visit.nonce,
    maxAge: visit.maxAge,
    idTokenExpected: true,
  };
  const options = service.handle ? { DPoP: service.handle } : undefined;
  const tokens = await client.authorizationCodeGrant(service.configuration, url, checks, undefined, options);
  const claims = tokens.claims();
  const { access_token, token_type, expires_in, id_token } = tokens;
  const userinfo = await client.fetchUserInfo(service.configuration, access_token, claims.sub, options);
  service.hints.set('last', id_token);
  const header = JSON.parse(Buffer.from(id_token.split('.')[0], 'base64url'));
  return { status: 200, body: { claims, userinfo, header, token_type, expires_in, access_token, id_token } };
}

function logout(service) {
  const parameters = {
    id_token_hint: service.hints.get('last'),
    post_logout_redirect_uri: `${service.base}/bye`,
    state: 'after-logout',
  };
  return { status: 303, location: client.buildEndSessionUrl(service.configuration, parameters).href };
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks));
}

async function respond(request) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const [, name, action = ''] = url.pathname.split('/');
  if (request.method === 'POST') {
    const body = await (action === 'registration' ? register : configure)(name, await read(request));
    return { status: 200, body };
  }
  const service = services.get(name);
  if (!service) return { status: 404, body: { error: 'no_service' } };
  const id = /visit=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (action === 'login') return login(service, url.searchParams);
  if (action === 'callback') return callback(service, url, id);
  if (action === 'logout') return logout(service);
  return { status: 200, body: { page: action, query: Object.fromEntries(url.searchParams) } };
}

/** What openid-client did not like, with the provider's own words. */
function complaint(error) {
  const { name, code, message, error: word, error_description: description, status } = error;
  return { failed: { name, code, message, error: word, description, status, cause: String(error.cause ?? '') } };
}

const server = createServer(async (request, response) => {
  const answer = await respond(request).catch((error) => ({ status: 400, body: complaint(error) }));
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  if (answer.location) headers.Location = answer.location;
  if (answer.cookie) headers['Set-Cookie'] = answer.cookie;
  response.writeHead(answer.status, headers).end(JSON.stringify(answer.body ?? {}));
});

// A client that is starved of its processor must not find its connection closed.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  origin = `http://localhost:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ origin })}\n`);
});
