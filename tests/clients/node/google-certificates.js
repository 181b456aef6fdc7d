// Drives a running Keyward with Google's own, unmodified client, which shows a TLS client certificate and no token.
// Usage: node google-certificates.js KEY-NAME, with CLIENT_KEY and CLIENT_CERT naming files. REVOKE, a JSON list, is run
// between two calls of one connection. Prints one JSON object.
"use strict";
const fs = require("fs");
const { execFileSync } = require("child_process");
const { grpc } = require("google-gax");
const { KeyManagementServiceClient } = require("@google-cloud/kms");
const { codeOf, options } = require("./google-client.js");

const name = process.argv[2];
const client = new KeyManagementServiceClient({
  ...options("grpc"),
  sslCreds: grpc.credentials.createSsl(
    fs.readFileSync(process.env.KEYWARD_CA), fs.readFileSync(process.env.CLIENT_KEY),
    fs.readFileSync(process.env.CLIENT_CERT)),
});

async function main() {
  const plaintext = Buffer.from("secret");
  const [sealed] = await client.encrypt({ name, plaintext });
  const [opened] = await client.decrypt({ name, ciphertext: sealed.ciphertext });
  const result = {
    opened: Buffer.from(opened.plaintext).toString(),
    mayNot: await codeOf(() => client.destroyCryptoKeyVersion({ name: `${name}/cryptoKeyVersions/1` })),
  };
  const [program, ...words] = JSON.parse(process.env.REVOKE);
  execFileSync(program, words, { stdio: "ignore" });
  result.revoked = await codeOf(() => client.encrypt({ name, plaintext }));
  console.log(JSON.stringify(result));
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
