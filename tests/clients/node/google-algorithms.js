// Makes a key of every algorithm that Google's API names, uses it over gRPC and REST with Google's own, unmodified
// client, and judges what comes back by other implementations: OpenSSL inside node, and noble for the post-quantum
// ones. Usage: node google-algorithms.js. Prints one JSON object: what was wrong with each algorithm, and the codes of
// what must be refused.
"use strict";
const fs = require("fs");
const crypto = require("crypto");
const { KeyManagementServiceClient } = require("@google-cloud/kms");
const { location, options } = require("./google-client.js");
const { crc32c, opener, verifier, randomMaterial, standard, encapsulate } = require("./oracles.js");

const clients = {
  grpc: new KeyManagementServiceClient(options("grpc")),
  rest: new KeyManagementServiceClient(options("rest")),
};
const message = crypto.randomBytes(1000);
const checksum = (bytes) => ({ value: String(crc32c(Buffer.from(bytes))) });
const same = (a, b) => Buffer.from(a).equals(Buffer.from(b));
const fits = (bytes, claimed) => crc32c(Buffer.from(bytes)) === Number(claimed.value ?? claimed);

function check(holds, what) {
  if (!holds) throw new Error(what);
}

async function waitFor(get, state) {
  for (let tries = 0; tries < 3000; tries++) {
    const [thing] = await get();
    if (thing.state === state) return thing;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never became ${state}`);
}

async function makeKey(client, ring, purpose, algorithm, more = {}, request = {}) {
  const [key] = await client.createCryptoKey({
    parent: ring, cryptoKeyId: `${algorithm.toLowerCase()}-${crypto.randomBytes(3).toString("hex")}`, ...request,
    cryptoKey: { purpose, versionTemplate: { algorithm, protectionLevel: "SOFTWARE" }, ...more },
  });
  check(key.primary == null, "only ENCRYPT_DECRYPT has a primary version");
  check(key.versionTemplate.algorithm === algorithm && key.purpose === purpose, "another key was made");
  if (request.skipInitialVersionCreation) return key.name;
  const name = `${key.name}/cryptoKeyVersions/1`;
  const version = await waitFor(() => client.getCryptoKeyVersion({ name }), "ENABLED");
  check(version.algorithm === algorithm && version.protectionLevel === "SOFTWARE" && version.generateTime, "version");
  return name;
}

async function publicKey(client, name, algorithm, format) {
  const [key] = await client.getPublicKey({ name, publicKeyFormat: format });
  check(key.name === name && key.algorithm === algorithm && key.protectionLevel === "SOFTWARE", "public key's fields");
  if (!format) {
    check(fits(Buffer.from(key.pem), key.pemCrc32c), "pemCrc32c");
    return crypto.createPublicKey(key.pem);
  }
  check(key.publicKeyFormat === format && fits(key.publicKey.data, key.publicKey.crc32cChecksum), "public_key");
  return Buffer.from(key.publicKey.data);
}

const postQuantum = (algorithm) => algorithm === "KEM_XWING" ? "XWING_RAW_BYTES"
  : /^(ML_KEM|PQ_)/.test(algorithm) ? "NIST_PQC" : undefined;

async function anyPublicKey(client, name, algorithm) {
  const key = await publicKey(client, name, algorithm, postQuantum(algorithm));
  const der = await publicKey(client, name, algorithm, "DER");
  const pem = await publicKey(client, name, algorithm, "PEM");
  check(same(Buffer.from(pem.toString().replace(/-----[^-]+-----|\s/g, ""), "base64"), der), "PEM and DER");
  if (key.export) check(same(key.export({ format: "der", type: "spki" }), der), "DER");
  else check(der.subarray(-key.length).equals(key), "the envelope holds another key");
  return key;
}

async function signs(client, name, algorithm) {
  const key = await anyPublicKey(client, name, algorithm);
  const { inputs, verify } = await verifier(algorithm, key, message);
  for (const input of inputs) {
    const bytes = input.data ?? Object.values(input.digest)[0];
    const field = input.data ? "data" : "digest";
    // A signature of SLH-DSA takes a second.
    const unclaimed = algorithm.includes("SLH_DSA") ? [] : [{}];
    for (const claim of [...unclaimed, { [`${field}Crc32c`]: checksum(bytes) }]) {
      const [signed] = await client.asymmetricSign({ name, ...input, ...claim });
      const claimed = Object.keys(claim).length > 0;
      check(signed.name === name && signed.protectionLevel === "SOFTWARE", "name or level");
      check(fits(signed.signature, signed.signatureCrc32c), "signatureCrc32c");
      check(signed.verifiedDataCrc32c === (claimed && field === "data"), "verifiedDataCrc32c");
      check(signed.verifiedDigestCrc32c === (claimed && field === "digest"), "verifiedDigestCrc32c");
      check(verify(Buffer.from(signed.signature)), `the signature of the ${field} does not verify`);
    }
  }
}

async function decrypts(client, name, algorithm) {
  const key = await anyPublicKey(client, name, algorithm);
  const secret = crypto.randomBytes(60);
  const oaepHash = algorithm.split("_").pop().toLowerCase();
  const padding = crypto.constants.RSA_PKCS1_OAEP_PADDING;
  const ciphertext = crypto.publicEncrypt({ key, oaepHash, padding }, secret);
  const [opened] = await client.asymmetricDecrypt({ name, ciphertext, ciphertextCrc32c: checksum(ciphertext) });
  check(same(opened.plaintext, secret) && fits(opened.plaintext, opened.plaintextCrc32c), "plaintext");
  check(opened.verifiedCiphertextCrc32c && opened.protectionLevel === "SOFTWARE", "verifiedCiphertextCrc32c");
  const [unchecked] = await client.asymmetricDecrypt({ name, ciphertext });
  check(unchecked.verifiedCiphertextCrc32c === false, "a checksum was checked that was not sent");
}

async function decapsulates(client, name, algorithm) {
  const { ciphertext, secret } = await encapsulate(algorithm, await anyPublicKey(client, name, algorithm));
  const [opened] = await client.decapsulate({ name, ciphertext, ciphertextCrc32c: checksum(ciphertext) });
  check(same(opened.sharedSecret, secret) && opened.name === name, "shared secret");
  check(fits(opened.sharedSecret, opened.sharedSecretCrc32c) && opened.verifiedCiphertextCrc32c, "checksums");
  ciphertext[0] ^= 1;
  const [other] = await client.decapsulate({ name, ciphertext });
  check(!same(other.sharedSecret, secret) && other.sharedSecret.length === 32, "an altered ciphertext: same secret");
}

async function macs(client, name, algorithm, material) {
  const [made] = await client.macSign({ name, data: message, dataCrc32c: checksum(message) });
  check(made.name === name && made.verifiedDataCrc32c && fits(made.mac, made.macCrc32c), "MacSign's fields");
  const hash = algorithm.split("_")[1].toLowerCase();
  if (material) check(same(made.mac, crypto.createHmac(hash, material).update(message).digest()), "another MAC");
  const [held] = await client.macVerify({
    name, data: message, dataCrc32c: checksum(message), mac: made.mac, macCrc32c: checksum(made.mac),
  });
  check(held.success && held.verifiedSuccessIntegrity && held.verifiedDataCrc32c && held.verifiedMacCrc32c, "MacVerify");
  made.mac[0] ^= 1;
  const [failed] = await client.macVerify({ name, data: message, mac: made.mac });
  check(!failed.success && !failed.verifiedSuccessIntegrity && !failed.verifiedMacCrc32c, "an altered MAC holds");
}

async function rawEncrypts(client, name, algorithm, material) {
  const isGcm = algorithm.endsWith("GCM");
  const aad = isGcm ? { additionalAuthenticatedData: Buffer.from("bound") } : {};
  const plaintext = message.subarray(0, 992);
  const given = isGcm ? [undefined] : [undefined, crypto.randomBytes(16)];
  for (const initializationVector of given) {
    const [sealed] = await client.rawEncrypt({
      name, plaintext, plaintextCrc32c: checksum(plaintext), ...aad, initializationVector,
      initializationVectorCrc32c: initializationVector && checksum(initializationVector),
    });
    check(sealed.name === name && sealed.verifiedPlaintextCrc32c, "RawEncrypt's fields");
    check(sealed.verifiedInitializationVectorCrc32c === Boolean(initializationVector), "IV's flag");
    check(fits(sealed.ciphertext, sealed.ciphertextCrc32c), "ciphertextCrc32c");
    check(fits(sealed.initializationVector, sealed.initializationVectorCrc32c), "initializationVectorCrc32c");
    check(sealed.tagLength === (isGcm ? 16 : 0), "tagLength");
    if (initializationVector) check(same(sealed.initializationVector, initializationVector), "another IV");
    if (material) check(same(opener(algorithm, material, sealed, aad), plaintext), "OpenSSL opens another text");
    const [opened] = await client.rawDecrypt({
      name, ciphertext: sealed.ciphertext, ciphertextCrc32c: checksum(sealed.ciphertext), ...aad,
      initializationVector: sealed.initializationVector, tagLength: sealed.tagLength,
    });
    check(same(opened.plaintext, plaintext) && fits(opened.plaintext, opened.plaintextCrc32c), "plaintext");
    check(opened.verifiedCiphertextCrc32c && opened.protectionLevel === "SOFTWARE", "RawDecrypt's fields");
  }
}

// A symmetric key of which we know the material: only so can its results be judged from outside.
async function bringIn(client, ring, job, purpose, algorithm) {
  const key = await makeKey(client, ring, purpose, algorithm, { importOnly: true }, { skipInitialVersionCreation: true });
  const material = randomMaterial(algorithm);
  const padding = crypto.constants.RSA_PKCS1_OAEP_PADDING;
  const wrappedKey = crypto.publicEncrypt({ key: job.publicKey.pem, oaepHash: "sha256", padding }, material);
  const [version] = await client.importCryptoKeyVersion({ parent: key, algorithm, importJob: job.name, wrappedKey });
  await waitFor(() => client.getCryptoKeyVersion({ name: version.name }), "ENABLED");
  return { name: version.name, material };
}

const uses = {
  ASYMMETRIC_SIGN: signs, ASYMMETRIC_DECRYPT: decrypts, KEY_ENCAPSULATION: decapsulates, MAC: macs,
  RAW_ENCRYPT_DECRYPT: rawEncrypts,
};

async function main() {
  const [ring] = await clients.grpc.createKeyRing({
    parent: location, keyRingId: `all-${crypto.randomBytes(4).toString("hex")}`,
  });
  const [asked] = await clients.grpc.createImportJob({
    parent: ring.name, importJobId: "known",
    importJob: { importMethod: "RSA_OAEP_3072_SHA256", protectionLevel: "SOFTWARE" },
  });
  const job = await waitFor(() => clients.grpc.getImportJob({ name: asked.name }), "ACTIVE");
  const wrong = {};
  const names = {};
  let turn = 0;
  // All at once, more than lie ready: most of them are pending first.
  const making = Object.fromEntries(standard.ASYMMETRIC_DECRYPT.map((algorithm) =>
    [algorithm, makeKey(clients.grpc, ring.name, "ASYMMETRIC_DECRYPT", algorithm).catch((error) => error)]));
  for (const [purpose, algorithms] of Object.entries(standard)) {
    for (const algorithm of algorithms) {
      try {
        const maker = turn++ % 2 ? clients.rest : clients.grpc;
        const name = await (making[algorithm] ?? makeKey(maker, ring.name, purpose, algorithm));
        if (name instanceof Error) throw name;
        const keys = [{ name }];
        names[algorithm] = keys[0].name;
        if (purpose === "MAC" || purpose === "RAW_ENCRYPT_DECRYPT")
          keys.push(await bringIn(maker, ring.name, job, purpose, algorithm));
        for (const client of Object.values(clients))
          for (const key of keys) await uses[purpose](client, key.name, algorithm, key.material);
        wrong[algorithm] = "";
      } catch (error) {
        wrong[algorithm] = String(error.stack);
      }
    }
  }
  const refused = {};
  for (const [transport, client] of Object.entries(clients))
    refused[transport] = await require("./google-refusals.js").run(client, location, ring.name, names);
  const stranger = process.env.STRANGER;
  const operator = new KeyManagementServiceClient({ ...options("grpc"), keyFilename: stranger });
  const email = JSON.parse(fs.readFileSync(stranger)).client_email;
  refused.operator = await require("./google-refusals.js").asOperator(clients.grpc, operator, email, ring.name, names);
  for (const client of [operator, ...Object.values(clients)]) await client.close();
  console.log(JSON.stringify({ wrong, refused }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
