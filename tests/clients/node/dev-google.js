// What Google's own, unmodified client makes of a development server: seeded keys, a clock that is moved, and each
// fault over both transports. Prints one JSON object with what came of each step.
"use strict";
const { KeyManagementServiceClient } = require("@google-cloud/kms");
const { advance, withFault } = require("./dev-control");

const [host, port] = process.env.KEYWARD_ADDR.split(":");
const key = "projects/default/locations/us-east-1/keyRings/shop/cryptoKeys/orders";
const result = {};

/** What the caller sees: the code and the reason, or that it worked. */
async function seen(call) {
  try {
    await call();
    return { ok: true };
  } catch (error) {
    return { code: error.code, message: error.message.replace(/^\d+ \S+: /, "") };
  }
}

async function faults(client, door) {
  const encrypt = () => client.encrypt({ name: key, plaintext: Buffer.from("x") });
  const of = {};
  for (const fault of ["403", "429", "500", "503", "disabled-key"])
    of[fault] = await withFault({ fault, operation: "Encrypt", times: 1, door }, () => seen(encrypt));
  // The client gives up on an unavailable server only after its deadline: two refusals, and it works.
  of.retried = await withFault({ fault: "503", operation: "Encrypt", times: 2, door }, () => seen(encrypt));
  of.otherKey = await withFault({ fault: "500", key: key + "-not", door }, () => seen(encrypt));
  of.otherOperation = await withFault({ fault: "500", operation: "Decrypt", door }, () => seen(encrypt));
  // Long enough for a busy machine to bring the call there, far from the delay.
  of.late = await withFault({ fault: "delay", delay: "30s", operation: "Encrypt", door }, () =>
    seen(() => client.encrypt({ name: key, plaintext: Buffer.from("x") }, { timeout: 2000, retry: null })));
  return of;
}

async function main() {
  const grpc = new KeyManagementServiceClient({ apiEndpoint: host, port: Number(port) });
  const rest = new KeyManagementServiceClient({ apiEndpoint: host, port: Number(port), fallback: true });
  if (process.env.CIPHERTEXT) {
    const [opened] = await grpc.decrypt({ name: key, ciphertext: Buffer.from(process.env.CIPHERTEXT, "base64") });
    result.opened = Buffer.from(opened.plaintext).toString();
  }
  const [sealed] = await grpc.encrypt({ name: key, plaintext: Buffer.from("hello") });
  result.ciphertext = Buffer.from(sealed.ciphertext).toString("base64");
  result.grpc = await faults(grpc, "google_grpc");
  result.rest = await faults(rest, "google_rest");

  await advance("7862400s");
  const [versions] = await grpc.listCryptoKeyVersions({ parent: key });
  result.rotated = versions.length;
  await grpc.destroyCryptoKeyVersion({ name: `${key}/cryptoKeyVersions/1` });
  await advance("2678400s");
  const [gone] = await grpc.getCryptoKeyVersion({ name: `${key}/cryptoKeyVersions/1` });
  result.destroyed = gone.state;
  const [again] = await grpc.encrypt({ name: key, plaintext: Buffer.from("later") });
  result.afterwards = again.name.split("/").pop();
  console.log(JSON.stringify(result));
}

main().catch((error) => { console.log(JSON.stringify({ ...result, failed: String(error.stack) })); });
