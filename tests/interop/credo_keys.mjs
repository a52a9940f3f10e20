// Keys for credo: P-256 pairs of node:crypto, in memory. ES256 is all that Trillium asks of a wallet.
import { createPublicKey, generateKeyPairSync, randomBytes, randomUUID, sign, verify } from 'node:crypto';

const CURVE = 'P-256';
const ALGORITHM = 'ES256';
const DIGEST = 'sha256';

/** The form of a JWS signature (RFC 7518 section 3.4): r and s side by side, not DER. */
const asJws = (key) => ({ key, dsaEncoding: 'ieee-p1363' });

/** credo's KeyManagementService as far as a holder of ES256 credentials needs it. */
export class MemoryKeys {
  backend = 'memory';
  #pairs = new Map();

  isOperationSupported(_context, { operation, algorithm, type }) {
    if (operation === 'createKey') return type.kty === 'EC' && type.crv === CURVE;
    if (operation === 'sign' || operation === 'verify') return algorithm === ALGORITHM;
    return operation === 'randomBytes';
  }

  async createKey(_context, { keyId = randomUUID() }) {
    this.#pairs.set(keyId, generateKeyPairSync('ec', { namedCurve: CURVE }));
    return { keyId, publicJwk: this.#publicJwk(keyId) };
  }

  async getPublicKey(_context, keyId) {
    return this.#pairs.has(keyId) ? this.#publicJwk(keyId) : null;
  }

  async sign(_context, { keyId, data }) {
    const { privateKey } = this.#pairs.get(keyId);
    return { signature: new Uint8Array(sign(DIGEST, data, asJws(privateKey))) };
  }

  /** Credo verifies with other people's keys only, which come along as `publicJwk`. */
  async verify(_context, { key: { publicJwk }, data, signature }) {
    const key = createPublicKey({ key: publicJwk, format: 'jwk' });
    return verify(DIGEST, data, asJws(key), signature) ? { verified: true, publicJwk } : { verified: false };
  }

  randomBytes(_context, { length }) {
    return new Uint8Array(randomBytes(length));
  }

  #publicJwk(keyId) {
    return { ...this.#pairs.get(keyId).publicKey.export({ format: 'jwk' }), kid: keyId };
  }
}
