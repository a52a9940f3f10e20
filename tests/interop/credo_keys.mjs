// Keys for credo: P-256 pairs of node:crypto, in memory. ES256 is all that Trillium asks of a wallet, and ECDH-ES with
// AES-GCM all that it lets itself be answered with.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';

const CURVE = 'P-256';
const ALGORITHM = 'ES256';
const DIGEST = 'sha256';
const CIPHERS = { A128GCM: 'aes-128-gcm', A256GCM: 'aes-256-gcm' };
const KEY_BYTES = { A128GCM: 16, A256GCM: 32 };
const IV_BYTES = 12;

/** The form of a JWS signature (RFC 7518 section 3.4): r and s side by side, not DER. */
const asJws = (key) => ({ key, dsaEncoding: 'ieee-p1363' });

/** credo's KeyManagementService as far as a holder of ES256 credentials needs it. */
export class MemoryKeys {
  backend = 'memory';
  #pairs = new Map();

  isOperationSupported(_context, { operation, algorithm, type, keyAgreement, encryption, decryption }) {
    if (operation === 'createKey') return type.kty === 'EC' && type.crv === CURVE;
    if (operation === 'sign' || operation === 'verify') return algorithm === ALGORITHM;
    if (operation === 'encrypt' || operation === 'decrypt') {
      return keyAgreement?.algorithm === 'ECDH-ES' && (encryption ?? decryption).algorithm in CIPHERS;
    }
    return operation === 'randomBytes' || operation === 'deleteKey';
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

  async encrypt(_context, { key: { keyAgreement }, encryption: { algorithm, aad }, data }) {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHERS[algorithm], this.#agreed(keyAgreement, algorithm), iv).setAAD(aad);
    const encrypted = new Uint8Array(Buffer.concat([cipher.update(data), cipher.final()]));
    return { encrypted, iv: new Uint8Array(iv), tag: new Uint8Array(cipher.getAuthTag()) };
  }

  async decrypt(_context, { key: { keyAgreement }, decryption: { algorithm, aad, iv, tag }, encrypted }) {
    const decipher = createDecipheriv(CIPHERS[algorithm], this.#agreed(keyAgreement, algorithm), iv);
    decipher.setAAD(aad).setAuthTag(tag);
    return { data: new Uint8Array(Buffer.concat([decipher.update(encrypted), decipher.final()])) };
  }

  async deleteKey(_context, { keyId }) {
    return this.#pairs.delete(keyId);
  }

  /** The content encryption key of RFC 7518 section 4.6.2. */
  #agreed({ keyId, externalPublicJwk, apu = [], apv = [] }, algorithm) {
    const publicKey = createPublicKey({ key: externalPublicJwk, format: 'jwk' });
    const secret = diffieHellman({ privateKey: this.#pairs.get(keyId).privateKey, publicKey });
    const digest = createHash(DIGEST).update(number(1)).update(secret);
    for (const field of [Buffer.from(algorithm), apu, apv]) digest.update(number(field.length)).update(Buffer.from(field));
    return digest.update(number(KEY_BYTES[algorithm] * 8)).digest().subarray(0, KEY_BYTES[algorithm]);
  }

  randomBytes(_context, { length }) {
    return new Uint8Array(randomBytes(length));
  }

  #publicJwk(keyId) {
    return { ...this.#pairs.get(keyId).publicKey.export({ format: 'jwk' }), kid: keyId };
  }
}

function number(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
