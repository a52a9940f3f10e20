// One wallet: credo's agent with our keys, our storage, and a fetch that writes down what leaves the wallet.
import { EventEmitter } from 'node:events';
import { Agent, InjectionSymbols, IntegrityVerifier, Kms, SdJwtVcModule, X509Module } from '@credo-ts/core';
import { OpenId4VcModule } from '@credo-ts/openid4vc';
import { MemoryKeys } from './credo_keys.mjs';
import { MemoryRecords } from './credo_records.mjs';

const RECORDED_HEADERS = ['accept', 'content-type', 'authorization', 'dpop'];

const ANSWER_TIMEOUT_MS = 120_000;

/**
 * A fetch that reaches one origin only and appends every exchange to `exchanges`.
 *
 * Bodies are read once and passed on as bytes: a cloned body of Node's fetch may be cancelled while it is being
 * sent, when the clone is collected (undici #4414), and the request then waits for ever.
 */
function recordingFetch(origin, exchanges) {
  return async (input, init) => {
    const { url, method, headers, ...request } = await readRequest(input, init);
    if (new URL(url).origin !== origin) throw new Error(`asked for ${url}, outside ${origin}`);
    const exchange = {
      method,
      url,
      headers: Object.fromEntries(RECORDED_HEADERS.map((name) => [name, headers.get(name)])),
      body: request.body ?? '',
    };
    exchanges.push(exchange);
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await fetch(url, { method, headers, signal, ...request });
    const bytes = await response.arrayBuffer();
    exchange.status = response.status;
    exchange.answer = new TextDecoder().decode(bytes);
    return new Response(bytes.byteLength > 0 ? bytes : null, response);
  };
}

/** What credo asks to be sent, its body as text. */
async function readRequest(input, init) {
  const request = new Request(input, init);
  const body = await request.text();
  return { url: request.url, method: request.method, headers: request.headers, ...(body && { body }) };
}

/** Type metadata by plain http too, which credo leaves to its user; the integrity check is credo's. */
function typeMetadataResolver(fetchDocument) {
  return async (vct, integrity) => {
    const response = await fetchDocument(vct);
    if (!response.ok) throw new Error(`type metadata: status ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (integrity) IntegrityVerifier.verifyIntegrity(bytes, integrity);
    return JSON.parse(new TextDecoder().decode(bytes));
  };
}

/** What credo insists on having and a holder over HTTP never uses. */
class Unused {}

const ownBackends = () => ({
  register(dependencies) {
    dependencies.resolve(Kms.KeyManagementModuleConfig).registerBackend(new MemoryKeys());
    dependencies.registerInstance(InjectionSymbols.StorageService, new MemoryRecords());
  },
});

/**
 * A new, empty wallet.
 *
 * @param {string} origin the only one it may talk to
 * @param {{credential: string[], request: string[]}} anchors PEM: whom it trusts to issue, and to ask
 */
export async function openWallet(origin, anchors) {
  const exchanges = [];
  const recorded = recordingFetch(origin, exchanges);
  const trusted = { credential: anchors.credential, oauth2SecuredAuthorizationRequest: anchors.request };
  const agent = new Agent({
    config: { allowInsecureHttpUrls: true, autoUpdateStorageOnStartup: true },
    dependencies: {
      FileSystem: Unused,
      WebSocketClass: Unused,
      EventEmitterClass: EventEmitter,
      fetch: recorded,
    },
    modules: {
      backends: ownBackends(),
      openid4vc: new OpenId4VcModule({}),
      sdJwtVc: new SdJwtVcModule({ customTypeMetadataResolver: typeMetadataResolver(recorded) }),
      x509: new X509Module({
        getTrustedCertificatesForVerification: (_context, { verification }) => trusted[verification.type] ?? [],
      }),
    },
  });
  await agent.initialize();
  return { agent, exchanges };
}
