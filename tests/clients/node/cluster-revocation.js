// Google's and AWS's own, unmodified clients against every node of a cluster at once, while rights are taken away.
// Prints one JSON object: for each round when the call that took the right away had returned, and when each request
// began and how it ended. The caller judges. A line {"restart":N} asks it to start a killed node again; it answers by a
// line of its own.
"use strict";
const { execFile } = require("child_process");
const readline = require("readline");
const { promisify } = require("util");
const { KeyManagementServiceClient } = require("@google-cloud/kms");
const kms = require("@aws-sdk/client-kms");

const nodes = process.env.NODES.split(",");
const processes = process.env.PROCESSES.split(",").map(Number);
const ring = "projects/default/locations/us-east-1/keyRings/ring";
const PATIENCE_MS = 300000;
const run = promisify(execFile);
const input = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const rounds = [];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** No hidden second try: a request is one request. */
const once = { retry: null, timeout: 10000 };

const command = async (...args) => {
  const { stdout } = await run(process.env.KEYWARD, [...args, "--format", "json"]);
  return stdout ? JSON.parse(stdout) : {};
};

/** Clients of one caller: one of each door for each node. Without a caller they are the administrator's. */
function clientsOf(guest, maxAttempts = 1) {
  return nodes.map((node) => {
    const [apiEndpoint, port] = node.split(":");
    return {
      google: new KeyManagementServiceClient({
        apiEndpoint, port: Number(port), projectId: "default", ...(guest && { credentials: guest.keyFile }),
      }),
      aws: new kms.KMSClient({
        endpoint: `https://${node}`, region: "us-east-1", maxAttempts, ...(guest && { credentials: guest.accessKey }),
      }),
    };
  });
}

const admin = clientsOf(null);
/** Changes are made by clients that try again: a node that a busy machine kept from renewing its lease refuses for a
 * moment, and a change that is not made is no round. */
const making = clientsOf(null, 10);
const awsCall = (node, name, request) => making[node].aws.send(new kms[`${name}Command`](request));

async function makeGuest(name) {
  const file = `${process.env.FOLDER}/${name}.json`;
  await command("service-account", "create", name, "--key-file", file);
  const keyFile = JSON.parse(require("fs").readFileSync(file, "utf8"));
  const key = await command("access-key", "create", "--service-account", keyFile.client_email);
  return {
    email: keyFile.client_email, keyFile,
    accessKey: { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey },
  };
}

async function makeKey(id) {
  const [key] = await admin[0].google.createCryptoKey(
    { parent: ring, cryptoKeyId: id, cryptoKey: { purpose: "ENCRYPT_DECRYPT" } });
  const [sealed] = await admin[1].google.encrypt({ name: key.name, plaintext: Buffer.from("hello") });
  const opened = await awsCall(2, "Decrypt", { CiphertextBlob: sealed.ciphertext });
  return { name: key.name, arn: opened.KeyId, ciphertext: sealed.ciphertext };
}

/** One request; how it ended is the vendor's own word for it. */
async function use(client, door, key) {
  try {
    if (door === "google") await client.google.decrypt({ name: key.name, ciphertext: key.ciphertext }, once);
    else await client.aws.send(new kms.DecryptCommand({ CiphertextBlob: key.ciphertext }));
    return "ok";
  } catch (error) {
    return door === "google" ? String(error.code) : error.name;
  }
}

/** Requests through every door of every node without end, while a right is taken away; goes on until each has been
 * refused in the way that is expected. */
async function round(name, key, clients, refusals, revoke, more = async () => {}) {
  const notes = [];
  let stopped = false;
  const all = nodes.flatMap((_, node) => ["google", "aws"].map((door) => ({ node, door })));
  const load = all.map(async ({ node, door }) => {
    while (!stopped) {
      const began = performance.now();
      const outcome = await use(clients[node], door, key);
      notes.push([door, node, began, outcome]);
      if (outcome !== "ok" && outcome !== refusals[door]) await pause(20);
    }
  });
  const seen = (test) => all.every(({ node, door }) =>
    notes.some(([d, n, began, outcome]) => d === door && n === node && test(began, outcome, door)));
  const until = async (test, what) => {
    for (const limit = performance.now() + PATIENCE_MS; !seen(test); await pause(20))
      if (performance.now() > limit) throw new Error(`${name}: not ${what} everywhere: ${JSON.stringify(notes.slice(-40))}`);
  };
  await until((_, outcome) => outcome === "ok", "served");
  await revoke();
  const returned = performance.now();
  await more();
  await until((began, outcome, door) => began > returned && outcome === (refusals[door] || "ok"), "refused");
  stopped = true;
  await Promise.all(load);
  rounds.push({ name, returned, refusals, notes });
}

const setState = (node, name, state) => admin[node].google.updateCryptoKeyVersion({
  cryptoKeyVersion: { name: `${name}/cryptoKeyVersions/1`, state }, updateMask: { paths: ["state"] },
});

async function states() {
  for (let node = 0; node < 3; node++) {
    const disabled = await makeKey(`disabled${node}`);
    await round(`version disabled at ${node}`, disabled, admin, { google: "9", aws: "DisabledException" },
      () => setState(node, disabled.name, "DISABLED"));
  }

  const off = await makeKey("off");
  await round("key disabled", off, admin, { google: "9", aws: "DisabledException" },
    () => awsCall(1, "DisableKey", { KeyId: off.arn }));
  const destroyed = await makeKey("destroyed");
  await round("version destroyed", destroyed, admin, { google: "9", aws: "DisabledException" },
    () => admin[2].google.destroyCryptoKeyVersion({ name: `${destroyed.name}/cryptoKeyVersions/1` }));
}

const denied = { google: "7", aws: "AccessDeniedException" };

async function rights() {
  const key = await makeKey("shared");
  const guest = await makeGuest("guest");
  const clients = clientsOf(guest);
  const bindings = [{
    role: "roles/cloudkms.cryptoKeyDecrypter", members: [`serviceAccount:${guest.email}`],
  }];
  await admin[0].google.setIamPolicy({ resource: key.name, policy: { bindings } });
  await round("binding removed", key, clients, denied,
    () => admin[1].google.setIamPolicy({ resource: key.name, policy: { bindings: [] } }));

  await admin[0].google.setIamPolicy({ resource: key.name, policy: { bindings } });
  await round("deny rule added", key, clients, denied, () => command("policy", "deny", "add", key.name, "stop",
    "--principal", `serviceAccount:${guest.email}`, "--permission", "cloudkms.*", "--addr", nodes[2]));

  const granted = await makeKey("granted");
  const { GrantId } = await awsCall(0, "CreateGrant", {
    KeyId: granted.arn, GranteePrincipal: `arn:aws:iam::${process.env.KEYWARD_ACCOUNT}:user/guest`,
    Operations: ["Decrypt"],
  });
  await round("grant revoked", granted, clients, denied,
    () => awsCall(1, "RevokeGrant", { KeyId: granted.arn, GrantId }));
}

async function credentials() {
  const key = await makeKey("reached");
  const member = async (name) => {
    const guest = await makeGuest(name);
    await command("policy", "add", key.name, "--member", `serviceAccount:${guest.email}`,
      "--role", "roles/cloudkms.cryptoKeyDecrypter");
    return guest;
  };
  const first = await member("first");
  await round("key file revoked", key, clientsOf(first), { google: "16" },
    () => command("service-account", "key", "revoke", first.email, first.keyFile.private_key_id, "--addr", nodes[1]));
  const second = await member("second");
  await round("access key disabled", key, clientsOf(second), { aws: "UnrecognizedClientException" },
    () => command("access-key", "disable", second.accessKey.accessKeyId, "--service-account", second.email,
      "--addr", nodes[2]));
}

/** Each node in turn dies without a word while a right is taken away elsewhere, and comes back. */
async function deaths() {
  for (let node = 0; node < 3; node++) {
    const key = await makeKey(`death${node}`);
    await round(`node ${node} killed`, key, admin, { google: "9", aws: "DisabledException" }, async () => {
      process.kill(processes[node], "SIGKILL");
      await setState((node + 1) % 3, key.name, "DISABLED");
    }, async () => {
      process.stdout.write(JSON.stringify({ restart: node }) + "\n");
      processes[node] = Number((await input.next()).value);
    });
  }
}

(async () => {
  await admin[0].google.createKeyRing({ parent: ring.split("/keyRings")[0], keyRingId: "ring" }).catch(() => {});
  for (const part of [states, rights, credentials, deaths]) await part();
  process.stdout.write(JSON.stringify({ rounds }) + "\n", () => process.exit(0));
})().catch((error) => {
  process.stderr.write(String(error.stack) + "\n");
  process.exit(1);
});
