// Key policies and grants through AWS's own client: prints one JSON object of what came of each step.
"use strict";
const kms = require("@aws-sdk/client-kms");

const endpoint = `https://${process.env.KEYWARD_ADDR}`;
const region = "us-east-1";
const admin = new kms.KMSClient({ endpoint, region });
const app = new kms.KMSClient({
  endpoint, region, credentials: { accessKeyId: process.env.APP_ID, secretAccessKey: process.env.APP_SECRET },
});
const APP = process.env.APP_ARN;
const result = {};
const call = (name, input, client = admin) => client.send(new kms[`${name}Command`](input));
const faultOf = async (name, input, client = admin) => {
  try {
    await call(name, input, client);
    return "ok";
  } catch (error) {
    return error.name + (error.message && error.message !== "UnknownError" && error.message !== error.name
      ? `: ${error.message}` : "");
  }
};
const type = async (...args) => (await faultOf(...args)).split(":")[0];
const statement = (more) => ({ Version: "2012-10-17", Statement: more });
const root = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${process.env.KEYWARD_ACCOUNT}:root` }, Action: "kms:*", Resource: "*" };

async function policies() {
  const { KeyMetadata: key } = await call("CreateKey", {});
  const shown = await call("GetKeyPolicy", { KeyId: key.KeyId });
  result.defaultPolicy = `${shown.PolicyName} ${JSON.parse(shown.Policy).Statement[0].Action}`;
  result.policies = (await call("ListKeyPolicies", { KeyId: key.KeyId })).PolicyNames;
  result.otherName = await faultOf("GetKeyPolicy", { KeyId: key.KeyId, PolicyName: "mine" });
  result.before = await type("Encrypt", { KeyId: key.Arn, Plaintext: Buffer.from("x") }, app);
  const named = statement([root, { Effect: "Allow", Principal: { AWS: APP }, Action: ["kms:Encrypt", "kms:Decrypt"], Resource: "*" }]);
  await call("PutKeyPolicy", { KeyId: key.KeyId, Policy: JSON.stringify(named) });
  result.kept = JSON.stringify(JSON.parse((await call("GetKeyPolicy", { KeyId: key.KeyId })).Policy)) === JSON.stringify(named);
  result.named = await type("Encrypt", { KeyId: key.Arn, Plaintext: Buffer.from("x") }, app);
  named.Statement.push({ Effect: "Deny", Principal: "*", Action: "kms:Encrypt", Resource: "*",
    Condition: { StringNotEquals: { "kms:EncryptionContext:team": "red" } } });
  await call("PutKeyPolicy", { KeyId: key.KeyId, Policy: JSON.stringify(named) });
  result.denied = await type("Encrypt", { KeyId: key.Arn, Plaintext: Buffer.from("x") }, app);
  result.withContext = await type("Encrypt", { KeyId: key.Arn, Plaintext: Buffer.from("x"), EncryptionContext: { team: "red" } }, app);
  result.lockedOut = await faultOf("PutKeyPolicy", { KeyId: key.KeyId,
    Policy: JSON.stringify(statement([{ Effect: "Allow", Principal: { AWS: APP }, Action: "kms:Decrypt", Resource: "*" }])) });
  result.noJson = await type("PutKeyPolicy", { KeyId: key.KeyId, Policy: "not json" });
  result.nobody = await type("PutKeyPolicy", { KeyId: key.KeyId,
    Policy: JSON.stringify(statement([root, { Effect: "Allow", Principal: { AWS: "arn:aws:iam::999999999999:user/x" }, Action: "kms:Decrypt", Resource: "*" }])) });
  const own = statement([root, { Effect: "Allow", Principal: { AWS: APP }, Action: "kms:DescribeKey", Resource: "*" }]);
  const { KeyMetadata: born } = await call("CreateKey", { Policy: JSON.stringify(own) });
  result.bornWith = await type("DescribeKey", { KeyId: born.Arn }, app);
  // Without the account's statement, who owns the project has no way in any more (but for the one who is named).
  await call("PutKeyPolicy", { KeyId: born.KeyId, BypassPolicyLockoutSafetyCheck: true,
    Policy: JSON.stringify(statement([{ Effect: "Allow", Principal: { AWS: APP }, Action: "kms:*", Resource: "*" }])) });
  result.inheritanceEnds = await type("DescribeKey", { KeyId: born.Arn });
  result.namedStays = await type("GetKeyPolicy", { KeyId: born.Arn }, app);
}

async function grants() {
  const { KeyMetadata: key } = await call("CreateKey", {});
  const seal = (context, tokens, client = app) => type("Encrypt", { KeyId: key.Arn, Plaintext: Buffer.from("x"),
    EncryptionContext: context, GrantTokens: tokens }, client);
  const input = { KeyId: key.KeyId, GranteePrincipal: APP, Operations: ["Encrypt", "DescribeKey"], Name: "once",
    Constraints: { EncryptionContextSubset: { team: "red" } } };
  result.dryRun = await type("CreateGrant", { ...input, DryRun: true });
  result.none = (await call("ListGrants", { KeyId: key.KeyId })).Grants.length;
  const made = await call("CreateGrant", input);
  const again = await call("CreateGrant", input);
  result.repeated = made.GrantId === again.GrantId;
  result.grantForm = /^[0-9a-f]{64}$/.test(made.GrantId) && made.GrantToken.length > 0;
  result.constrained = [await seal({ team: "red", more: "1" }), await seal({ team: "blue" }), await seal(undefined)];
  result.withToken = await seal({ team: "red" }, [made.GrantToken]);
  result.badToken = await seal({ team: "red" }, ["bm8="]);
  result.notGranted = await type("Decrypt", { KeyId: key.Arn, CiphertextBlob: Buffer.alloc(120) }, app);
  const { Grants: [shown] } = await call("ListGrants", { KeyId: key.KeyId, GranteePrincipal: APP });
  result.shown = shown.KeyId === key.Arn && shown.GranteePrincipal === APP && shown.Name === "once"
    && shown.IssuingAccount === root.Principal.AWS && shown.CreationDate instanceof Date
    && shown.Constraints.EncryptionContextSubset.team === "red" && shown.Operations.join() === "Encrypt,DescribeKey";
  result.noPrincipal = await type("CreateGrant", { ...input, GranteePrincipal: "nobody" });
  result.noOperation = await type("CreateGrant", { ...input, Operations: ["Fly"] });
  result.unfit = await type("CreateGrant", { ...input, Operations: ["Sign"] });
  await call("RevokeGrant", { KeyId: key.KeyId, GrantId: made.GrantId });
  result.revoked = await seal({ team: "red" });
  result.unknown = (await faultOf("RevokeGrant", { KeyId: key.KeyId, GrantId: "0".repeat(64) })).replace(/0{64}/, "ID");
  result.badId = await type("RevokeGrant", { KeyId: key.KeyId, GrantId: "x" });
  const parent = await call("CreateGrant", { KeyId: key.KeyId, GranteePrincipal: APP, RetiringPrincipal: APP,
    Operations: ["Encrypt", "CreateGrant", "RetireGrant"] });
  result.more = await type("CreateGrant", { KeyId: key.Arn, GranteePrincipal: APP, Operations: ["Decrypt"] }, app);
  const child = await call("CreateGrant", { KeyId: key.Arn, GranteePrincipal: APP, Operations: ["Encrypt"], Name: "child" }, app);
  result.listed = [];
  for await (const page of kms.paginateListGrants({ client: admin, pageSize: 1 }, { KeyId: key.KeyId }))
    result.listed.push(page.Grants.length);
  result.listed = result.listed.reduce((sum, n) => sum + n, 0);
  result.retirable = (await call("ListRetirableGrants", { RetiringPrincipal: APP })).Grants.map((g) => g.GrantId === parent.GrantId);
  await call("RetireGrant", { GrantToken: parent.GrantToken }, app);
  result.deadWithParent = await seal(undefined);
  result.childGone = (await call("ListGrants", { KeyId: key.KeyId })).Grants.length;
  result.oneForm = await type("RetireGrant", { GrantToken: child.GrantToken, GrantId: child.GrantId });
}

policies().then(grants).then(() => console.log(JSON.stringify(result)), (error) => {
  console.error(error);
  process.exit(1);
});
