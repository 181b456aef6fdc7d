// Brings own material to a running Keyward with AWS's own, unmodified client: every kind of key, wrapped in every way;
// then material that no key must take. What the keys do afterwards is checked by other software. The argument chooses a
// part. Prints one JSON object.
"use strict";
const crypto = require("crypto");
const kms = require("@aws-sdk/client-kms");

// Wrapping keys take their time to be made: the client is told to come again, which it does by itself.
const client = new kms.KMSClient({
  endpoint: `https://${process.env.KEYWARD_ADDR}`, region: "us-east-1", maxAttempts: 10,
});
const call = (operation, input = {}) => client.send(new kms[`${operation}Command`](input));
const result = { used: {}, wrapped: {}, refused: {} };
const message = Buffer.from("message");

async function faultOf(work) {
  try {
    await work();
    return "ok";
  } catch (error) {
    return error.name;
  }
}

const pkcs8 = (key) => key.export({ format: "der", type: "pkcs8" });
const pairOf = (kind, options) => crypto.generateKeyPairSync(kind, options);
const nested = (tag, ...parts) => {
  const body = Buffer.concat(parts);
  const size = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length]
    : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};

/** RFC 9881, section 6: a private key by its seed alone. */
const mlDsa = (arc, seed) => nested(0x30, nested(0x02, Buffer.from([0])),
  nested(0x30, nested(0x06, Buffer.from(`6086480165030403${arc.toString(16)}`, "hex"))),
  nested(0x04, nested(0x80, seed)));

function wrap(parameters, algorithm, material) {
  const oaep = (data) => crypto.publicEncrypt({
    key: Buffer.from(parameters.PublicKey), format: "der", type: "spki",
    padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: algorithm.endsWith("SHA_1") ? "sha1" : "sha256",
  }, data);
  if (algorithm.startsWith("RSAES")) return oaep(material);
  const kek = crypto.randomBytes(32);
  const cipher = crypto.createCipheriv("id-aes256-wrap-pad", kek, Buffer.from("A65959A6", "hex"));
  return Buffer.concat([oaep(kek), cipher.update(material), cipher.final()]);
}

/** Brings material to a key, as often as asked: its parameters are good for a day. */
async function carrier(KeyId, WrappingAlgorithm, WrappingKeySpec = "RSA_2048") {
  const parameters = await call("GetParametersForImport", { KeyId, WrappingAlgorithm, WrappingKeySpec });
  return (material) => call("ImportKeyMaterial", {
    KeyId, ImportToken: parameters.ImportToken, ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    EncryptedKeyMaterial: wrap(parameters, WrappingAlgorithm, material),
  });
}

const make = async (KeySpec, KeyUsage) =>
  (await call("CreateKey", { KeySpec, KeyUsage, Origin: "EXTERNAL" })).KeyMetadata.KeyId;

const sign = async (KeyId, SigningAlgorithm, more) => Buffer.from(
  (await call("Sign", { KeyId, Message: message, SigningAlgorithm, ...more })).Signature);

async function kinds() {
  const { ml_dsa44, ml_dsa65, ml_dsa87 } = await import("@noble/post-quantum/ml-dsa.js");
  const list = [["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", crypto.randomBytes(32), async (KeyId) => {
    const { CiphertextBlob } = await call("Encrypt", { KeyId, Plaintext: message });
    return message.equals(Buffer.from((await call("Decrypt", { CiphertextBlob })).Plaintext));
  }]];
  for (const [bits, size] of [[224, 28], [256, 32], [384, 48], [512, 64]]) {
    const material = crypto.randomBytes(size);
    list.push([`HMAC_${bits}`, "GENERATE_VERIFY_MAC", material, async (KeyId) => {
      const { Mac } = await call("GenerateMac", { KeyId, Message: message, MacAlgorithm: `HMAC_SHA_${bits}` });
      return crypto.createHmac(`sha${bits}`, material).update(message).digest().equals(Buffer.from(Mac));
    }]);
  }

  for (const [spec, namedCurve, hash] of [["ECC_NIST_P256", "P-256", 256], ["ECC_NIST_P384", "P-384", 384],
    ["ECC_NIST_P521", "P-521", 512], ["ECC_SECG_P256K1", "secp256k1", 256]]) {
    const pair = pairOf("ec", { namedCurve });
    list.push([spec, "SIGN_VERIFY", pkcs8(pair.privateKey), async (KeyId) =>
      crypto.verify(`sha${hash}`, message, pair.publicKey, await sign(KeyId, `ECDSA_SHA_${hash}`))]);
    if (spec === "ECC_SECG_P256K1") continue;
    const [own, other] = [pairOf("ec", { namedCurve }), pairOf("ec", { namedCurve })];
    list.push([spec, "KEY_AGREEMENT", pkcs8(own.privateKey), async (KeyId) => {
      const { SharedSecret } = await call("DeriveSharedSecret", {
        KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey: other.publicKey.export({ format: "der", type: "spki" }) });
      return crypto.diffieHellman({ privateKey: other.privateKey, publicKey: own.publicKey })
        .equals(Buffer.from(SharedSecret));
    }]);
  }

  const edwards = pairOf("ed25519");
  list.push(["ECC_NIST_EDWARDS25519", "SIGN_VERIFY", pkcs8(edwards.privateKey), async (KeyId) =>
    crypto.verify(null, message, edwards.publicKey, await sign(KeyId, "ED25519_SHA_512"))]);
  for (const bits of [2048, 3072, 4096]) {
    const pair = pairOf("rsa", { modulusLength: bits });
    list.push([`RSA_${bits}`, "SIGN_VERIFY", pkcs8(pair.privateKey), async (KeyId) => crypto.verify("sha256", message,
      { key: pair.publicKey, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
      await sign(KeyId, "RSASSA_PSS_SHA_256"))]);
    list.push([`RSA_${bits}`, "ENCRYPT_DECRYPT", pkcs8(pair.privateKey), async (KeyId) => {
      const CiphertextBlob = crypto.publicEncrypt({ key: pair.publicKey, oaepHash: "sha256" }, message);
      return message.equals(Buffer.from((await call("Decrypt",
        { KeyId, CiphertextBlob, EncryptionAlgorithm: "RSAES_OAEP_SHA_256" })).Plaintext));
    }]);
  }

  for (const [spec, scheme, arc] of [["ML_DSA_44", ml_dsa44, 17], ["ML_DSA_65", ml_dsa65, 18],
    ["ML_DSA_87", ml_dsa87, 19]]) {
    const seed = crypto.randomBytes(32);
    const { publicKey } = scheme.keygen(new Uint8Array(seed));
    list.push([spec, "SIGN_VERIFY", mlDsa(arc, seed), async (KeyId) => scheme.verify(
      new Uint8Array(await sign(KeyId, "ML_DSA_SHAKE_256")), new Uint8Array(message), publicKey)]);
  }

  return list;
}

/** Several at once: the server commits changes that wait together. */
async function each(list, work) {
  const waiting = [...list];
  const worker = async () => { while (waiting.length > 0) await work(waiting.shift()); };
  await Promise.all(Array.from({ length: 3 }, worker));
}

async function everyKind() {
  await each(await kinds(), async ([spec, usage, material, use]) => {
    const key = await make(spec, usage);
    // What is short goes by itself, what is long under a key of its own.
    const bring = await carrier(key, material.length <= 190 ? "RSAES_OAEP_SHA_256" : "RSA_AES_KEY_WRAP_SHA_256");
    await bring(material);
    result.used[`${spec} ${usage}`] = await use(key);
    await call("DeleteImportedKeyMaterial", { KeyId: key });
    await bring(material);
    result.used[`${spec} ${usage}`] &&= await use(key);
  });
}

async function everyWrapping() {
  const edwards = pkcs8(pairOf("ed25519").privateKey);
  const ways = [
    ["RSAES_OAEP_SHA_1", "RSA_2048"], ["RSAES_OAEP_SHA_256", "RSA_2048"], ["RSAES_OAEP_SHA_256", "RSA_3072"],
    ["RSA_AES_KEY_WRAP_SHA_1", "RSA_2048"], ["RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"],
    ["RSA_AES_KEY_WRAP_SHA_256", "RSA_4096"],
  ];
  await each(ways, async ([algorithm, spec]) => {
    const key = await make("ECC_NIST_EDWARDS25519", "SIGN_VERIFY");
    result.wrapped[`${algorithm} ${spec}`] = await faultOf(async () => (await carrier(key, algorithm, spec))(edwards));
  });
  const key = await make("SYMMETRIC_DEFAULT");
  for (const [algorithm, spec] of [["RSAES_PKCS1_V1_5", "RSA_2048"], ["SM2PKE", "SM2"], ["RSAES_OAEP_SHA_256", "SM2"]])
    result.wrapped[`${algorithm} ${spec}`] = await faultOf(() => call("GetParametersForImport",
      { KeyId: key, WrappingAlgorithm: algorithm, WrappingKeySpec: spec }));
}

/** Material that must not be taken: nothing comes of it, and the right one is taken afterwards. */
async function spoilt() {
  const rsa = (options) => pairOf("rsa", { modulusLength: 2048, ...options }).privateKey;
  const good = rsa();
  const altered = (change) => {
    const jwk = good.export({ format: "jwk" });
    change(jwk);
    return pkcs8(crypto.createPrivateKey({ key: jwk, format: "jwk" }));
  };
  const increased = (text) => {
    const bytes = Buffer.from(text, "base64url");
    bytes[bytes.length - 1] ^= 2;
    return bytes.toString("base64url");
  };
  const ec = pkcs8(pairOf("ec", { namedCurve: "P-256" }).privateKey);
  const other = pkcs8(pairOf("ec", { namedCurve: "P-256" }).privateKey);
  const withPoint = (point) => Buffer.concat([ec.subarray(0, ec.length - 64), point]);
  const offCurve = Buffer.from(ec.subarray(ec.length - 64));
  offCurve[63] ^= 1;
  const cases = [
    ["RSA_2048", "SIGN_VERIFY", pkcs8(good), {
      "1024 bits": pkcs8(rsa({ modulusLength: 1024 })), "3072 bits": pkcs8(rsa({ modulusLength: 3072 })),
      "e = 3": pkcs8(rsa({ publicExponent: 3 })), "another dp": altered((k) => { k.dp = increased(k.dp); }),
      "another qi": altered((k) => { k.qi = increased(k.qi); }), "another d": altered((k) => { k.d = increased(k.d); }),
      "public half": crypto.createPublicKey(good).export({ format: "der", type: "spki" }),
      "a curve's key": ec, "no DER": crypto.randomBytes(1_200),
    }],
    ["ECC_NIST_P256", "SIGN_VERIFY", ec, {
      "off the curve": withPoint(offCurve), "another's point": withPoint(other.subarray(other.length - 64)),
      "another curve": pkcs8(pairOf("ec", { namedCurve: "P-384" }).privateKey),
      "a curve of like size": pkcs8(pairOf("ec", { namedCurve: "secp256k1" }).privateKey),
    }],
    ["ECC_NIST_EDWARDS25519", "SIGN_VERIFY", pkcs8(pairOf("ed25519").privateKey), {
      "X25519": pkcs8(pairOf("x25519").privateKey), "Ed448": pkcs8(pairOf("ed448").privateKey),
      "the seed alone": crypto.randomBytes(32),
    }],
    ["ML_DSA_44", "SIGN_VERIFY", mlDsa(17, crypto.randomBytes(32)), {
      "ML-DSA-65": mlDsa(18, crypto.randomBytes(32)), "31 bytes": mlDsa(17, crypto.randomBytes(31)),
    }],
    ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", crypto.randomBytes(32), {
      "31 bytes": crypto.randomBytes(31), "33 bytes": crypto.randomBytes(33), "16 bytes": crypto.randomBytes(16),
    }],
    ["HMAC_256", "GENERATE_VERIFY_MAC", crypto.randomBytes(32), {
      "31 bytes": crypto.randomBytes(31), "1 byte": crypto.randomBytes(1),
    }],
  ];
  await each(cases, async ([spec, usage, right, wrong]) => {
    const key = await make(spec, usage);
    const bring = await carrier(key, "RSA_AES_KEY_WRAP_SHA_256");
    for (const [what, material] of Object.entries(wrong))
      result.refused[`${spec}: ${what}`] = await faultOf(() => bring(material));
    const { KeyMetadata } = await call("DescribeKey", { KeyId: key });
    if (KeyMetadata.KeyState !== "PendingImport") throw new Error(`${spec} is ${KeyMetadata.KeyState}`);
    await bring(right);
    await call("DeleteImportedKeyMaterial", { KeyId: key });
    result.refused[`${spec}: other than before`] = await faultOf(() => bring(
      spec.startsWith("RSA") ? pkcs8(rsa()) : spec === "ECC_NIST_P256" ? other
        : spec.startsWith("ML") ? mlDsa(17, crypto.randomBytes(32))
          : spec.startsWith("ECC") ? pkcs8(pairOf("ed25519").privateKey) : crypto.randomBytes(32)));
  });
}

({ kinds: everyKind, wrappings: everyWrapping, spoilt })[process.argv[2]]()
  .catch((error) => { result.failed = String(error.stack); })
  .then(() => console.log(JSON.stringify(result)));
