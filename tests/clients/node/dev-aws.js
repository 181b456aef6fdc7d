// What AWS's own, unmodified client makes of a development server: seeded keys and credentials, a clock that is moved,
// each fault, and its retries. Prints one JSON object with what came of each step.
"use strict";
const kms = require("@aws-sdk/client-kms");
const sts = require("@aws-sdk/client-sts");
const { advance, withFault } = require("./dev-control");

const endpoint = `https://${process.env.KEYWARD_ADDR}`;
const credentials = { accessKeyId: "AKIAKWDEVORDERS00001", secretAccessKey: "orders/development/secret/not/real/00001" };
const result = {};

const clientOf = (maxAttempts) =>
  new kms.KMSClient({ endpoint, region: "us-east-1", credentials, maxAttempts });

async function seen(call) {
  try {
    return { attempts: (await call()).$metadata.attempts };
  } catch (error) {
    return { name: error.name, status: error.$metadata && error.$metadata.httpStatusCode, message: error.message };
  }
}

async function main() {
  const client = clientOf(1);
  const encrypt = (by) => by.send(new kms.EncryptCommand({ KeyId: "alias/orders", Plaintext: Buffer.from("hello") }));
  if (process.env.CIPHERTEXT) {
    const opened = await client.send(new kms.DecryptCommand({ CiphertextBlob: Buffer.from(process.env.CIPHERTEXT, "base64") }));
    result.opened = Buffer.from(opened.Plaintext).toString();
  }
  const sealed = await encrypt(client);
  result.ciphertext = Buffer.from(sealed.CiphertextBlob).toString("base64");
  result.key = sealed.KeyId;
  for (const fault of ["403", "429", "500", "503", "disabled-key"])
    result[fault] = await withFault({ fault, operation: "Encrypt", times: 1 }, () => seen(() => encrypt(client)));
  for (const fault of ["429", "500", "503"])
    result[`retried${fault}`] = await withFault({ fault, operation: "Encrypt", times: 2 }, () =>
      seen(() => encrypt(clientOf(3))));
  result.givesUp = await withFault({ fault: "503", operation: "Encrypt" }, () => seen(() => encrypt(clientOf(3))));
  result.ofOthers = await withFault({ fault: "500", principal: "admin@*" }, () => seen(() => encrypt(client)));
  result.session = await withFault({ fault: "429", door: "aws_sts" }, () => seen(() => new sts.STSClient(
    { endpoint, region: "us-east-1", credentials, maxAttempts: 1 }).send(new sts.GetCallerIdentityCommand({}))));
  const half = () => withFault({ fault: "503", share: 0.5, seed: 7, operation: "Encrypt" }, async () => {
    const met = [];
    for (let i = 0; i < 10; i++) met.push((await seen(() => encrypt(client))).name ? 1 : 0);
    return { met10: met.join("") };
  });
  const [first, second] = [await half(), await half()];
  result.sameShare = first.met10 === second.met10 && first.met10.includes("1") && first.met10.includes("0");

  const { KeyMetadata } = await client.send(new kms.CreateKeyCommand({}));
  await client.send(new kms.ScheduleKeyDeletionCommand({ KeyId: KeyMetadata.KeyId, PendingWindowInDays: 7 }));
  await advance("691200s");
  result.deleted = (await seen(() => client.send(new kms.DescribeKeyCommand({ KeyId: KeyMetadata.KeyId })))).name;
  console.log(JSON.stringify(result));
}

main().catch((error) => { console.log(JSON.stringify({ ...result, failed: String(error.stack) })); });
