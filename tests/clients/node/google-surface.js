// Calls every method that Google's clients have for Cloud KMS, by Google's own, unmodified client, in its newest version
// and the oldest one that we promise. Usage: node google-surface.js newest|oldest grpc|rest. Prints one JSON object: the
// code of each method (0: it answered), what clients of that version lack, and the sentence of what is refused.
"use strict";
const crypto = require("crypto");
const [version, transport] = process.argv.slice(2);
const kms = require(version === "oldest" ? "@google-cloud/kms-oldest" : "@google-cloud/kms");

// What the oldest client does not know yet.
const newer = [
  "decapsulate", "deleteCryptoKey", "deleteCryptoKeyVersion", "getRetiredResource", "listRetiredResources",
  "importTrustedKeyWrappedCryptoKeyVersion", "exportTrustedKeyWrappedCryptoKeyVersion", "getOperation",
  "createKeyHandle", "getKeyHandle", "listKeyHandles",
  "updateAutokeyConfig", "getAutokeyConfig", "showEffectiveAutokeyConfig",
  "listSingleTenantHsmInstances", "getSingleTenantHsmInstance", "createSingleTenantHsmInstance",
  "createSingleTenantHsmInstanceProposal", "approveSingleTenantHsmInstanceProposal",
  "executeSingleTenantHsmInstanceProposal", "getSingleTenantHsmInstanceProposal",
  "listSingleTenantHsmInstanceProposals", "deleteSingleTenantHsmInstanceProposal",
];

const { location, ...google } = require("./google-client.js");
const options = google.options(transport);
const result = { codes: {}, absent: [], sentences: {} };

async function call(client, method, request) {
  if (!client || typeof client[method] !== "function") {
    result.absent.push(method);
    return {};
  }
  try {
    // Lists are asked for page by page: what the call itself answered is what counts.
    const [answer] = await client[method](request, { autoPaginate: false });
    result.codes[method] = 0;
    return answer ?? {};
  } catch (error) {
    result.codes[method] = error.code ?? -1;
    result.sentences[method] = String(error.message).slice(0, 300);
    return {};
  }
}

// Over REST both fail on any location with metadata, by a defect of the client (google-cloud-node issue 4366).
async function listLocations(client) {
  try {
    for await (const place of client.listLocationsAsync({ name: "projects/default" })) if (!place.name) return;
    result.codes.listLocations = 0;
  } catch (error) {
    result.codes.listLocations = error.code ?? -1;
  }
}

async function lifecycle(client) {
  const ring = `${location}/keyRings/${version}-${transport}`;
  const key = (id) => `${ring}/cryptoKeys/${id}`;
  const make = (id, purpose, algorithm, more, request) => call(client, "createCryptoKey", {
    parent: ring, cryptoKeyId: id, ...request,
    cryptoKey: { purpose, versionTemplate: algorithm && { algorithm }, ...more },
  });
  await call(client, "createKeyRing", { parent: location, keyRingId: `${version}-${transport}` });
  await call(client, "getKeyRing", { name: ring });
  await call(client, "listKeyRings", { parent: location });
  await make("files", "ENCRYPT_DECRYPT");
  await call(client, "getCryptoKey", { name: key("files") });
  await call(client, "listCryptoKeys", { parent: ring });
  await call(client, "updateCryptoKey", {
    cryptoKey: { name: key("files"), labels: { team: "storage" } }, updateMask: { paths: ["labels"] },
  });
  const second = await call(client, "createCryptoKeyVersion", { parent: key("files") });
  await call(client, "getCryptoKeyVersion", { name: second.name });
  await call(client, "listCryptoKeyVersions", { parent: key("files") });
  await call(client, "updateCryptoKeyVersion", {
    cryptoKeyVersion: { name: second.name, state: "DISABLED" }, updateMask: { paths: ["state"] },
  });
  await call(client, "updateCryptoKeyPrimaryVersion", { name: key("files"), cryptoKeyVersionId: "1" });
  await call(client, "destroyCryptoKeyVersion", { name: second.name });
  await call(client, "restoreCryptoKeyVersion", { name: second.name });
  await use(client, key, make);
  await importing(client, ring, key, make);
  await call(client, "getIamPolicy", { resource: key("files") });
  await call(client, "setIamPolicy", { resource: key("files"), policy: { bindings: [] } });
  await call(client, "testIamPermissions", { resource: key("files"), permissions: ["cloudkms.cryptoKeys.get"] });
  await call(client, "getLocation", { name: location });
  await listLocations(client);
  await call(client, "generateRandomBytes", { location, lengthBytes: 32, protectionLevel: "HSM" });
}

async function use(client, key, make) {
  const name = (id) => `${key(id)}/cryptoKeyVersions/1`;
  const data = crypto.randomBytes(32);
  const sealed = await call(client, "encrypt", { name: key("files"), plaintext: data });
  await call(client, "decrypt", { name: key("files"), ciphertext: sealed.ciphertext });
  await make("raw", "RAW_ENCRYPT_DECRYPT", "AES_256_GCM");
  const raw = await call(client, "rawEncrypt", { name: name("raw"), plaintext: data });
  await call(client, "rawDecrypt", {
    name: name("raw"), ciphertext: raw.ciphertext, initializationVector: raw.initializationVector,
  });
  await make("sign", "ASYMMETRIC_SIGN", "EC_SIGN_P256_SHA256");
  await call(client, "asymmetricSign", { name: name("sign"), digest: { sha256: data } });
  await call(client, "getPublicKey", { name: name("sign") });
  await make("open", "ASYMMETRIC_DECRYPT", "RSA_DECRYPT_OAEP_2048_SHA256");
  const publicKey = await enabledPublicKey(client, name("open"));
  await call(client, "asymmetricDecrypt", {
    name: name("open"), ciphertext: crypto.publicEncrypt({ key: publicKey.pem, oaepHash: "sha256" }, data),
  });
  await make("mac", "MAC", "HMAC_SHA256");
  const { mac } = await call(client, "macSign", { name: name("mac"), data });
  await call(client, "macVerify", { name: name("mac"), data, mac });
  if (version === "newest") await make("kem", "KEY_ENCAPSULATION", "ML_KEM_768");
  await call(client, "decapsulate", { name: name("kem"), ciphertext: crypto.randomBytes(1088) });
}

// RSA keys may be pending for a moment, as at Google.
async function enabledPublicKey(client, name) {
  for (let tries = 0; ; tries++) {
    const [version] = await client.getCryptoKeyVersion({ name });
    if (version.state === "ENABLED" || tries > 3000) return (await client.getPublicKey({ name }))[0];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function importing(client, ring, key, make) {
  await call(client, "createImportJob", {
    parent: ring, importJobId: "job",
    importJob: { importMethod: "RSA_OAEP_3072_SHA256", protectionLevel: "SOFTWARE" },
  });
  await call(client, "listImportJobs", { parent: ring });
  let job;
  for (let tries = 0; tries < 3000; tries++) {
    job = await call(client, "getImportJob", { name: `${ring}/importJobs/job` });
    if (job.state === "ACTIVE") break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await make("brought", "ENCRYPT_DECRYPT", undefined, { importOnly: true }, { skipInitialVersionCreation: true });
  const bring = (material) => call(client, "importCryptoKeyVersion", {
    parent: key("brought"), importJob: job.name, algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION",
    // The oldest client has no wrapped_key.
    [version === "oldest" ? "rsaAesWrappedKey" : "wrappedKey"]:
      crypto.publicEncrypt({ key: job.publicKey.pem, oaepHash: "sha256" }, material),
  });
  await bring(crypto.randomBytes(32));
  const failed = await bring(crypto.randomBytes(24));
  await make("spoilt", "ENCRYPT_DECRYPT", undefined, { importOnly: true }, { skipInitialVersionCreation: true });
  await deletions(client, key, failed.name);
  await call(client, "importTrustedKeyWrappedCryptoKeyVersion", {
    parent: key("brought"), importingKey: key("files"), wrappedKey: crypto.randomBytes(40), algorithm: 1,
  });
  await call(client, "exportTrustedKeyWrappedCryptoKeyVersion", {
    name: `${key("files")}/cryptoKeyVersions/1`, wrappingKey: key("brought"),
  });
}

async function deletions(client, key, failed) {
  const operation = await call(client, "deleteCryptoKey", { name: key("spoilt") });
  await call(client, "getOperation", { name: operation.name });
  const retired = await call(client, "listRetiredResources", { parent: location });
  await call(client, "getRetiredResource", { name: retired[0]?.name ?? retired.retiredResources?.[0]?.name });
  await call(client, "deleteCryptoKeyVersion", { name: failed });
}

// What this server refuses, with what to do instead.
async function refused() {
  const of = (name) => kms[name] && new kms[name](options);
  const hsm = `${location}/singleTenantHsmInstances/one`;
  const plan = {
    EkmServiceClient: {
      listEkmConnections: { parent: location }, getEkmConnection: { name: `${location}/ekmConnections/one` },
      createEkmConnection: { parent: location, ekmConnectionId: "one", ekmConnection: {} },
      updateEkmConnection: { ekmConnection: { name: `${location}/ekmConnections/one` }, updateMask: { paths: ["etag"] } },
      getEkmConfig: { name: `${location}/ekmConfig` },
      updateEkmConfig: { ekmConfig: { name: `${location}/ekmConfig` }, updateMask: { paths: ["default_ekm_connection"] } },
      verifyConnectivity: { name: `${location}/ekmConnections/one` },
    },
    AutokeyClient: {
      createKeyHandle: { parent: location, keyHandle: { resourceTypeSelector: "storage.googleapis.com/Bucket" } },
      getKeyHandle: { name: `${location}/keyHandles/one` }, listKeyHandles: { parent: location },
    },
    AutokeyAdminClient: {
      updateAutokeyConfig: { autokeyConfig: { name: "folders/1/autokeyConfig" }, updateMask: { paths: ["key_project"] } },
      getAutokeyConfig: { name: "folders/1/autokeyConfig" },
      showEffectiveAutokeyConfig: { parent: "projects/default" },
    },
    HsmManagementClient: {
      listSingleTenantHsmInstances: { parent: location }, getSingleTenantHsmInstance: { name: hsm },
      createSingleTenantHsmInstance: { parent: location, singleTenantHsmInstanceId: "one", singleTenantHsmInstance: {} },
      createSingleTenantHsmInstanceProposal: { parent: hsm, singleTenantHsmInstanceProposal: {} },
      approveSingleTenantHsmInstanceProposal: { name: `${hsm}/proposals/one` },
      executeSingleTenantHsmInstanceProposal: { name: `${hsm}/proposals/one` },
      getSingleTenantHsmInstanceProposal: { name: `${hsm}/proposals/one` },
      listSingleTenantHsmInstanceProposals: { parent: hsm },
      deleteSingleTenantHsmInstanceProposal: { name: `${hsm}/proposals/one` },
    },
  };
  for (const [name, methods] of Object.entries(plan)) {
    const client = of(name);
    for (const [method, request] of Object.entries(methods)) await call(client, method, request);
    await client?.close();
  }
}

async function main() {
  const client = new kms.KeyManagementServiceClient(options);
  await lifecycle(client);
  await client.close();
  await refused();
  const wrongly = newer.filter((m) => !result.absent.includes(m));
  result.newer = version === "oldest" ? wrongly.concat(result.absent.filter((m) => !newer.includes(m))) : result.absent;
  console.log(JSON.stringify(result));
}

main().catch((error) => {
  console.log(JSON.stringify(result));
  console.error(error);
  process.exit(1);
});
