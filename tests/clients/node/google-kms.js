// Drives a running Keyward with Google's own, unmodified client. Usage: node google-kms.js grpc|rest
// Prints one JSON object with what came of each step; the caller judges it.
"use strict";
const fs = require("fs");
const crypto = require("crypto");
const { KeyManagementServiceClient } = require("@google-cloud/kms");
const { codeOf, location, ...google } = require("./google-client.js");

const transport = process.argv[2];
const options = google.options(transport);
const admin = new KeyManagementServiceClient(options);
const result = {};

async function main() {
  const ring = `ring-${transport}-${crypto.randomBytes(4).toString("hex")}`;
  const [made] = await admin.createKeyRing({ parent: location, keyRingId: ring });
  const [key] = await admin.createCryptoKey({
    parent: made.name,
    cryptoKeyId: "files",
    cryptoKey: { purpose: "ENCRYPT_DECRYPT", labels: { team: "storage" } },
  });
  result.primary = key.primary.name.endsWith("/cryptoKeyVersions/1") && key.primary.state;

  // Envelope encryption of a real file: its data key is wrapped by the service.
  const file = fs.readFileSync(process.argv[3] || __filename);
  const dataKey = crypto.randomBytes(32);
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv("aes-256-gcm", dataKey, nonce);
  const sealedFile = Buffer.concat([cipher.update(file), cipher.final()]);
  const aad = Buffer.from("file=1");
  const [wrapped] = await admin.encrypt({
    name: key.name, plaintext: dataKey, additionalAuthenticatedData: aad,
    plaintextCrc32c: { value: String(crc32c(dataKey)) },
    additionalAuthenticatedDataCrc32c: { value: String(crc32c(aad)) },
  });
  result.verified = wrapped.verifiedPlaintextCrc32c && wrapped.verifiedAdditionalAuthenticatedDataCrc32c;
  result.ciphertextChecksum = Number(wrapped.ciphertextCrc32c.value) === crc32c(Buffer.from(wrapped.ciphertext));

  const [second] = await admin.createCryptoKeyVersion({ parent: key.name });
  const [rotated] = await admin.updateCryptoKeyPrimaryVersion({ name: key.name, cryptoKeyVersionId: "2" });
  result.rotated = second.name === rotated.primary.name;
  const [wrappedNew] = await admin.encrypt({ name: key.name, plaintext: dataKey, additionalAuthenticatedData: aad });
  const [oldOpened] = await admin.decrypt({
    name: key.name, ciphertext: wrapped.ciphertext, additionalAuthenticatedData: aad,
  });
  const [newOpened] = await admin.decrypt({
    name: key.name, ciphertext: wrappedNew.ciphertext, additionalAuthenticatedData: aad,
  });
  const decipher = crypto.createDecipheriv("aes-256-gcm", Buffer.from(oldOpened.plaintext), nonce);
  decipher.setAuthTag(cipher.getAuthTag());
  const opened = Buffer.concat([decipher.update(sealedFile), decipher.final()]);
  result.fileOpens = opened.equals(file) && Buffer.from(newOpened.plaintext).equals(dataKey);
  result.usedPrimary = [oldOpened.usedPrimary, newOpened.usedPrimary];

  result.wrongAad = await codeOf(() => admin.decrypt({ name: key.name, ciphertext: wrapped.ciphertext }));
  result.wrongChecksum = await codeOf(() =>
    admin.encrypt({ name: key.name, plaintext: dataKey, plaintextCrc32c: { value: "1" } }));
  await admin.updateCryptoKeyVersion({
    cryptoKeyVersion: { name: `${key.name}/cryptoKeyVersions/1`, state: "DISABLED" },
    updateMask: { paths: ["state"] },
  });
  result.disabled = await codeOf(() => admin.decrypt({
    name: key.name, ciphertext: wrapped.ciphertext, additionalAuthenticatedData: aad,
  }));
  const [doomed] = await admin.destroyCryptoKeyVersion({ name: `${key.name}/cryptoKeyVersions/1` });
  const [restored] = await admin.restoreCryptoKeyVersion({ name: doomed.name });
  result.destroyRestore = [doomed.state, restored.state];
  const [updated] = await admin.updateCryptoKey({
    cryptoKey: { name: key.name, labels: { team: "platform" } }, updateMask: { paths: ["labels"] },
  });
  result.labels = updated.labels;

  const [keys] = await admin.listCryptoKeys({ parent: made.name });
  const [versions] = await admin.listCryptoKeyVersions({ parent: key.name });
  const [rings] = await admin.listKeyRings({ parent: location, filter: `name:${ring}` });
  result.lists = [keys.length, versions.length, rings.length];
  const paged = [];
  for await (const version of admin.listCryptoKeyVersionsAsync({ parent: key.name, pageSize: 1 })) paged.push(version.name);
  result.paged = paged.length;

  if (process.env.STRANGER) {
    const stranger = new KeyManagementServiceClient({ ...options, keyFilename: process.env.STRANGER });
    result.stranger = await codeOf(() => stranger.encrypt({ name: key.name, plaintext: dataKey }));
    const email = JSON.parse(fs.readFileSync(process.env.STRANGER)).client_email;
    const [policy] = await admin.getIamPolicy({ resource: key.name });
    await admin.setIamPolicy({
      resource: key.name,
      policy: {
        etag: policy.etag,
        bindings: [{ role: "roles/cloudkms.cryptoKeyEncrypter", members: [`serviceAccount:${email}`] }],
      },
    });
    result.staleEtag = await codeOf(() => admin.setIamPolicy({ resource: key.name, policy: { etag: policy.etag } }));
    result.strangerMay = await codeOf(() => stranger.encrypt({ name: key.name, plaintext: dataKey }));
    result.strangerMayNot = await codeOf(() => stranger.decrypt({ name: key.name, ciphertext: wrappedNew.ciphertext }));
    const [held] = await stranger.testIamPermissions({
      resource: key.name,
      permissions: ["cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeyVersions.useToDecrypt"],
    });
    result.held = held.permissions;
    await stranger.close();
  }

  result.missing = await codeOf(() => admin.getCryptoKey({ name: `${made.name}/cryptoKeys/none` }));
  result.again = await codeOf(() => admin.createKeyRing({ parent: location, keyRingId: ring }));
  result.badId = await codeOf(() => admin.createKeyRing({ parent: location, keyRingId: "a b" }));
  result.notOffered = await codeOf(() => admin.createCryptoKey({
    parent: made.name, cryptoKeyId: "wrapping", cryptoKey: { purpose: "AES_WRAPPING" },
  }));
  await admin.close();
  console.log(JSON.stringify(result));
}

function crc32c(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

main().catch((error) => {
  console.log(JSON.stringify(result));
  console.error(error);
  process.exit(1);
});
