// credo-ts as issuer, for `make bench`: the same flow, asked for by the same client.
//
//   node credo_issuer.mjs OFFERS      prints one line of JSON: its origin, and a pre-authorized code for each offer
import { EventEmitter } from 'node:events';
import { Agent, InjectionSymbols, Kms, SdJwtVcModule, X509Module } from '@credo-ts/core';
import { OpenId4VcModule } from '@credo-ts/openid4vc';
import express from 'express';
import { MemoryKeys } from './credo_keys.mjs';
import { MemoryRecords } from './credo_records.mjs';

const TYPE = 'photo-card';
const VCT = 'https://issuer.example/types/photo-card/1';
const DISCLOSABLE = {
  family_name: "Tremblay-O'Connor",
  given_name: 'Maya Élise',
  birthdate: '1994-06-14',
  sex: 'F',
  street_address: 'Unit 4, 118 Spadina Ave',
  locality: 'Toronto',
  region: 'ON',
  postal_code: 'M5V 2K9',
  country: 'CA',
  age_over_19: true,
  personal_administrative_number: 'mL5rS0qWc2xQb7tYd9uVfA',
  document_number: 'PC-7H3K-M9Q2-RT4X',
};
const CLEAR = { vct: VCT, issuing_authority: 'Trillium', issuing_country: 'CA' };

const offers = Number(process.argv[2]);
const app = express();
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
// Node closes what is idle for five seconds, and a process that has to wait for its turn looks idle.
server.keepAliveTimeout = 0;
const origin = `http://localhost:${server.address().port}`;
let certificate;

/** A credential for each key, as many claims as Trillium's benchmark has. */
function credentials({ holderBinding, credentialConfigurationId }) {
  return {
    type: 'credentials',
    format: 'dc+sd-jwt',
    credentials: holderBinding.keys.map((holder) => ({
      payload: { ...CLEAR, ...DISCLOSABLE, exp: 1_900_000_000, configuration: credentialConfigurationId },
      holder,
      issuer: { method: 'x5c', x5c: [certificate], issuer: origin },
      disclosureFrame: { _sd: Object.keys(DISCLOSABLE) },
      headerType: 'dc+sd-jwt',
    })),
  };
}

class Unused {}
const agent = new Agent({
  config: { allowInsecureHttpUrls: true, autoUpdateStorageOnStartup: true },
  dependencies: { FileSystem: Unused, WebSocketClass: Unused, EventEmitterClass: EventEmitter, fetch },
  modules: {
    backends: {
      register(dependencies) {
        dependencies.resolve(Kms.KeyManagementModuleConfig).registerBackend(new MemoryKeys());
        dependencies.registerInstance(InjectionSymbols.StorageService, new MemoryRecords());
      },
    },
    sdJwtVc: new SdJwtVcModule(),
    x509: new X509Module(),
    openid4vc: new OpenId4VcModule({
      app,
      issuer: { baseUrl: `${origin}/oid4vci`, credentialRequestToCredentialMapper: credentials },
    }),
  },
});
await agent.initialize();

const { publicJwk } = await agent.kms.createKeyForSignatureAlgorithm({ algorithm: 'ES256' });
certificate = await agent.x509.createCertificate({
  authorityKey: Kms.PublicJwk.fromPublicJwk(publicJwk),
  issuer: { commonName: 'bench' },
  extensions: { subjectAlternativeName: { name: [{ type: 'url', value: origin }] } },
});

const issuer = agent.openid4vc.issuer ?? agent.modules.openid4vc.issuer;
const { issuerId } = await issuer.createIssuer({
  issuerId: 'bench',
  accessTokenSignerKeyType: { kty: 'EC', crv: 'P-256' },
  batchCredentialIssuance: { batchSize: 10 },
  credentialConfigurationsSupported: {
    [TYPE]: {
      format: 'dc+sd-jwt',
      vct: VCT,
      scope: TYPE,
      cryptographic_binding_methods_supported: ['jwk'],
      credential_signing_alg_values_supported: ['ES256'],
      proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
      credential_metadata: { display: [{ name: 'Photo card', locale: 'en-CA' }] },
    },
  },
});

const codes = [];
for (let made = 0; made < offers; made += 1) {
  const { issuanceSession } = await issuer.createCredentialOffer({
    issuerId,
    credentialConfigurationIds: [TYPE],
    preAuthorizedCodeFlowConfig: {},
    version: 'v1',
  });
  codes.push(issuanceSession.preAuthorizedCode);
}
process.stdout.write(`${JSON.stringify({ origin, issuer: `${origin}/oid4vci/${issuerId}`, codes })}\n`);
