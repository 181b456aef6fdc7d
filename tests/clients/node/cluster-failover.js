// Google's and AWS's own, unmodified clients with the retries that they have by themselves, at every node of a cluster,
// while the database fails over: uses and changes, one after another, until each has gone on after the line "promoted".
// With BALANCED they stand behind a balancer that gives each connection to a node that takes it, while nodes are swapped.
// Prints "running" once all have begun, then one JSON object: the calls that failed, and the changes that were
// acknowledged and are not there.
"use strict";
const net = require("net");
const readline = require("readline");
const { KeyManagementServiceClient } = require("@google-cloud/kms");
const kms = require("@aws-sdk/client-kms");

const nodes = process.env.NODES.split(",");
const ring = "projects/default/locations/us-east-1/keyRings/ring";
const MORE = 5;
const failures = [];
const lost = [];
let promoted = false;

let clients = [];

function clientsOf(node) {
  const [apiEndpoint, port] = node.split(":");
  return {
    google: new KeyManagementServiceClient({ apiEndpoint, port: Number(port), projectId: "default" }),
    aws: new kms.KMSClient({ endpoint: `https://${node}`, region: "us-east-1" }),
  };
}

/** Passes connections on, each to the next node in turn that takes it; gives its address. */
function balance() {
  let turn = 0;
  const pass = (from, triesLeft) => {
    const [host, port] = nodes[turn++ % nodes.length].split(":");
    const to = net.connect(Number(port), host);
    to.once("connect", () => {
      from.pipe(to).pipe(from);
      from.on("error", () => to.destroy()).on("close", () => to.destroy());
      to.on("close", () => from.destroy());
    });
    to.on("error", () => (to.connecting || !to.bytesWritten) && triesLeft > 0 ? pass(from, triesLeft - 1) : from.destroy());
  };
  const server = net.createServer((from) => pass(from.on("error", () => {}), nodes.length));
  return new Promise((resolve) => server.listen(0, "127.0.0.1",
    () => resolve(`127.0.0.1:${server.address().port}`)));
}

/** Calls one after another; enough when some have begun after the failover. */
async function worker(name, call, begun) {
  for (let count = 0, after = 0; after < MORE; count++) {
    if (promoted) after++;
    try {
      await call(count);
    } catch (error) {
      failures.push(`${name} ${count}: ${error.name} ${error.message}`);
      if (failures.length > 20) return;
    }
    if (count === 1) begun();
  }
}

async function workersOf({ google, aws }, node) {
  const [key] = await google.createCryptoKey(
    { parent: ring, cryptoKeyId: `failover${node}`, cryptoKey: { purpose: "ENCRYPT_DECRYPT" } });
  const [sealed] = await google.encrypt({ name: key.name, plaintext: Buffer.from("hello") });
  const { KeyId } = await aws.send(new kms.DecryptCommand({ CiphertextBlob: sealed.ciphertext }));
  const made = await aws.send(new kms.CreateKeyCommand({}));
  const awsId = made.KeyMetadata.KeyId;
  const done = { label: "", tag: "" };
  return {
    calls: {
      "google encrypt": () => google.encrypt({ name: key.name, plaintext: Buffer.from("hello") }),
      "aws decrypt": () => aws.send(new kms.DecryptCommand({ CiphertextBlob: sealed.ciphertext, KeyId })),
      "google change": async (count) => {
        await google.updateCryptoKey({
          cryptoKey: { name: key.name, labels: { count: String(count) } }, updateMask: { paths: ["labels"] },
        });
        done.label = String(count);
      },
      "aws change": async (count) => {
        await aws.send(new kms.TagResourceCommand({
          KeyId: awsId, Tags: [{ TagKey: "count", TagValue: String(count) }],
        }));
        done.tag = String(count);
      },
    },
    /** What was acknowledged is there, at whichever node is asked. */
    async check() {
      for (const other of clients) {
        const [found] = await other.google.getCryptoKey({ name: key.name });
        if (found.labels.count !== done.label) lost.push(`label ${done.label}, found ${found.labels.count}`);
        const { Tags } = await other.aws.send(new kms.ListResourceTagsCommand({ KeyId: awsId }));
        const value = Tags.find((tag) => tag.TagKey === "count")?.TagValue;
        if (value !== done.tag) lost.push(`tag ${done.tag}, found ${value}`);
      }
    },
  };
}

(async () => {
  clients = (process.env.BALANCED ? [await balance()] : nodes).map(clientsOf);
  const all = await Promise.all(clients.map(workersOf));
  const started = [];
  const running = all.flatMap(({ calls }, node) => Object.entries(calls).map(([name, call]) => {
    let begun;
    started.push(new Promise((resolve) => { begun = resolve; }));
    return worker(`${name} at ${node}`, call, begun);
  }));
  await Promise.all(started);
  readline.createInterface({ input: process.stdin }).once("line", () => { promoted = true; });
  process.stdout.write("running\n");
  await Promise.all(running);
  for (const { check } of all) await check();
  process.stdout.write(JSON.stringify({ failures, lost }) + "\n", () => process.exit(0));
})().catch((error) => {
  process.stderr.write(String(error.stack) + "\n");
  process.exit(1);
});
