// Drives a running Keyward with AWS's older clients, unmodified: the SDK for JavaScript of version 3 as it was in 2022,
// and of version 2. The same steps through both; prints one JSON object with what came of them.
"use strict";
const v3 = require("@aws-sdk/client-kms-oldest");
const v2 = require("aws-sdk");

const endpoint = `https://${process.env.KEYWARD_ADDR}`;
const region = "us-east-1";
const bytes = (text) => Buffer.from(text);

const third = new v3.KMSClient({ endpoint, region });
const second = new v2.KMS({ endpoint, region });
const clients = {
  third: (operation, input = {}) => third.send(new v3[`${operation}Command`](input)),
  second: (operation, input = {}) =>
    second[operation[0].toLowerCase() + operation.slice(1)](input).promise(),
};

/** The error's name; version 2 has it as its code. */
async function faultOf(call, operation, input) {
  try {
    await call(operation, input);
    return "ok";
  } catch (error) {
    return error.code ?? error.name;
  }
}

async function drive(call) {
  const result = {};
  const key = (await call("CreateKey", { Description: "old", Tags: [{ TagKey: "team", TagValue: "x" }] })).KeyMetadata;
  result.created = key.KeyState === "Enabled" && key.CreationDate instanceof Date
    && key.CustomerMasterKeySpec === "SYMMETRIC_DEFAULT";
  const context = { tenant: "7" };
  const sealed = await call("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("hello"), EncryptionContext: context });
  const opened = await call("Decrypt", { CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: context });
  result.opened = Buffer.from(opened.Plaintext).toString();
  result.wrongContext = await faultOf(call, "Decrypt", { CiphertextBlob: sealed.CiphertextBlob });
  const data = await call("GenerateDataKey", { KeyId: key.KeyId, KeySpec: "AES_256" });
  const again = await call("Decrypt", { CiphertextBlob: data.CiphertextBlob });
  result.dataKey = Buffer.from(again.Plaintext).equals(Buffer.from(data.Plaintext));
  // Before KeySpec there was CustomerMasterKeySpec.
  const signing = (await call("CreateKey",
    { CustomerMasterKeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" })).KeyMetadata;
  const signed = await call("Sign",
    { KeyId: signing.KeyId, Message: bytes("m"), SigningAlgorithm: "ECDSA_SHA_256" });
  result.verified = (await call("Verify", {
    KeyId: signing.KeyId, Message: bytes("m"), Signature: signed.Signature, SigningAlgorithm: "ECDSA_SHA_256",
  })).SignatureValid;
  result.badSignature = await faultOf(call, "Verify", {
    KeyId: signing.KeyId, Message: bytes("n"), Signature: signed.Signature, SigningAlgorithm: "ECDSA_SHA_256",
  });
  const alias = `alias/${key.KeyId}`;
  await call("CreateAlias", { AliasName: alias, TargetKeyId: key.KeyId });
  result.byAlias = (await call("DescribeKey", { KeyId: alias })).KeyMetadata.Arn === key.Arn;
  const first = await call("ListKeys", { Limit: 1 });
  const next = await call("ListKeys", { Limit: 1, Marker: first.NextMarker });
  result.pages = first.Truncated && first.Keys.length === 1 && next.Keys[0].KeyId !== first.Keys[0].KeyId;
  const grant = await call("CreateGrant",
    { KeyId: key.KeyId, GranteePrincipal: "arn:aws:iam::000000000001:user/admin", Operations: ["Encrypt"] });
  result.granted = (await call("ListGrants", { KeyId: key.KeyId })).Grants[0].GrantId === grant.GrantId;
  result.policy = JSON.parse(
    (await call("GetKeyPolicy", { KeyId: key.KeyId, PolicyName: "default" })).Policy).Version;
  await call("DisableKey", { KeyId: key.KeyId });
  result.disabled = await faultOf(call, "Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x") });
  const scheduled = await call("ScheduleKeyDeletion", { KeyId: key.KeyId, PendingWindowInDays: 7 });
  result.scheduled = scheduled.DeletionDate instanceof Date;
  result.unknown = await faultOf(call, "DescribeKey", { KeyId: "11111111-2222-3333-4444-555555555555" });
  return result;
}

(async () => {
  const result = {};
  for (const [name, call] of Object.entries(clients)) result[name] = await drive(call);
  const sts = new v2.STS({ endpoint, region });
  result.caller = (await sts.getCallerIdentity().promise()).Arn;
  process.stdout.write(JSON.stringify(result));
})();
