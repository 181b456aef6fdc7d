// What the service's answers are judged by: OpenSSL inside node, and noble's post-quantum code. Nothing of Keyward's.
"use strict";
const crypto = require("crypto");

// Every algorithm that Google's API names, at protection level SOFTWARE, beside GOOGLE_SYMMETRIC_ENCRYPTION.
const standard = {
  RAW_ENCRYPT_DECRYPT: ["AES_128_GCM", "AES_256_GCM", "AES_128_CBC", "AES_256_CBC", "AES_128_CTR", "AES_256_CTR"],
  MAC: ["HMAC_SHA1", "HMAC_SHA224", "HMAC_SHA256", "HMAC_SHA384", "HMAC_SHA512"],
  ASYMMETRIC_SIGN: [
    "EC_SIGN_P256_SHA256", "EC_SIGN_P384_SHA384", "EC_SIGN_SECP256K1_SHA256", "EC_SIGN_ED25519",
    "RSA_SIGN_PSS_2048_SHA256", "RSA_SIGN_PSS_3072_SHA256", "RSA_SIGN_PSS_4096_SHA256", "RSA_SIGN_PSS_4096_SHA512",
    "RSA_SIGN_PKCS1_2048_SHA256", "RSA_SIGN_PKCS1_3072_SHA256", "RSA_SIGN_PKCS1_4096_SHA256",
    "RSA_SIGN_PKCS1_4096_SHA512", "RSA_SIGN_RAW_PKCS1_2048", "RSA_SIGN_RAW_PKCS1_3072", "RSA_SIGN_RAW_PKCS1_4096",
    "PQ_SIGN_ML_DSA_44", "PQ_SIGN_ML_DSA_65", "PQ_SIGN_ML_DSA_87", "PQ_SIGN_ML_DSA_44_EXTERNAL_MU",
    "PQ_SIGN_ML_DSA_65_EXTERNAL_MU", "PQ_SIGN_ML_DSA_87_EXTERNAL_MU", "PQ_SIGN_SLH_DSA_SHA2_128S",
    "PQ_SIGN_HASH_SLH_DSA_SHA2_128S_SHA256",
  ],
  ASYMMETRIC_DECRYPT: [
    "RSA_DECRYPT_OAEP_2048_SHA1", "RSA_DECRYPT_OAEP_3072_SHA1", "RSA_DECRYPT_OAEP_4096_SHA1",
    "RSA_DECRYPT_OAEP_2048_SHA256", "RSA_DECRYPT_OAEP_3072_SHA256", "RSA_DECRYPT_OAEP_4096_SHA256",
    "RSA_DECRYPT_OAEP_4096_SHA512",
  ],
  KEY_ENCAPSULATION: ["ML_KEM_768", "ML_KEM_1024", "KEM_XWING"],
};

const hash = (name, bytes) => crypto.createHash(name).update(bytes).digest();
const shake256 = (...parts) =>
  crypto.createHash("shake256", { outputLength: 64 }).update(Buffer.concat(parts)).digest();

// What to hand in to be signed, and how the signature is judged.
async function verifier(algorithm, key, message) {
  if (algorithm.startsWith("PQ_")) return postQuantumVerifier(algorithm, key, message);
  if (algorithm === "EC_SIGN_ED25519")
    return { inputs: [{ data: message }], verify: (signature) => crypto.verify(null, message, key, signature) };
  if (algorithm.startsWith("RSA_SIGN_RAW")) {
    const data = message.subarray(0, 100);
    const padding = crypto.constants.RSA_PKCS1_PADDING;
    return {
      inputs: [{ data }],
      verify: (signature) => crypto.publicDecrypt({ key, padding }, signature).equals(data),
    };
  }
  const name = algorithm.split("_").pop().toLowerCase();
  const form = algorithm.startsWith("RSA_SIGN_PSS")
    ? { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST }
    : {};
  return {
    inputs: [{ digest: { [name]: hash(name, message) } }, { data: message }],
    verify: (signature) => crypto.verify(name, message, { key, ...form }, signature),
  };
}

async function postQuantumVerifier(algorithm, key, message) {
  if (algorithm.includes("SLH_DSA")) {
    const { slh_dsa_sha2_128s: slhDsa } = await import("@noble/post-quantum/slh-dsa.js");
    if (!algorithm.includes("HASH"))
      return { inputs: [{ data: message }], verify: (signature) => slhDsa.verify(signature, message, key) };
    const { sha256 } = await import("@noble/hashes/sha2.js");
    const prehashed = slhDsa.prehash(sha256);
    return {
      inputs: [{ digest: { sha256: hash("sha256", message) } }, { data: message }],
      verify: (signature) => prehashed.verify(signature, message, key),
    };
  }
  const size = algorithm.match(/ML_DSA_(\d+)/)[1];
  const mlDsa = (await import("@noble/post-quantum/ml-dsa.js"))[`ml_dsa${size}`];
  // FIPS 204, algorithm 7, line 6, with algorithm 2's prefix of an empty context.
  const mu = shake256(shake256(key), Buffer.from([0, 0]), message);
  return {
    inputs: [algorithm.endsWith("EXTERNAL_MU") ? { digest: { externalMu: mu } } : { data: message }],
    verify: (signature) => mlDsa.verify(signature, message, key),
  };
}

async function encapsulate(algorithm, key) {
  const { ml_kem768, ml_kem1024 } = await import("@noble/post-quantum/ml-kem.js");
  const { ml_kem768_x25519 } = await import("@noble/post-quantum/hybrid.js");
  const kem = { ML_KEM_768: ml_kem768, ML_KEM_1024: ml_kem1024, KEM_XWING: ml_kem768_x25519 }[algorithm];
  const { cipherText, sharedSecret } = kem.encapsulate(key);
  return { ciphertext: Buffer.from(cipherText), secret: sharedSecret };
}

const sizes = {
  AES_128: 16, AES_256: 32, HMAC_SHA1: 20, HMAC_SHA224: 28, HMAC_SHA256: 32, HMAC_SHA384: 48, HMAC_SHA512: 64,
};

const randomMaterial = (algorithm) =>
  crypto.randomBytes(sizes[algorithm] ?? sizes[algorithm.split("_").slice(0, 2).join("_")]);

function opener(algorithm, material, sealed, aad) {
  const iv = Buffer.from(sealed.initializationVector);
  const decipher = crypto.createDecipheriv(algorithm.toLowerCase().replaceAll("_", "-"), material, iv);
  const ciphertext = Buffer.from(sealed.ciphertext);
  if (!algorithm.endsWith("GCM"))
    return Buffer.concat([decipher.setAutoPadding(false).update(ciphertext), decipher.final()]);
  decipher.setAAD(aad.additionalAuthenticatedData).setAuthTag(ciphertext.subarray(-16));
  return Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()]);
}

function crc32c(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

module.exports = { crc32c, encapsulate, opener, randomMaterial, standard, verifier };
