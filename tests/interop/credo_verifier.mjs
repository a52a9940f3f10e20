// credo-ts as verifier: for the tests of our own wallet, and for `make bench` with the same client.
//
//   node credo_verifier.mjs REQUESTS VCT ANCHOR.pem
//
// Prints one line of JSON: the certificate above its requests, and for each request its link and what is in it. Then, for
// each line with the `state` of a request, what became of it.
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Agent, InjectionSymbols, Kms, SdJwtVcModule, X509KeyUsage, X509Module } from '@credo-ts/core';
import { OpenId4VcModule } from '@credo-ts/openid4vc';
import express from 'express';
import { MemoryKeys } from './credo_keys.mjs';
import { MemoryRecords } from './credo_records.mjs';

const [requests, vct, anchor] = process.argv.slice(2);
const app = express();
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
// Node closes what is idle for five seconds, and a process that has to wait for its turn looks idle.
server.keepAliveTimeout = 0;
const origin = `http://localhost:${server.address().port}`;
const query = {
  credentials: [
    {
      id: 'photo_card',
      format: 'dc+sd-jwt',
      meta: { vct_values: [vct] },
      claims: [{ path: ['given_name'] }, { path: ['family_name'] }, { path: ['birthdate'] }],
    },
  ],
};

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
    x509: new X509Module({ trustedCertificates: [readFileSync(anchor, 'utf8')] }),
    openid4vc: new OpenId4VcModule({ app, verifier: { baseUrl: `${origin}/oid4vp` } }),
  },
});
await agent.initialize();

const newKey = async () => {
  const { publicJwk } = await agent.kms.createKeyForSignatureAlgorithm({ algorithm: 'ES256' });
  return Kms.PublicJwk.fromPublicJwk(publicJwk);
};
const authorityKey = await newKey();
const year = 365 * 24 * 60 * 60 * 1000;
const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + year) };
const authority = await agent.x509.createCertificate({
  authorityKey,
  issuer: { commonName: 'Authority of a shop' },
  validity,
  extensions: {
    basicConstraints: { ca: true, pathLenConstraint: 0, markAsCritical: true },
    keyUsage: { usages: [X509KeyUsage.KeyCertSign], markAsCritical: true },
    subjectKeyIdentifier: { include: true },
  },
});
const leaf = await agent.x509.createCertificate({
  authorityKey,
  subjectPublicKey: await newKey(),
  issuer: authority.issuer,
  subject: { commonName: 'A shop', organizationalUnit: 'Counter' },
  validity,
  extensions: {
    subjectAlternativeName: { name: [{ type: 'dns', value: 'localhost' }, { type: 'url', value: origin }] },
    keyUsage: { usages: [X509KeyUsage.DigitalSignature], markAsCritical: true },
    subjectKeyIdentifier: { include: true },
    authorityKeyIdentifier: { include: true },
  },
});

const { verifier } = agent.openid4vc;
const { verifierId } = await verifier.createVerifier({ verifierId: 'bench' });
const made = [];
for (let count = 0; count < Number(requests); count += 1) {
  const { authorizationRequest, verificationSession } = await verifier.createAuthorizationRequest({
    verifierId,
    requestSigner: { method: 'x5c', x5c: [leaf], clientIdPrefix: 'x509_hash' },
    dcql: { query },
    responseMode: 'direct_post.jwt',
    version: 'v1',
    expirationInSeconds: 3600,
  });
  made.push({ link: authorizationRequest, request: verificationSession.requestPayload });
}
process.stdout.write(`${JSON.stringify({ origin, authority: authority.toString('pem'), requests: made })}\n`);

for await (const state of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await result(state))}\n`);
}
process.exit();

/** What became of the request with this `state`: whether its answer was verified, and the claims it showed. */
async function result(state) {
  const [session] = await verifier.findVerificationSessionsByQuery({ payloadState: state });
  if (session.state !== 'ResponseVerified') return { state: session.state, error: session.errorMessage };
  const { dcql } = await verifier.getVerifiedAuthorizationResponse(session.id);
  const shown = Object.entries(dcql.presentations).map(([id, [one]]) => [id, one.prettyClaims]);
  return { state: session.state, claims: Object.fromEntries(shown) };
}
