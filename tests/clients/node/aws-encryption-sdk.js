// The AWS Encryption SDK, unmodified, with its KMS keyring: a message of several frames there and back.
"use strict";
const crypto = require("crypto");
const { buildClient, CommitmentPolicy, getClient, KMS, KmsKeyringNode } = require("@aws-crypto/client-node");
const kms = require("@aws-sdk/client-kms");

const options = { endpoint: `https://${process.env.KEYWARD_ADDR}`, region: "us-east-1" };
const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const clientProvider = getClient(KMS, options);

async function main() {
  const admin = new kms.KMSClient(options);
  const make = async () => (await admin.send(new kms.CreateKeyCommand({}))).KeyMetadata.Arn;
  const [first, second] = [await make(), await make()];
  const text = crypto.randomBytes(10_000);
  const both = new KmsKeyringNode({ clientProvider, generatorKeyId: first, keyIds: [second] });
  const { result } = await encrypt(both, text, { encryptionContext: { purpose: "test" }, frameLength: 4096 });
  const only = new KmsKeyringNode({ clientProvider, keyIds: [second] });
  const { plaintext, messageHeader } = await decrypt(only, result);
  console.log(JSON.stringify({ same: plaintext.equals(text), context: messageHeader.encryptionContext.purpose,
    keys: messageHeader.encryptedDataKeys.length }));
}

main().catch((error) => { console.log(JSON.stringify({ failed: String(error.stack) })); });
