// One wallet: credo's agent with our keys, our storage, and a fetch that writes down what leaves the wallet.
import { EventEmitter } from 'node:events';
import { Agent, InjectionSymbols, IntegrityVerifier, Kms, SdJwtVcModule, X509Module } from '@credo-ts/core';
import { OpenId4VcModule } from '@credo-ts/openid4vc';
import { MemoryKeys } from './credo_keys.mjs';
import { MemoryRecords } from './credo_records.mjs';

const RECORDED_HEADERS = ['accept', 'content-type', 'authorization', 'dpop'];

/** A fetch that reaches one origin only and appends every exchange to `exchanges`. */
function recordingFetch(origin, exchanges) {
  return async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== origin) throw new Error(`asked for ${request.url}, outside ${origin}`);
    const exchange = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(RECORDED_HEADERS.map((name) => [name, request.headers.get(name)])),
      body: await request.clone().text(),
    };
    exchanges.push(exchange);
    const response = await fetch(request);
    exchange.status = response.status;
    exchange.answer = await response.clone().text();
    return response;
  };
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
