// One key through Google's and AWS's clients: what either encrypts, the other opens. Prints one JSON object.
"use strict";
const crypto = require("crypto");
const { KeyManagementServiceClient } = require("@google-cloud/kms");
const kms = require("@aws-sdk/client-kms");

const [apiEndpoint, port] = process.env.KEYWARD_ADDR.split(":");
const google = new KeyManagementServiceClient({ apiEndpoint, port: Number(port), projectId: "default" });
const aws = new kms.KMSClient({ endpoint: `https://${process.env.KEYWARD_ADDR}`, region: "us-east-1" });
const call = (operation, input) => aws.send(new kms[`${operation}Command`](input));
const text = (bytes) => Buffer.from(bytes).toString();
const result = {};

async function main() {
  // A key of Google's, seen from AWS.
  const location = "projects/default/locations/us-east-1";
  const [ring] = await google.createKeyRing({ parent: location, keyRingId: `r-${crypto.randomBytes(4).toString("hex")}` });
  const [made] = await google.createCryptoKey(
    { parent: ring.name, cryptoKeyId: "k", cryptoKey: { purpose: "ENCRYPT_DECRYPT" } });
  const [byGoogle] = await google.encrypt({ name: made.name, plaintext: Buffer.from("from google") });
  const opened = await call("Decrypt", { CiphertextBlob: byGoogle.ciphertext });
  result.googleToAws = text(opened.Plaintext);
  const arn = opened.KeyId;
  const back = await call("Encrypt", { KeyId: arn, Plaintext: Buffer.from("from aws") });
  const [openedThere] = await google.decrypt({ name: made.name, ciphertext: back.CiphertextBlob });
  result.awsToGoogle = text(openedThere.plaintext);
  const listed = await call("ListKeys", { Limit: 1000 });
  result.listed = listed.Keys.some((k) => k.KeyArn === arn);
  const bound = await call("Encrypt",
    { KeyId: arn, Plaintext: Buffer.from("bound"), EncryptionContext: { tenant: "7" } });
  result.contextKept = await google.decrypt({ name: made.name, ciphertext: bound.CiphertextBlob })
    .then(() => "opened", (error) => error.code);

  // A key of AWS's, seen from Google: the ring is called aws, the key by its id.
  const { KeyMetadata } = await call("CreateKey", { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
  const name = `${location}/keyRings/aws/cryptoKeys/${KeyMetadata.KeyId}/cryptoKeyVersions/1`;
  const [publicKey] = await google.getPublicKey({ name });
  result.algorithm = publicKey.algorithm;
  const digest = crypto.createHash("sha256").update("m").digest();
  const [signed] = await google.asymmetricSign({ name, digest: { sha256: digest } });
  const verified = await call("Verify", { KeyId: KeyMetadata.KeyId, Message: Buffer.from("m"), Signature: signed.signature,
    SigningAlgorithm: "ECDSA_SHA_256" });
  result.verified = verified.SignatureValid;

  // What one door takes away, the other refuses at once.
  await google.updateCryptoKeyVersion({ cryptoKeyVersion: { name: `${made.name}/cryptoKeyVersions/1`, state: "DISABLED" },
    updateMask: { paths: ["state"] } });
  result.disabledThere = await call("Decrypt", { CiphertextBlob: byGoogle.ciphertext }).then(() => "ok", (e) => e.name);
  await call("DisableKey", { KeyId: KeyMetadata.KeyId });
  result.disabledHere = await google.asymmetricSign({ name, digest: { sha256: digest } }).then(() => "ok", (e) => e.code);
}

main().catch((error) => { result.failed = String(error.stack); }).finally(() => console.log(JSON.stringify(result)));
