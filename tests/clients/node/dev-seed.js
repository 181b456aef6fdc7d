// What AWS's own, unmodified client finds of a seed file's keys: material to be imported, replicas, a policy. Prints one
// JSON object.
"use strict";
const crypto = require("crypto");
const kms = require("@aws-sdk/client-kms");

const clientOf = (region, credentials) =>
  new kms.KMSClient({ endpoint: `https://${process.env.KEYWARD_ADDR}`, region, credentials });
const home = clientOf("us-east-1");
const abroad = clientOf("eu-west-1");
const orders = clientOf("us-east-1",
  { accessKeyId: "AKIAKWDEVORDERS00001", secretAccessKey: "orders/development/secret/not/real/00001" });
const result = {};

const describe = async (client, KeyId) => (await client.send(new kms.DescribeKeyCommand({ KeyId }))).KeyMetadata;
const encrypt = (client, KeyId) =>
  client.send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from("hello") }));

async function faultOf(call) {
  try {
    await call();
    return "ok";
  } catch (error) {
    return error.name;
  }
}

async function main() {
  const bare = await describe(home, "alias/bare");
  result.bare = `${bare.Origin} ${bare.KeyState} ${bare.Description}`;
  const parameters = await home.send(new kms.GetParametersForImportCommand(
    { KeyId: bare.KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" }));
  const wrappingKey = crypto.createPublicKey({ key: Buffer.from(parameters.PublicKey), format: "der", type: "spki" });
  await home.send(new kms.ImportKeyMaterialCommand({
    KeyId: bare.KeyId, ImportToken: parameters.ImportToken, ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    EncryptedKeyMaterial: crypto.publicEncrypt(
      { key: wrappingKey, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, crypto.randomBytes(32)),
  }));
  result.imported = await faultOf(() => encrypt(home, bare.KeyId));

  const held = await describe(home, "alias/held");
  result.held = `${held.Origin} ${held.KeyState} ${held.ExpirationModel}`;
  result.deleted = await faultOf(() => home.send(new kms.DeleteImportedKeyMaterialCommand({ KeyId: held.KeyId })));
  result.heldThen = (await describe(home, held.KeyId)).KeyState;

  const { KeyId, MultiRegionConfiguration: set } = await describe(home, "alias/everywhere");
  result.set = [KeyId, set.MultiRegionKeyType, ...set.ReplicaKeys.map((r) => r.Region)];
  const sealed = await encrypt(home, KeyId);
  const opened = await abroad.send(new kms.DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob }));
  result.abroad = `${Buffer.from(opened.Plaintext)} ${opened.KeyId.split(":")[3]}`;
  result.replicaRotates = await faultOf(() => abroad.send(new kms.RotateKeyOnDemandCommand({ KeyId })));
  await home.send(new kms.RotateKeyOnDemandCommand({ KeyId }));
  const after = await encrypt(home, KeyId);
  result.abroadAfter = await faultOf(() => abroad.send(new kms.DecryptCommand({ CiphertextBlob: after.CiphertextBlob })));

  const guarded = await describe(home, "alias/guarded");
  result.tags = (await home.send(new kms.ListResourceTagsCommand({ KeyId: guarded.KeyId }))).Tags;
  result.policy = JSON.parse((await home.send(new kms.GetKeyPolicyCommand({ KeyId: guarded.KeyId }))).Policy)
    .Statement.length;
  result.owner = await faultOf(() => encrypt(orders, guarded.KeyId));
  result.admin = await faultOf(() => encrypt(home, guarded.KeyId));
  console.log(JSON.stringify(result));
}

main().catch((error) => { console.log(JSON.stringify({ ...result, failed: String(error.stack) })); });
