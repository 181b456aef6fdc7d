// Drives a running Keyward with AWS's own, unmodified client. Prints one JSON object with what came of each step: the
// caller judges it.
"use strict";
const crypto = require("crypto");
const kms = require("@aws-sdk/client-kms");

const client = new kms.KMSClient({ endpoint: `https://${process.env.KEYWARD_ADDR}`, region: "us-east-1" });
const result = {};
const bytes = (text) => Buffer.from(text);

/** Calls an operation by its name, as each Command class of the client does. */
const call = (operation, input = {}, by = client) => by.send(new kms[`${operation}Command`](input));

/** The error's name and, after a colon, its text; "ok" where there was none. */
async function faultOf(operation, input, by) {
  try {
    await call(operation, input, by);
    return "ok";
  } catch (error) {
    return error.message && error.message !== "UnknownError" ? `${error.name}: ${error.message}` : error.name;
  }
}

async function make(input) {
  const { KeyMetadata } = await call("CreateKey", input);
  return KeyMetadata;
}

async function encryption() {
  const key = await make({ Description: "files", Tags: [{ TagKey: "team", TagValue: "storage" }] });
  const context = { tenant: "7", purpose: "disk" };
  const sealed = await call("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("hello"), EncryptionContext: context });
  const opened = await call("Decrypt", { CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: context });
  result.roundTrip = Buffer.from(opened.Plaintext).toString() === "hello" && opened.KeyId === key.Arn
    && opened.EncryptionAlgorithm === "SYMMETRIC_DEFAULT" && opened.KeyMaterialId === key.CurrentKeyMaterialId;
  result.wrongContext = await faultOf("Decrypt", { CiphertextBlob: sealed.CiphertextBlob });
  result.garbage = await faultOf("Decrypt", { CiphertextBlob: crypto.randomBytes(200) });
  const other = await make({});
  result.otherKey = await faultOf("Decrypt",
    { CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: context, KeyId: other.KeyId });
  const again = await call("ReEncrypt", {
    CiphertextBlob: sealed.CiphertextBlob, SourceEncryptionContext: context, DestinationKeyId: other.Arn,
  });
  const moved = await call("Decrypt", { CiphertextBlob: again.CiphertextBlob });
  result.reEncrypted = Buffer.from(moved.Plaintext).toString() === "hello" && moved.KeyId === other.Arn
    && again.SourceKeyId === key.Arn;
  result.dryRun = await faultOf("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x"), DryRun: true });
  const data = await call("GenerateDataKey", { KeyId: key.KeyId, KeySpec: "AES_256" });
  const bare = await call("GenerateDataKeyWithoutPlaintext", { KeyId: key.KeyId, NumberOfBytes: 64 });
  const sameData = await call("Decrypt", { CiphertextBlob: data.CiphertextBlob });
  const bareData = await call("Decrypt", { CiphertextBlob: bare.CiphertextBlob });
  result.dataKeys = Buffer.from(sameData.Plaintext).equals(Buffer.from(data.Plaintext)) && bare.Plaintext === undefined
    && bareData.Plaintext.length === 64;
  const random = await call("GenerateRandom", { NumberOfBytes: 32 });
  result.random = random.Plaintext.length;
  return key;
}

async function dataKeyPairs(key) {
  result.pairs = [];
  for (const KeyPairSpec of ["RSA_2048", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519"]) {
    const pair = await call("GenerateDataKeyPair", { KeyId: key.KeyId, KeyPairSpec });
    const sealed = await call("Decrypt", { CiphertextBlob: pair.PrivateKeyCiphertextBlob });
    const secret = crypto.createPrivateKey({ key: Buffer.from(pair.PrivateKeyPlaintext), format: "der", type: "pkcs8" });
    const open = crypto.createPublicKey({ key: Buffer.from(pair.PublicKey), format: "der", type: "spki" });
    const hash = KeyPairSpec === "ECC_NIST_EDWARDS25519" ? null : "sha256";
    const signature = crypto.sign(hash, bytes("m"), secret);
    const fits = Buffer.from(sealed.Plaintext).equals(Buffer.from(pair.PrivateKeyPlaintext))
      && crypto.verify(hash, bytes("m"), open, signature);
    result.pairs.push(fits ? KeyPairSpec : `${KeyPairSpec} does not fit`);
  }
  const blind = await call("GenerateDataKeyPairWithoutPlaintext", { KeyId: key.KeyId, KeyPairSpec: "ECC_NIST_P256" });
  result.blindPair = blind.PrivateKeyPlaintext === undefined && blind.PublicKey.length > 0;
}

/** Every signing key and algorithm; the signatures are checked by OpenSSL where it knows them. */
async function signing() {
  const specs = { RSA_2048: 1, RSA_3072: 1, ECC_NIST_P256: 1, ECC_NIST_P384: 1, ECC_NIST_P521: 1, ECC_SECG_P256K1: 1,
    ECC_NIST_EDWARDS25519: 1, ML_DSA_44: 1, ML_DSA_65: 1, ML_DSA_87: 1 };
  result.signed = {};
  const message = crypto.randomBytes(300);
  for (const KeySpec of Object.keys(specs)) {
    const key = await make({ KeySpec, KeyUsage: "SIGN_VERIFY" });
    const open = await call("GetPublicKey", { KeyId: key.KeyId });
    for (const SigningAlgorithm of key.SigningAlgorithms) {
      const label = `${KeySpec} ${SigningAlgorithm}`;
      const isPrehash = SigningAlgorithm === "ED25519_PH_SHA_512";
      const input = isPrehash
        ? { Message: crypto.createHash("sha512").update(message).digest(), MessageType: "DIGEST" }
        : { Message: message };
      const { Signature } = await call("Sign", { KeyId: key.KeyId, SigningAlgorithm, ...input });
      const verified = await call("Verify", { KeyId: key.Arn, SigningAlgorithm, Signature, ...input });
      const flipped = Buffer.from(Signature);
      flipped[flipped.length - 1] ^= 1;
      const bad = await faultOf("Verify", { KeyId: key.Arn, SigningAlgorithm, Signature: flipped, ...input });
      let holds = verified.SignatureValid && bad === "KMSInvalidSignatureException";
      const hash = /SHA_(\d+)$/.exec(SigningAlgorithm);
      if (/RSASSA|ECDSA/.test(SigningAlgorithm)) {
        const name = `sha${hash[1]}`;
        const spki = { key: Buffer.from(open.PublicKey), format: "der", type: "spki" };
        if (/PSS/.test(SigningAlgorithm)) Object.assign(spki, { padding: crypto.constants.RSA_PKCS1_PSS_PADDING,
          saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST });
        holds &&= crypto.verify(name, message, spki, Buffer.from(Signature));
        const digest = crypto.createHash(name).update(message).digest();
        const byDigest = await call("Sign", { KeyId: key.KeyId, SigningAlgorithm, Message: digest, MessageType: "DIGEST" });
        holds &&= crypto.verify(name, message, spki, Buffer.from(byDigest.Signature));
      } else if (SigningAlgorithm === "ED25519_SHA_512") {
        holds &&= crypto.verify(null, message, { key: Buffer.from(open.PublicKey), format: "der", type: "spki" },
          Buffer.from(Signature));
      }
      result.signed[label] = holds ? Signature.length : "does not hold";
    }
  }
  const key = await make({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
  result.shortDigest = await faultOf("Sign",
    { KeyId: key.KeyId, SigningAlgorithm: "ECDSA_SHA_256", Message: bytes("x"), MessageType: "DIGEST" });
  result.foreignAlgorithm = await faultOf("Sign",
    { KeyId: key.KeyId, SigningAlgorithm: "RSASSA_PSS_SHA_256", Message: bytes("x") });
  result.wrongUsage = (await faultOf("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x") })).replace(key.Arn, "ARN");
  result.cannotDecrypt = await faultOf("Decrypt", { KeyId: key.KeyId, CiphertextBlob: crypto.randomBytes(120) });
}

/** The mu of FIPS 204 §6.2 is computed here, apart from the service, of an empty context. */
async function externalMu() {
  const key = await make({ KeySpec: "ML_DSA_65", KeyUsage: "SIGN_VERIFY" });
  const open = await call("GetPublicKey", { KeyId: key.KeyId });
  const raw = Buffer.from(open.PublicKey).subarray(-1952);
  const shake = (...parts) => parts
    .reduce((hash, part) => hash.update(part), crypto.createHash("shake256", { outputLength: 64 })).digest();
  const message = bytes("a longer message");
  const mu = shake(shake(raw), Buffer.from([0, 0]), message);
  const SigningAlgorithm = "ML_DSA_SHAKE_256";
  const { Signature } = await call("Sign", { KeyId: key.KeyId, SigningAlgorithm, Message: mu, MessageType: "EXTERNAL_MU" });
  const verified = await call("Verify", { KeyId: key.KeyId, SigningAlgorithm, Message: message, Signature });
  result.externalMu = verified.SignatureValid;
  result.muOfWrongLength = await faultOf("Sign",
    { KeyId: key.KeyId, SigningAlgorithm, Message: bytes("x"), MessageType: "EXTERNAL_MU" });
  result.mlDsaDigest = await faultOf("Sign",
    { KeyId: key.KeyId, SigningAlgorithm, Message: crypto.randomBytes(64), MessageType: "DIGEST" });
}

async function macs() {
  result.macs = {};
  for (const size of [224, 256, 384, 512]) {
    const key = await make({ KeySpec: `HMAC_${size}`, KeyUsage: "GENERATE_VERIFY_MAC" });
    const MacAlgorithm = `HMAC_SHA_${size}`;
    const { Mac } = await call("GenerateMac", { KeyId: key.KeyId, MacAlgorithm, Message: bytes("m") });
    const verified = await call("VerifyMac", { KeyId: key.KeyId, MacAlgorithm, Message: bytes("m"), Mac });
    const bad = await faultOf("VerifyMac", { KeyId: key.KeyId, MacAlgorithm, Message: bytes("n"), Mac });
    result.macs[MacAlgorithm] = verified.MacValid && bad === "KMSInvalidMacException" ? Mac.length : "does not hold";
    if (size !== 224) continue;
    result.foreignMac = await faultOf("GenerateMac", { KeyId: key.KeyId, MacAlgorithm: "HMAC_SHA_256", Message: bytes("m") });
    result.noPublicKey = (await faultOf("GetPublicKey", { KeyId: key.KeyId })).split(":")[0];
  }
}

async function agreement() {
  result.agreed = {};
  for (const [KeySpec, curve] of [["ECC_NIST_P256", "P-256"], ["ECC_NIST_P384", "P-384"], ["ECC_NIST_P521", "P-521"]]) {
    const key = await make({ KeySpec, KeyUsage: "KEY_AGREEMENT" });
    const open = await call("GetPublicKey", { KeyId: key.KeyId });
    const own = crypto.generateKeyPairSync("ec", { namedCurve: curve });
    const answer = await call("DeriveSharedSecret", {
      KeyId: key.KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey: own.publicKey.export({ format: "der", type: "spki" }),
    });
    const expected = crypto.diffieHellman({ privateKey: own.privateKey,
      publicKey: crypto.createPublicKey({ key: Buffer.from(open.PublicKey), format: "der", type: "spki" }) });
    result.agreed[KeySpec] = Buffer.from(answer.SharedSecret).equals(expected) ? expected.length : "differs";
    if (KeySpec !== "ECC_NIST_P256") continue;
    result.noPoint = await faultOf("DeriveSharedSecret",
      { KeyId: key.KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey: bytes("nothing") });
    result.agreementUsage = (await faultOf("CreateKey", { KeySpec: "RSA_2048", KeyUsage: "KEY_AGREEMENT" }));
  }
}

async function rsaEncryption() {
  const key = await make({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
  const open = await call("GetPublicKey", { KeyId: key.KeyId });
  const opened = [];
  for (const [EncryptionAlgorithm, oaepHash] of [["RSAES_OAEP_SHA_1", "sha1"], ["RSAES_OAEP_SHA_256", "sha256"]]) {
    const here = await call("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x"), EncryptionAlgorithm });
    const there = crypto.publicEncrypt({ key: Buffer.from(open.PublicKey), format: "der", type: "spki", oaepHash,
      padding: crypto.constants.RSA_PKCS1_OAEP_PADDING }, bytes("y"));
    for (const CiphertextBlob of [here.CiphertextBlob, there])
      opened.push(Buffer.from((await call("Decrypt",
        { KeyId: key.KeyId, CiphertextBlob, EncryptionAlgorithm })).Plaintext).toString());
  }
  result.rsa = opened.join("");
  result.rsaTooLong = await faultOf("Encrypt",
    { KeyId: key.KeyId, Plaintext: Buffer.alloc(191), EncryptionAlgorithm: "RSAES_OAEP_SHA_256" });
  result.rsaByDefault = (await faultOf("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x") })).split(":")[0];
  const symmetric = await make({});
  const sealed = await call("Encrypt", { KeyId: symmetric.KeyId, Plaintext: bytes("z") });
  const moved = await call("ReEncrypt", { CiphertextBlob: sealed.CiphertextBlob, DestinationKeyId: key.KeyId,
    DestinationEncryptionAlgorithm: "RSAES_OAEP_SHA_256" });
  const back = await call("ReEncrypt", { CiphertextBlob: moved.CiphertextBlob, SourceKeyId: key.KeyId,
    SourceEncryptionAlgorithm: "RSAES_OAEP_SHA_256", DestinationKeyId: symmetric.KeyId });
  result.throughRsa = Buffer.from((await call("Decrypt", { CiphertextBlob: back.CiphertextBlob })).Plaintext).toString();
}

async function administration(key) {
  const name = `alias/files-${crypto.randomBytes(4).toString("hex")}`;
  await call("CreateAlias", { AliasName: name, TargetKeyId: key.KeyId });
  result.aliasTaken = (await faultOf("CreateAlias", { AliasName: name, TargetKeyId: key.KeyId })).split(":")[0];
  const byAlias = await call("DescribeKey", { KeyId: name });
  result.byAlias = byAlias.KeyMetadata.KeyId === key.KeyId;
  const aliases = await call("ListAliases", { KeyId: key.KeyId });
  result.aliases = aliases.Aliases.map((a) => a.AliasName === name && a.TargetKeyId === key.KeyId
    && a.CreationDate instanceof Date);
  const next = await make({});
  await call("UpdateAlias", { AliasName: name, TargetKeyId: next.KeyId });
  result.aliasMoved = (await call("DescribeKey", { KeyId: name })).KeyMetadata.KeyId === next.KeyId;
  await call("DeleteAlias", { AliasName: name });
  result.aliasGone = (await faultOf("DescribeKey", { KeyId: name })).split(":")[0];
  await call("TagResource", { KeyId: key.KeyId, Tags: [{ TagKey: "cost", TagValue: "12" }] });
  await call("UntagResource", { KeyId: key.KeyId, TagKeys: ["team"] });
  result.tags = (await call("ListResourceTags", { KeyId: key.KeyId })).Tags;
  result.tagTwice = await faultOf("TagResource",
    { KeyId: key.KeyId, Tags: [{ TagKey: "a", TagValue: "1" }, { TagKey: "a", TagValue: "2" }] });
  await call("UpdateKeyDescription", { KeyId: key.KeyId, Description: "other" });
  await call("DisableKey", { KeyId: key.KeyId });
  result.disabled = (await faultOf("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x") })).replace(key.Arn, "ARN");
  await call("EnableKey", { KeyId: key.KeyId });
  const scheduled = await call("ScheduleKeyDeletion", { KeyId: key.KeyId, PendingWindowInDays: 7 });
  result.scheduled = scheduled.KeyState === "PendingDeletion" && scheduled.DeletionDate > new Date()
    && scheduled.KeyId === key.Arn;
  result.pendingDeletion = (await faultOf("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x") })).replace(key.Arn, "ARN");
  await call("CancelKeyDeletion", { KeyId: key.KeyId });
  const { KeyMetadata } = await call("DescribeKey", { KeyId: key.KeyId });
  result.cancelled = `${KeyMetadata.KeyState} ${KeyMetadata.Description}`;
  await call("EnableKey", { KeyId: key.KeyId });
  result.listed = 0;
  for await (const page of kms.paginateListKeys({ client, pageSize: 3 }, {})) result.listed += page.Keys.length;
  result.made = (await call("ListKeys", { Limit: 1000 })).Keys.length;
}

async function rotation(key) {
  const before = await call("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("old") });
  await call("EnableKeyRotation", { KeyId: key.KeyId, RotationPeriodInDays: 100 });
  const status = await call("GetKeyRotationStatus", { KeyId: key.KeyId });
  result.rotationStatus = `${status.KeyRotationEnabled} ${status.RotationPeriodInDays}`;
  await call("RotateKeyOnDemand", { KeyId: key.KeyId });
  const { KeyMetadata } = await call("DescribeKey", { KeyId: key.KeyId });
  const old = await call("Decrypt", { CiphertextBlob: before.CiphertextBlob });
  result.rotated = KeyMetadata.CurrentKeyMaterialId !== old.KeyMaterialId
    && Buffer.from(old.Plaintext).toString() === "old";
  result.rotations = (await call("ListKeyRotations", { KeyId: key.KeyId })).Rotations.map((r) => r.RotationType);
  const all = await call("ListKeyRotations", { KeyId: key.KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" });
  result.materials = all.Rotations.map((r) => r.KeyMaterialState).sort();
  await call("DisableKeyRotation", { KeyId: key.KeyId });
  const mac = await make({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
  result.rotatesNot = await faultOf("RotateKeyOnDemand", { KeyId: mac.KeyId });
  const usage = await call("GetKeyLastUsage", { KeyId: key.KeyId });
  result.lastUsage = usage.KeyLastUsage?.Operation;
  result.neverUsed = (await call("GetKeyLastUsage", { KeyId: mac.KeyId })).KeyLastUsage === undefined;
}

async function regions() {
  const key = await make({ MultiRegion: true });
  const sealed = await call("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("far") });
  const replica = await call("ReplicateKey", { KeyId: key.KeyId, ReplicaRegion: "eu-west-1" });
  const far = new kms.KMSClient({ endpoint: `https://${process.env.KEYWARD_ADDR}`, region: "eu-west-1" });
  const opened = await call("Decrypt", { CiphertextBlob: sealed.CiphertextBlob }, far);
  result.replica = opened.KeyId === replica.ReplicaKeyMetadata.Arn && Buffer.from(opened.Plaintext).toString() === "far";
  result.replicaTwice = (await faultOf("ReplicateKey", { KeyId: key.KeyId, ReplicaRegion: "eu-west-1" })).split(":")[0];
  result.replicaRotates = (await faultOf("EnableKeyRotation", { KeyId: key.KeyId }, far))
    .replace(replica.ReplicaKeyMetadata.Arn, "ARN");
  await call("UpdatePrimaryRegion", { KeyId: key.KeyId, PrimaryRegion: "eu-west-1" });
  const { KeyMetadata } = await call("DescribeKey", { KeyId: key.KeyId });
  result.primaryMoved = `${KeyMetadata.MultiRegionConfiguration.MultiRegionKeyType} `
    + KeyMetadata.MultiRegionConfiguration.PrimaryKey.Region;
  result.elsewhere = (await faultOf("DescribeKey", { KeyId: key.Arn }, far));
}

async function imports() {
  result.imported = {};
  const oaep = (params, oaepHash, data) => crypto.publicEncrypt({ key: Buffer.from(params.PublicKey), format: "der",
    type: "spki", padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, data);
  const kwp = (kek, data) => {
    const cipher = crypto.createCipheriv("id-aes256-wrap-pad", kek, Buffer.from("A65959A6", "hex"));
    return Buffer.concat([cipher.update(data), cipher.final()]);
  };
  const pkcs8 = (pair) => pair.privateKey.export({ format: "der", type: "pkcs8" });
  const kinds = [
    [{}, crypto.randomBytes(32)],
    [{ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }, crypto.randomBytes(32)],
    [{ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }, pkcs8(crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }))],
    [{ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }, pkcs8(crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }))],
  ];
  for (const WrappingAlgorithm of ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"]) {
    const hash = /SHA_1$/.test(WrappingAlgorithm) ? "sha1" : "sha256";
    for (const [input, material] of kinds) {
      if (/OAEP/.test(WrappingAlgorithm) && material.length > 190) continue;
      const key = await make({ ...input, Origin: "EXTERNAL" });
      if (key.KeyState !== "PendingImport") throw new Error(key.KeyState);
      const params = await call("GetParametersForImport", { KeyId: key.KeyId, WrappingAlgorithm, WrappingKeySpec: "RSA_2048" });
      const kek = crypto.randomBytes(32);
      const EncryptedKeyMaterial = /OAEP/.test(WrappingAlgorithm) ? oaep(params, hash, material)
        : Buffer.concat([oaep(params, hash, kek), kwp(kek, material)]);
      await call("ImportKeyMaterial", { KeyId: key.KeyId, ImportToken: params.ImportToken, EncryptedKeyMaterial,
        ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" });
      const { KeyMetadata } = await call("DescribeKey", { KeyId: key.KeyId });
      result.imported[`${WrappingAlgorithm} ${key.KeySpec}`] = `${KeyMetadata.KeyState} ${KeyMetadata.ExpirationModel}`;
    }
  }
  const key = await make({ Origin: "EXTERNAL" });
  result.pendingImport = (await faultOf("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x") })).replace(key.Arn, "ARN");
  const material = crypto.randomBytes(32);
  const bring = async (bytesOfKey, more) => {
    const params = await call("GetParametersForImport",
      { KeyId: key.KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" });
    return faultOf("ImportKeyMaterial", { KeyId: key.KeyId, ImportToken: params.ImportToken,
      EncryptedKeyMaterial: oaep(params, "sha256", bytesOfKey), ...more });
  };
  result.noDate = await bring(material, {});
  const ValidTo = new Date(Date.now() + 3600e3);
  result.expiring = await bring(material, { ValidTo });
  const sealed = await call("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("own") });
  await call("DeleteImportedKeyMaterial", { KeyId: key.KeyId });
  result.deletedMaterial = (await call("DescribeKey", { KeyId: key.KeyId })).KeyMetadata.KeyState;
  result.otherMaterial = (await bring(crypto.randomBytes(32), { ValidTo })).split(":")[0];
  result.sameMaterial = await bring(material, { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" });
  result.reimported = Buffer.from((await call("Decrypt", { CiphertextBlob: sealed.CiphertextBlob })).Plaintext).toString();
  result.damagedToken = (await faultOf("ImportKeyMaterial", { KeyId: key.KeyId, ImportToken: crypto.randomBytes(64),
    EncryptedKeyMaterial: crypto.randomBytes(256), ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" })).split(":")[0];
  result.noPending = (await faultOf("RotateKeyOnDemand", { KeyId: key.KeyId })).replace(key.Arn, "ARN");
  const own = await make({});
  result.notExternal = (await faultOf("GetParametersForImport", { KeyId: own.KeyId,
    WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" })).replace(own.Arn, "ARN");
  const second = crypto.randomBytes(32);
  result.secondMaterial = await bring(second,
    { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE", ImportType: "NEW_KEY_MATERIAL", KeyMaterialDescription: "2nd" });
  const waiting = await call("ListKeyRotations", { KeyId: key.KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" });
  result.waiting = waiting.Rotations.map((r) => `${r.KeyMaterialState} ${r.ImportState} ${r.KeyMaterialDescription ?? ""}`.trim());
  await call("RotateKeyOnDemand", { KeyId: key.KeyId });
  const { KeyMaterialId } = await call("Decrypt", { CiphertextBlob: sealed.CiphertextBlob });
  result.rotatedImported = (await call("DescribeKey", { KeyId: key.KeyId })).KeyMetadata.CurrentKeyMaterialId !== KeyMaterialId;
}

async function stores() {
  result.stores = (await call("DescribeCustomKeyStores", {})).CustomKeyStores.length;
  result.noStore = (await faultOf("DescribeCustomKeyStores", { CustomKeyStoreId: "cks-12345678901234567" })).split(":")[0];
  result.connect = (await faultOf("ConnectCustomKeyStore", { CustomKeyStoreId: "cks-12345678901234567" })).split(":")[0];
  result.createStore = (await faultOf("CreateCustomKeyStore", { CustomKeyStoreName: "s" })).split(":")[0];
  result.keyInStore = (await faultOf("CreateKey",
    { CustomKeyStoreId: "cks-12345678901234567", Origin: "AWS_CLOUDHSM" })).split(":")[0];
}

/** A policy that names nobody but its maker; a grant that a role uses under one context only. */
async function policies() {
  const own = { Sid: "own", Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000001:root" }, Action: "kms:*",
    Resource: "*" };
  const deny = { Sid: "no", Effect: "Deny", Principal: "*", Action: "kms:Encrypt", Resource: "*" };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [own, deny] });
  const key = await make({ Policy });
  result.deniedFromTheFirst = (await faultOf("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x") })).split(":")[0];
  result.policyKept = (await call("GetKeyPolicy", { KeyId: key.KeyId })).Policy === Policy;
  await call("PutKeyPolicy", { KeyId: key.KeyId, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [own] }) });
  result.allowedAgain = await faultOf("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x") });
  result.policyNames = (await call("ListKeyPolicies", { KeyId: key.KeyId })).PolicyNames;
  result.badPolicy = (await faultOf("CreateKey", { Policy: "{}" })).split(":")[0];
  result.lockedOut = await faultOf("CreateKey", { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [deny] }) });
  const plain = await make({});
  result.defaultPolicy = JSON.parse((await call("GetKeyPolicy", { KeyId: plain.KeyId })).Policy).Id;
  const given = await call("CreateGrant", { KeyId: plain.KeyId, GranteePrincipal: "arn:aws:iam::000000000001:user/admin",
    Operations: ["Encrypt", "Decrypt"], Constraints: { EncryptionContextEquals: { tenant: "7" } }, Name: "n" });
  const { Grants } = await call("ListGrants", { KeyId: plain.KeyId });
  result.grants = Grants.map((g) => `${g.KeyId === plain.Arn} ${g.GrantId === given.GrantId} ${g.Operations}`);
  result.withToken = await faultOf("Encrypt", { KeyId: plain.KeyId, Plaintext: bytes("x"), GrantTokens: [given.GrantToken] });
  result.badToken = (await faultOf("Encrypt", { KeyId: plain.KeyId, Plaintext: bytes("x"), GrantTokens: ["x"] })).split(":")[0];
  await call("RevokeGrant", { KeyId: plain.KeyId, GrantId: given.GrantId });
  result.revoked = (await call("ListGrants", { KeyId: plain.KeyId })).Grants.length;
}

async function faults() {
  result.unknownKey = await faultOf("DescribeKey", { KeyId: "11111111-2222-3333-4444-555555555555" });
  result.badKeyId = await faultOf("DescribeKey", { KeyId: "abc" });
  result.otherRegion = await faultOf("DescribeKey",
    { KeyId: "arn:aws:kms:eu-west-1:000000000001:key/11111111-2222-3333-4444-555555555555" });
  result.tooMuchRandom = await faultOf("GenerateRandom", { NumberOfBytes: 1025 });
  result.noRandom = await faultOf("GenerateRandom", {});
  result.noUsage = await faultOf("CreateKey", { KeySpec: "RSA_2048" });
  result.badMarker = (await faultOf("ListKeys", { Marker: "x" })).split(":")[0];
  const stranger = new kms.KMSClient({ endpoint: `https://${process.env.KEYWARD_ADDR}`, region: "us-east-1",
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" } });
  result.unknownCaller = await faultOf("ListKeys", {}, stranger);
  const forger = new kms.KMSClient({ endpoint: `https://${process.env.KEYWARD_ADDR}`, region: "us-east-1",
    credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "x" } });
  result.wrongSecret = (await faultOf("ListKeys", {}, forger)).split(":")[0];
}

async function main() {
  const key = await encryption();
  await dataKeyPairs(key);
  await signing();
  await externalMu();
  await macs();
  await agreement();
  await rsaEncryption();
  await administration(key);
  await rotation(key);
  await regions();
  await imports();
  await policies();
  await stores();
  await faults();
}

main().catch((error) => { result.failed = `${error.stack} ${JSON.stringify(error)}`; })
  .finally(() => console.log(JSON.stringify(result, null, 1)));
