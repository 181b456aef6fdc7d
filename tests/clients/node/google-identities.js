// Drives a running Keyward with Google's own, unmodified auth library and KMS client: an external_account file whose
// token comes from an OpenID Connect issuer in this process, impersonation by file and by class, and what is signed.
// Prints one JSON object with what came of each step; the caller judges it.
"use strict";
const fs = require("fs");
const path = require("path");
const https = require("https");
const crypto = require("crypto");
const { GoogleAuth, Impersonated } = require("google-auth-library");
const { KeyManagementServiceClient } = require("@google-cloud/kms");

const address = process.env.KEYWARD_ADDR;
const folder = process.env.WORK_FOLDER;
const [apiEndpoint, port] = address.split(":");
const scopes = ["https://www.googleapis.com/auth/cloud-platform"];
const pool = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/acme-ci";
const audience = `//${pool}/providers/acme-ci`;
const use = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
const result = {};

const pair = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
let issuerUri;

const issuer = https.createServer(
  { key: fs.readFileSync(process.env.ISSUER_KEY), cert: fs.readFileSync(process.env.ISSUER_CERT) },
  (request, response) => {
    const jwk = { ...pair.publicKey.export({ format: "jwk" }), kid: "k1", use: "sig", alg: "ES256" };
    const documents = {
      "/.well-known/openid-configuration": { issuer: issuerUri, jwks_uri: issuerUri + "/keys" },
      "/keys": { keys: [jwk] },
    };
    const document = documents[request.url];
    response.writeHead(document ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(document || {}));
  });

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

function tokenOf(claims) {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: issuerUri, aud: "https:" + audience, sub: "repo:acme/app", iat: now, exp: now + 600, ...claims };
  const signed = encode({ alg: "ES256", kid: "k1", typ: "JWT" }) + "." + encode(payload);
  const signature = crypto.sign("sha256", Buffer.from(signed), { key: pair.privateKey, dsaEncoding: "ieee-p1363" });
  return signed + "." + signature.toString("base64url");
}

// A credential file as Google documents it for workload identity federation, and a client that signs in by it.
function clientOf(name, claims, impersonated) {
  const token = path.join(folder, name + ".jwt");
  fs.writeFileSync(token, tokenOf(claims));
  const credentials = {
    type: "external_account",
    audience,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `https://${address}/token`,
    credential_source: { file: token },
    universe_domain: "googleapis.com",
  };
  if (impersonated)
    credentials.service_account_impersonation_url =
      `https://${address}/v1/projects/-/serviceAccounts/${impersonated}:generateAccessToken`;
  const keyFilename = path.join(folder, name + ".json");
  fs.writeFileSync(keyFilename, JSON.stringify(credentials));
  return new KeyManagementServiceClient({ apiEndpoint, port: Number(port), projectId: "default", keyFilename });
}

async function refusalOf(call) {
  try {
    await call();
    return "";
  } catch (error) {
    return error.code === undefined ? error.message : `${error.code} ${error.message}`;
  }
}

async function bind(admin, resource, member, role) {
  const url = `https://${address}/v1/${resource}`;
  const policy = (await admin.request({ url: url + ":getIamPolicy" })).data;
  policy.bindings = [...(policy.bindings || []), { role, members: [member] }];
  await admin.request({ url: url + ":setIamPolicy", method: "POST", data: { policy } });
}

async function main() {
  await new Promise((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  issuerUri = `https://127.0.0.1:${issuer.address().port}`;
  const admin = await new GoogleAuth({ scopes }).getClient();
  // Its token endpoint is compiled in; with this it signs its own tokens, as the KMS client does.
  admin.useJWTAccessWithScope = true;
  const post = (url, data) => admin.request({ url: `https://${address}${url}`, method: "POST", data });
  await post("/keyward/v1/issuers", {
    id: "acme-ci", project: "default", issuerUri, attributes: { repository: "repository" },
    conditions: [{ claim: "owner", values: ["acme"] }],
  });
  const kms = new KeyManagementServiceClient({ apiEndpoint, port: Number(port), projectId: "default" });
  const [ring] = await kms.createKeyRing({ parent: "projects/default/locations/global", keyRingId: "ids" });
  const make = async (cryptoKeyId) => (await kms.createCryptoKey({
    parent: ring.name, cryptoKeyId, cryptoKey: { purpose: "ENCRYPT_DECRYPT" },
  }))[0].name;
  const [shared, own] = [await make("shared"), await make("own")];
  const plaintext = Buffer.from("secret");
  const encrypt = (client, name) => client.encrypt({ name, plaintext });

  // Who is vouched for, and by the chosen claim.
  const app = clientOf("app", { owner: "acme", repository: "acme/app" });
  result.noRight = await refusalOf(() => encrypt(app, shared));
  await bind(admin, shared, `principalSet://${pool}/attribute.repository/acme/app`, use);
  const [sealed] = await encrypt(app, shared);
  const [opened] = await app.decrypt({ name: shared, ciphertext: sealed.ciphertext });
  result.opened = Buffer.from(opened.plaintext).toString();
  result.otherRepository = await refusalOf(() =>
    encrypt(clientOf("fork", { owner: "acme", repository: "acme/fork" }), shared));
  result.otherOwner = await refusalOf(() =>
    encrypt(clientOf("evil", { owner: "evil", repository: "acme/app" }), shared));
  result.otherAudience = await refusalOf(() =>
    encrypt(clientOf("aud", { owner: "acme", repository: "acme/app", aud: "https://other" }), shared));
  result.expired = await refusalOf(() =>
    encrypt(clientOf("old", { owner: "acme", repository: "acme/app", iat: 1000, exp: 2000 }), shared));

  // Who takes on an account.
  const deployer = (await post("/keyward/v1/projects/default/serviceAccounts", { name: "deployer" })).data.email;
  await bind(admin, own, `serviceAccount:${deployer}`, use);
  const taker = clientOf("taker", { owner: "acme", repository: "acme/app" }, deployer);
  result.mayNotTake = await refusalOf(() => encrypt(taker, own));
  await bind(admin, "projects/default", `principal://${pool}/subject/repo:acme/app`,
    "roles/iam.serviceAccountTokenCreator");
  const again = clientOf("again", { owner: "acme", repository: "acme/app" }, deployer);
  const [taken] = await encrypt(again, own);
  result.taken = taken.ciphertext.length > 0;
  result.notOfTheAccount = await refusalOf(() => encrypt(again, shared));

  // What is signed on an account's behalf.
  const source = await new GoogleAuth({ keyFilename: path.join(folder, "app.json"), scopes }).getClient();
  const impersonated = new Impersonated({
    sourceClient: source, targetPrincipal: deployer, targetScopes: scopes, lifetime: 600,
    endpoint: `https://${address}`,
  });
  const blob = await impersonated.sign("to be signed");
  const keysOf = async (url) => (await admin.request({ url })).data.keys;
  const verify = (keys, id, bytes, signature) => crypto.verify("sha256", Buffer.from(bytes),
    crypto.createPublicKey({ key: keys.find((k) => k.kid === id), format: "jwk" }), Buffer.from(signature, "base64"));
  const accountKeys = await keysOf(`https://${address}/service_accounts/v1/jwk/${deployer}`);
  result.blob = verify(accountKeys, blob.keyId, "to be signed", blob.signedBlob);

  const { createRemoteJWKSet, createLocalJWKSet, jwtVerify } = await import("jose");
  const idToken = await impersonated.fetchIdToken("https://service.example", { includeEmail: true });
  const discovery = (await admin.request({ url: `https://${address}/.well-known/openid-configuration` })).data;
  const verified = await jwtVerify(idToken, createRemoteJWKSet(new URL(discovery.jwks_uri)),
    { issuer: discovery.issuer, audience: "https://service.example" });
  result.idToken = verified.payload.email === deployer && verified.payload.email_verified && verified.payload.azp === deployer;

  const account = `/v1/projects/-/serviceAccounts/${deployer}`;
  const jwt = (await source.request({
    url: `https://${address}${account}:signJwt`, method: "POST",
    data: { payload: JSON.stringify({ sub: "somebody" }) },
  })).data;
  const signed = await jwtVerify(jwt.signedJwt, createLocalJWKSet({ keys: accountKeys }));
  result.signJwt = signed.payload.sub === "somebody" && signed.protectedHeader.kid === jwt.keyId;

  // Nobody is vouched for any more.
  await admin.request({ url: `https://${address}/keyward/v1/issuers/acme-ci`, method: "DELETE" });
  result.removed = await refusalOf(() => encrypt(app, shared));
  result.removedTaken = await refusalOf(() => encrypt(again, own));
  console.log(JSON.stringify(result));
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
