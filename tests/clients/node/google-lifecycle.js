// Rotation, imports and deletions by Google's own, unmodified client. Usage: node google-lifecycle.js grpc|rest
// Prints one JSON object with what came of each step; the caller judges it.
"use strict";
const crypto = require("crypto");
const { KeyManagementServiceClient } = require("@google-cloud/kms");
const { codeOf, location, ...google } = require("./google-client.js");

const transport = process.argv[2];
const options = google.options(transport);
const admin = new KeyManagementServiceClient(options);
const result = {};

// Asks until the server's own work is done, for ten minutes at most.
async function until(ask, isDone) {
  for (let i = 0; i < 1200; i++) {
    const [answer] = await ask();
    if (isDone(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("what was waited for never came");
}

async function rotation(ring) {
  // Due soon, but not before the call has arrived, which takes a busy machine longer.
  let key;
  let next;
  for (let ahead = 3; !key; ahead *= 2) {
    next = Math.floor(Date.now() / 1000) + ahead;
    [key] = await admin.createCryptoKey({
      parent: ring, cryptoKeyId: "ledger",
      cryptoKey: { purpose: "ENCRYPT_DECRYPT", rotationPeriod: { seconds: 86400 }, nextRotationTime: { seconds: next } },
    }).catch((error) => {
      if (error.code !== 3 || ahead > 60) throw error;
      return [];
    });
  }
  const rotated = await until(() => admin.getCryptoKey({ name: key.name }), (k) => k.primary.name.endsWith("/2"));
  result.scheduleGoesOn = Number(rotated.nextRotationTime.seconds) === next + 86400;
  const update = (fields, paths) => admin.updateCryptoKey({
    cryptoKey: { name: key.name, ...fields }, updateMask: { paths },
  });
  result.update = {
    pastTime: await codeOf(() => update({ nextRotationTime: { seconds: 1 } }, ["next_rotation_time"])),
    shortPeriod: await codeOf(() => update({ rotationPeriod: { seconds: 86399 } }, ["rotation_period"])),
    purpose: await codeOf(() => update({ purpose: "MAC" }, ["purpose"])),
    noMask: await codeOf(() => update({ labels: { a: "b" } }, [])),
    unknown: await codeOf(() => update({}, ["colour"])),
    label: await codeOf(() => update({ labels: { Upper: "x" } }, ["labels"])),
    manyLabels: await codeOf(() => update({
      labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, "x"])),
    }, ["labels"])),
    foreignAlgorithm: await codeOf(() => update(
      { versionTemplate: { algorithm: "HMAC_SHA256" } }, ["version_template.algorithm"])),
  };
  const [cleared] = await update({}, ["rotation_period", "next_rotation_time"]);
  result.cleared = !cleared.rotationPeriod && !cleared.nextRotationTime;

  const [mac] = await admin.createCryptoKey({
    parent: ring, cryptoKeyId: "mac", cryptoKey: { purpose: "MAC", versionTemplate: { algorithm: "HMAC_SHA256" } },
  });
  await admin.updateCryptoKey({
    cryptoKey: { name: mac.name, versionTemplate: { algorithm: "HMAC_SHA512" } },
    updateMask: { paths: ["version_template.algorithm"] },
  });
  const [made] = await admin.createCryptoKeyVersion({ parent: mac.name });
  result.newAlgorithm = made.algorithm;
  result.macSchedule = await codeOf(() => admin.createCryptoKey({
    parent: ring, cryptoKeyId: "never",
    cryptoKey: {
      purpose: "MAC", versionTemplate: { algorithm: "HMAC_SHA256" }, nextRotationTime: { seconds: next + 86400 },
    },
  }));
}

async function activeJob(ring, id, importMethod) {
  const [made] = await admin.createImportJob({
    parent: ring, importJobId: id, importJob: { importMethod, protectionLevel: "SOFTWARE" },
  });
  return until(() => admin.getImportJob({ name: made.name }), (job) => job.state === "ACTIVE");
}

function wrap(job, material) {
  const key = { key: job.publicKey.pem, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  if (!job.importMethod.endsWith("AES_256")) return crypto.publicEncrypt(key, material);
  const aes = crypto.randomBytes(32);
  const cipher = crypto.createCipheriv("id-aes256-wrap-pad", aes, Buffer.from("A65959A6", "hex"));
  return Buffer.concat([crypto.publicEncrypt(key, aes), cipher.update(material), cipher.final()]);
}

async function importing(ring) {
  const direct = await activeJob(ring, "direct", "RSA_OAEP_3072_SHA256");
  const behind = await activeJob(ring, "behind", "RSA_OAEP_4096_SHA256_AES_256");
  const keyOf = async (id, purpose, algorithm) => (await admin.createCryptoKey({
    parent: ring, cryptoKeyId: id, skipInitialVersionCreation: true,
    cryptoKey: { purpose, versionTemplate: { algorithm }, importOnly: true },
  }))[0].name;
  const bring = async (parent, algorithm, job, material, more) => (await admin.importCryptoKeyVersion({
    parent, algorithm, importJob: job.name, wrappedKey: wrap(job, material), ...more,
  }))[0];

  const macName = await keyOf("own-mac", "MAC", "HMAC_SHA256");
  result.generate = await codeOf(() => admin.createCryptoKeyVersion({ parent: macName }));
  result.macs = [];
  for (const job of [direct, behind]) {
    const material = crypto.randomBytes(32);
    const version = await bring(macName, "HMAC_SHA256", job, material);
    const [mac] = await admin.macSign({ name: version.name, data: Buffer.from("hello") });
    result.macs.push(Buffer.from(mac.mac).equals(crypto.createHmac("sha256", material).update("hello").digest()) &&
      version.importJob === job.name && Boolean(version.importTime));
  }

  result.signs = [];
  const pairs = [
    ["EC_SIGN_P256_SHA256", crypto.generateKeyPairSync("ec", { namedCurve: "P-256" })],
    ["EC_SIGN_P384_SHA384", crypto.generateKeyPairSync("ec", { namedCurve: "P-384" })],
    ["EC_SIGN_ED25519", crypto.generateKeyPairSync("ed25519")],
    ["RSA_SIGN_PKCS1_2048_SHA256", crypto.generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ];
  for (const [algorithm, pair] of pairs) {
    const parent = await keyOf(`own-${algorithm}`, "ASYMMETRIC_SIGN", algorithm);
    const der = pair.privateKey.export({ type: "pkcs8", format: "der" });
    const version = await bring(parent, algorithm, behind, der);
    const [answer] = await admin.asymmetricSign({ name: version.name, data: Buffer.from("hello") });
    const digest = algorithm === "EC_SIGN_ED25519" ? null : algorithm.slice(-6).toLowerCase();
    result.signs.push(crypto.verify(digest, Buffer.from("hello"), pair.publicKey, Buffer.from(answer.signature)));
  }

  const failing = await keyOf("own-failing", "ENCRYPT_DECRYPT", "GOOGLE_SYMMETRIC_ENCRYPTION");
  const failed = await bring(failing, "GOOGLE_SYMMETRIC_ENCRYPTION", behind, crypto.randomBytes(31));
  result.failed = [failed.state, failed.importFailureReason];
  const [repaired] = await admin.importCryptoKeyVersion({
    parent: failing, algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", importJob: behind.name, cryptoKeyVersion: failed.name,
    rsaAesWrappedKey: wrap(behind, crypto.randomBytes(32)),
  });
  const [unchosen] = await admin.getCryptoKey({ name: failing });
  result.repaired = [repaired.state, Boolean(unchosen.primary)];
  const badImport = (request) => codeOf(() => admin.importCryptoKeyVersion({
    parent: failing, algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", importJob: behind.name, ...request,
  }));
  const whole = wrap(behind, crypto.randomBytes(32));
  result.badImports = [
    await badImport({}), await badImport({ wrappedKey: whole.subarray(0, 520) }),
    await badImport({ wrappedKey: whole, algorithm: "HMAC_SHA256" }),
    await badImport({ wrappedKey: whole, importJob: `${ring}/importJobs/none` }),
    await badImport({ wrappedKey: whole, cryptoKeyVersion: repaired.name }),
  ];
  const [jobs] = await admin.listImportJobs({ parent: ring });
  result.jobs = jobs.map((job) => job.name.split("/").pop()).sort();
}

async function deletion(ring) {
  const job = await activeJob(ring, "third", "RSA_OAEP_3072_SHA256");
  const [key] = await admin.createCryptoKey({
    parent: ring, cryptoKeyId: "gone", skipInitialVersionCreation: true, cryptoKey: { purpose: "ENCRYPT_DECRYPT" },
  });
  const [version] = await admin.importCryptoKeyVersion({
    parent: key.name, algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", importJob: job.name, wrappedKey: crypto.randomBytes(384),
  });
  result.tooEarly = await codeOf(() => admin.deleteCryptoKey({ name: key.name }));
  const [ofVersion] = await admin.deleteCryptoKeyVersion({ name: version.name });
  await ofVersion.promise();
  result.versionGone = await codeOf(() => admin.getCryptoKeyVersion({ name: version.name }));
  const [ofKey] = await admin.deleteCryptoKey({ name: key.name });
  await ofKey.promise();
  result.keyGone = await codeOf(() => admin.getCryptoKey({ name: key.name }));
  const again = await admin.checkDeleteCryptoKeyProgress(ofKey.name);
  result.operationDone = again.done && again.metadata.retiredResource === ofKey.metadata.retiredResource;
  const [retired] = await admin.getRetiredResource({ name: ofKey.metadata.retiredResource });
  const [all] = await admin.listRetiredResources({ parent: location });
  result.retired = retired.originalResource === key.name && all.some((r) => r.name === retired.name);
  result.nameTaken = await codeOf(() => admin.createCryptoKey({
    parent: ring, cryptoKeyId: "gone", cryptoKey: { purpose: "ENCRYPT_DECRYPT" },
  }));
}

async function main() {
  const keyRingId = `life-${transport}-${crypto.randomBytes(4).toString("hex")}`;
  const [{ name: ring }] = await admin.createKeyRing({ parent: location, keyRingId });
  await rotation(ring);
  await importing(ring);
  await deletion(ring);
  await admin.close();
  console.log(JSON.stringify(result));
}

main().catch((error) => {
  console.log(JSON.stringify(result));
  console.error(error);
  process.exit(1);
});
