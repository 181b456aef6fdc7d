// What must be refused of a version's use, with Google's codes. Required by google-algorithms.js.
"use strict";
const crypto = require("crypto");
const { codeOf } = require("./google-client.js");

async function messageOf(call) {
  try {
    await call();
    return "";
  } catch (error) {
    return error.message;
  }
}

// What one may do whose only role is cryptoOperator: what needs expertise takes a role of its own.
exports.asOperator = async function asOperator(admin, operator, email, ring, names) {
  const name = (algorithm) => ({ name: names[algorithm] });
  const data = Buffer.from("data");
  const digest = { sha256: crypto.randomBytes(32) };
  const plaintext = crypto.randomBytes(16);
  const calls = {
    "sign": [0, () => operator.asymmetricSign({ ...name("EC_SIGN_P256_SHA256"), digest })],
    "MAC": [0, () => operator.macSign({ ...name("HMAC_SHA256"), data })],
    "raw GCM": [0, () => operator.rawEncrypt({ ...name("AES_256_GCM"), plaintext })],
    "public key": [0, () => operator.getPublicKey(name("RSA_SIGN_RAW_PKCS1_2048"))],
    "decapsulate": [0, () => operator.decapsulate({ ...name("ML_KEM_768"), ciphertext: crypto.randomBytes(1088) })],
    "raw CBC": [7, () => operator.rawEncrypt({ ...name("AES_256_CBC"), plaintext })],
    "raw CTR": [7, () => operator.rawEncrypt({ ...name("AES_256_CTR"), plaintext })],
    "raw PKCS#1": [7, () => operator.asymmetricSign({ ...name("RSA_SIGN_RAW_PKCS1_2048"), data })],
    "describe": [7, () => operator.getCryptoKeyVersion(name("HMAC_SHA256"))],
  };
  const unexpected = [];
  const expect = async (what, expected, call) => {
    const code = await codeOf(call);
    if (code !== expected) unexpected.push(`${what}: ${code} instead of ${expected}`);
  };
  for (const [what, [, call]] of Object.entries(calls)) await expect(`${what}, without a role`, 7, call);
  const members = [`serviceAccount:${email}`];
  await admin.setIamPolicy({
    resource: ring, policy: { bindings: [{ role: "roles/cloudkms.cryptoOperator", members }] },
  });
  for (const [what, [expected, call]] of Object.entries(calls)) await expect(what, expected, call);
  await admin.setIamPolicy({
    resource: ring,
    policy: {
      bindings: ["cryptoOperator", "expertRawAesCtr"].map((role) => ({ role: `roles/cloudkms.${role}`, members })),
    },
  });
  await expect("raw CTR with expertise", 0, calls["raw CTR"][1]);
  await expect("raw CBC with another's", 7, calls["raw CBC"][1]);
  return unexpected;
};

exports.run = async function run(client, location, ring, names) {
  const bytes = (size) => crypto.randomBytes(size);
  const wrong = { value: "1" };
  const make = (purpose, algorithm, more) => client.createCryptoKey({
    parent: ring, cryptoKeyId: `refused-${bytes(4).toString("hex")}`,
    cryptoKey: { purpose, versionTemplate: algorithm ? { algorithm } : undefined, ...more },
  });
  const of = (algorithm) => names[algorithm];
  const sign = (algorithm, input) => client.asymmetricSign({ name: of(algorithm), ...input });
  const raw = (algorithm, input) => client.rawEncrypt({ name: of(algorithm), plaintext: bytes(16), ...input });
  const open = (algorithm, input) => client.rawDecrypt({ name: of(algorithm), ciphertext: bytes(32), ...input });
  const p256 = "EC_SIGN_P256_SHA256";
  const publicKey = (algorithm, publicKeyFormat) => client.getPublicKey({ name: of(algorithm), publicKeyFormat });
  const calls = {
    "no algorithm": [3, () => make("ASYMMETRIC_SIGN")],
    "an algorithm of another purpose": [3, () => make("MAC", p256)],
    "a rotation without a primary": [3, () => make("MAC", "HMAC_SHA256", { rotationPeriod: { seconds: 86400 } })],
    "a wrong hash": [3, () => sign(p256, { digest: { sha384: bytes(48) } })],
    "a short digest": [3, () => sign(p256, { digest: { sha256: bytes(31) } })],
    "digest and data": [3, () => sign(p256, { digest: { sha256: bytes(32) }, data: bytes(1) })],
    "nothing to sign": [3, () => sign(p256, {})],
    "a digest for Ed25519": [3, () => sign("EC_SIGN_ED25519", { digest: { sha512: bytes(64) } })],
    "data for an external mu": [3, () => sign("PQ_SIGN_ML_DSA_65_EXTERNAL_MU", { data: bytes(64) })],
    "a short mu": [3, () => sign("PQ_SIGN_ML_DSA_65_EXTERNAL_MU", { digest: { externalMu: bytes(63) } })],
    "too much for raw PKCS#1": [3, () => sign("RSA_SIGN_RAW_PKCS1_2048", { data: bytes(246) })],
    "too much to sign": [3, () => sign("EC_SIGN_ED25519", { data: bytes(65537) })],
    "a wrong digest checksum": [3, () => sign(p256, { digest: { sha256: bytes(32) }, digestCrc32c: wrong })],
    "a wrong data checksum": [3, () => sign(p256, { data: bytes(32), dataCrc32c: wrong })],
    "another purpose": [9, () => client.macSign({ name: of(p256), data: bytes(1) })],
    "raw use of a signing key": [9, () => raw(p256)],
    "a version that is not there": [5, () => client.asymmetricSign({
      name: of(p256).replace(/1$/, "9"), digest: { sha256: bytes(32) },
    })],
    "too much for a MAC": [3, () => client.macSign({ name: of("HMAC_SHA256"), data: bytes(65537) })],
    "a wrong MAC checksum": [3, () => client.macVerify({
      name: of("HMAC_SHA256"), data: bytes(1), mac: bytes(32), macCrc32c: wrong,
    })],
    "an IV with GCM": [3, () => raw("AES_256_GCM", { initializationVector: bytes(12) })],
    "a short IV": [3, () => raw("AES_256_CBC", { initializationVector: bytes(12) })],
    "half a block": [3, () => raw("AES_128_CBC", { plaintext: bytes(8) })],
    "AAD with CTR": [3, () => raw("AES_256_CTR", { additionalAuthenticatedData: bytes(1) })],
    "too much raw plaintext": [3, () => raw("AES_256_CTR", { plaintext: bytes(65537) })],
    "a wrong IV checksum": [3, () => raw("AES_256_CTR", {
      initializationVector: bytes(16), initializationVectorCrc32c: wrong,
    })],
    "a wrong tag": [3, () => open("AES_256_GCM", { initializationVector: bytes(12) })],
    "no IV": [3, () => open("AES_256_CTR", {})],
    "a tag's length with CTR": [3, () => open("AES_256_CTR", { initializationVector: bytes(16), tagLength: 16 })],
    "what is no OAEP": [3, () => client.asymmetricDecrypt({
      name: of("RSA_DECRYPT_OAEP_2048_SHA256"), ciphertext: bytes(256),
    })],
    "a short RSA ciphertext": [3, () => client.asymmetricDecrypt({
      name: of("RSA_DECRYPT_OAEP_2048_SHA256"), ciphertext: bytes(255),
    })],
    "a short encapsulation": [3, () => client.decapsulate({ name: of("ML_KEM_768"), ciphertext: bytes(1087) })],
    "a post-quantum key without format": [3, () => publicKey("ML_KEM_768")],
    "NIST_PQC of an EC key": [3, () => publicKey(p256, "NIST_PQC")],
    "NIST_PQC of X-Wing": [3, () => publicKey("KEM_XWING", "NIST_PQC")],
    "XWING_RAW_BYTES of ML-KEM": [3, () => publicKey("ML_KEM_768", "XWING_RAW_BYTES")],
    "a symmetric key's public half": [9, () => publicKey("HMAC_SHA256")],
    "7 random bytes": [3, () => client.generateRandomBytes({ location, lengthBytes: 7, protectionLevel: "HSM" })],
    "1025 random bytes": [3, () => client.generateRandomBytes({ location, lengthBytes: 1025, protectionLevel: "HSM" })],
  };
  const unexpected = [];
  for (const [what, [expected, call]] of Object.entries(calls)) {
    const code = await codeOf(call);
    if (code !== expected) unexpected.push(`${what}: ${code} instead of ${expected}`);
  }

  const taught = await messageOf(() => raw("AES_256_GCM", { plaintext: bytes(65537) }));
  if (!taught.includes("data key")) unexpected.push(`too large: ${taught}`);
  for (const protectionLevel of ["HSM", "SOFTWARE"]) {
    const [random] = await client.generateRandomBytes({ location, lengthBytes: 1024, protectionLevel });
    if (random.data.length !== 1024) unexpected.push("random bytes");
  }

  const name = of(p256);
  const set = (state) => client.updateCryptoKeyVersion({ cryptoKeyVersion: { name, state }, updateMask: { paths: ["state"] } });
  await set("DISABLED");
  const disabled = [
    await codeOf(() => sign(p256, { digest: { sha256: bytes(32) } })), await codeOf(() => publicKey(p256)),
  ];
  await set("ENABLED");
  if (String(disabled) !== "9,9") unexpected.push(`disabled: ${disabled}`);
  return unexpected;
};
