// Seals a file of any size under a key that never leaves Keyward. Usage: node envelope.js seal|open KEY IN OUT
"use strict";
const fs = require("fs");
const crypto = require("crypto");
const { KeyManagementServiceClient } = require("@google-cloud/kms");

const [apiEndpoint, port] = process.env.KEYWARD_ADDR.split(":");
const kms = new KeyManagementServiceClient({ apiEndpoint, port: Number(port) });

// The file: length of the wrapped key (2 bytes), wrapped key, nonce (12), ciphertext, tag (16). The data key is bound to
// the purpose by its associated data, the ciphertext to the wrapped key by its own.
const purpose = Buffer.from("backup/1");

async function seal(name, plaintext) {
  const dataKey = crypto.randomBytes(32);
  const [{ ciphertext }] = await kms.encrypt({ name, plaintext: dataKey, additionalAuthenticatedData: purpose });
  const wrapped = Buffer.from(ciphertext);
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv("aes-256-gcm", dataKey, nonce).setAAD(wrapped);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  dataKey.fill(0);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrapped.length);
  return Buffer.concat([length, wrapped, nonce, body, cipher.getAuthTag()]);
}

async function open(name, sealed) {
  const end = 2 + sealed.readUInt16BE(0);
  const wrapped = sealed.subarray(2, end);
  const [{ plaintext }] = await kms.decrypt({ name, ciphertext: wrapped, additionalAuthenticatedData: purpose });
  const decipher = crypto.createDecipheriv("aes-256-gcm", plaintext, sealed.subarray(end, end + 12))
    .setAAD(wrapped).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(end + 12, -16)), decipher.final()]);
}

async function main([what, name, from, to]) {
  fs.writeFileSync(to, await (what === "seal" ? seal : open)(name, fs.readFileSync(from)));
  await kms.close();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
