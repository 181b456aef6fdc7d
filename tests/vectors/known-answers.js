// Makes src/Keyward.Keystores/Software/known-answers.txt, by which the server tests itself at each start: one answer for
// every algorithm and scheme, computed by OpenSSL (in node) and, for what it lacks, by noble. Nothing of Keyward's is
// used. Usage: node known-answers.js > FILE, in a folder whose node_modules are those of tests/clients/node.
// The keys are made for this purpose and protect nothing.
"use strict";
const crypto = require("crypto");

const message = Buffer.from("known answer");
const lines = [
  "# Made by tests/vectors/known-answers.js with OpenSSL and noble; the keys protect nothing.",
  "# key NAME SECRET · answer ALGORITHM SCHEME KEY INPUT OUTPUT, in base64; the input of AES is IV ‖ plaintext.",
];
const b64 = (bytes) => Buffer.from(bytes).toString("base64") || "-";
const counting = (size) => Buffer.from(Array.from({ length: size }, (_, i) => i));
const add = (algorithm, scheme, key, input, output) =>
  lines.push(`answer ${algorithm} ${scheme} ${key} ${b64(input)} ${b64(output)}`);
const keep = (name, secret) => lines.push(`key ${name} ${b64(secret)}`);
const pkcs8 = (key) => key.export({ format: "der", type: "pkcs8" });
const hash = (name, bytes) => crypto.createHash(name).update(bytes).digest();

function symmetric() {
  const block = counting(16);
  for (const bits of [128, 256]) {
    keep(`aes${bits}`, counting(bits / 8));
    for (const mode of ["gcm", "cbc", "ctr"]) {
      const iv = counting(mode === "gcm" ? 12 : 16);
      const cipher = crypto.createCipheriv(`aes-${bits}-${mode}`, counting(bits / 8), iv);
      if (mode === "cbc") cipher.setAutoPadding(false);
      const parts = [cipher.update(block), cipher.final()];
      if (mode === "gcm") parts.push(cipher.getAuthTag());
      const name = mode[0].toUpperCase() + mode.slice(1);
      add(`Aes${bits}${name}`, `Aes${name}`, `aes${bits}`, Buffer.concat([iv, block]), Buffer.concat(parts));
    }
  }
  for (const [bits, size] of [[1, 20], [224, 28], [256, 32], [384, 48], [512, 64]]) {
    keep(`hmac${bits}`, counting(size));
    const mac = crypto.createHmac(`sha${bits}`, counting(size)).update(message).digest();
    add(`HmacSha${bits}`, `HmacSha${bits}`, `hmac${bits}`, message, mac);
  }
}

function rsa() {
  const pss = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST };
  for (const bits of [2048, 3072, 4096]) {
    const { privateKey: key, publicKey } = crypto.generateKeyPairSync("rsa", { modulusLength: bits });
    const name = `rsa${bits}`;
    keep(name, pkcs8(key));
    for (const size of [256, 384, 512]) {
      const signed = {
        Pss: crypto.sign(`sha${size}`, message, { key, ...pss }), Pkcs1: crypto.sign(`sha${size}`, message, key),
      };
      for (const [padding, signature] of Object.entries(signed)) {
        add(`RsaSign${bits}`, `Rsa${padding}Sha${size}`, name, message, signature);
        const own = `RsaSign${padding}${padding === "Pss" ? "" : "Of"}${bits}Sha${size}`;
        if (size === 256 || (bits === 4096 && size === 512))
          add(own, `Rsa${padding}Sha${size}`, name, message, signature);
      }
    }
    add(`RsaSignRawPkcs1Of${bits}`, "RsaPkcs1Raw", name, message,
      crypto.privateEncrypt({ key, padding: crypto.constants.RSA_PKCS1_PADDING }, message));
    for (const size of [1, 256, ...(bits === 4096 ? [512] : [])]) {
      const padding = crypto.constants.RSA_PKCS1_OAEP_PADDING;
      const ciphertext = crypto.publicEncrypt({ key: publicKey, padding, oaepHash: `sha${size}` }, message);
      add(`RsaDecryptOaep${bits}Sha${size}`, `RsaOaepSha${size}`, name, ciphertext, message);
      if (size !== 512) add(`RsaCrypt${bits}`, `RsaOaepSha${size}`, name, ciphertext, message);
    }
  }
}

function curves() {
  for (const [curve, named, size] of [["P256", "prime256v1", 256], ["P384", "secp384r1", 384],
    ["P521", "secp521r1", 512], ["Secp256k1", "secp256k1", 256]]) {
    const { privateKey: key } = crypto.generateKeyPairSync("ec", { namedCurve: named });
    const { privateKey: theirs, publicKey } = crypto.generateKeyPairSync("ec", { namedCurve: named });
    const name = curve.toLowerCase();
    keep(name, pkcs8(key));
    add(`EcSign${curve}Sha${size}`, `EcdsaSha${size}`, name, message, crypto.sign(`sha${size}`, message, key));
    const shared = crypto.diffieHellman({ privateKey: theirs, publicKey: crypto.createPublicKey(key) });
    add(`EcAgree${curve}`, "Ecdh", name, publicKey.export({ format: "der", type: "spki" }), shared);
  }
}

async function noble() {
  const { ed25519, ed25519ph } = await import("@noble/curves/ed25519.js");
  keep("ed25519", counting(32));
  for (const algorithm of ["EcSignEd25519", "Ed25519AnyMode"])
    add(algorithm, "Ed25519", "ed25519", message, ed25519.sign(message, counting(32)));
  add("Ed25519AnyMode", "Ed25519Ph", "ed25519", message, ed25519ph.sign(message, counting(32)));

  const { sha256 } = await import("@noble/hashes/sha2.js");
  const mlDsa = await import("@noble/post-quantum/ml-dsa.js");
  for (const size of [44, 65, 87]) {
    const signer = mlDsa[`ml_dsa${size}`];
    keep(`mldsa${size}`, counting(32));
    const { secretKey, publicKey } = signer.keygen(counting(32));
    const signature = signer.sign(message, secretKey, { extraEntropy: false });
    const shake = (bytes) => crypto.createHash("shake256", { outputLength: 64 }).update(bytes).digest();
    const mu = shake(Buffer.concat([shake(publicKey), Buffer.from([0, 0]), message]));
    for (const [suffix, scheme, input] of [["", "MlDsa", message], ["AnyInput", "MlDsa", message],
      ["ExternalMu", "MlDsaExternalMu", mu], ["AnyInput", "MlDsaExternalMu", mu]])
      add(`MlDsa${size}${suffix}`, scheme, `mldsa${size}`, input, hash("sha256", signature));
  }

  const { slh_dsa_sha2_128s: slhDsa } = await import("@noble/post-quantum/slh-dsa.js");
  const { secretKey } = slhDsa.keygen(counting(48));
  keep("slhdsa", secretKey);
  add("SlhDsaSha2Of128s", "SlhDsa", "slhdsa", message, slhDsa.sign(message, secretKey));
  add("HashSlhDsaSha2Of128sSha256", "HashSlhDsaSha256", "slhdsa", message,
    slhDsa.prehash(sha256).sign(message, secretKey));

  const { ml_kem768, ml_kem1024 } = await import("@noble/post-quantum/ml-kem.js");
  const { ml_kem768_x25519 } = await import("@noble/post-quantum/hybrid.js");
  for (const [algorithm, kem, size] of [["MlKem768", ml_kem768, 64], ["MlKem1024", ml_kem1024, 64],
    ["XWing", ml_kem768_x25519, 32]]) {
    keep(algorithm.toLowerCase(), counting(size));
    const { cipherText, sharedSecret } = kem.encapsulate(kem.keygen(counting(size)).publicKey);
    add(algorithm, algorithm.replace(/\d+/, ""), algorithm.toLowerCase(), cipherText, sharedSecret);
  }
}

symmetric();
rsa();
curves();
noble().then(() => console.log(lines.join("\n")));
