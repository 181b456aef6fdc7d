// Temporary access keys through AWS's own, unmodified clients: by AssumeRole with and without a session policy, and by the
// web identity provider of the client's credential library. Prints one JSON object with what came of each step.
"use strict";
const kms = require("@aws-sdk/client-kms");
const sts = require("@aws-sdk/client-sts");
const { fromTemporaryCredentials, fromWebToken } = require("@aws-sdk/credential-providers");

const endpoint = `https://${process.env.KEYWARD_ADDR}`;
const common = { endpoint, region: "us-east-1" };
const admin = new sts.STSClient(common);
const role = `arn:aws:iam::000000000001:role/${process.env.ROLE}`;
const result = {};

async function faultOf(call) {
  try {
    await call();
    return "ok";
  } catch (error) {
    return error.name;
  }
}

async function main() {
  result.admin = (await admin.send(new sts.GetCallerIdentityCommand({}))).Arn;
  const key = (await new kms.KMSClient(common).send(new kms.CreateKeyCommand({}))).KeyMetadata;
  const encrypt = (client) => client.send(new kms.EncryptCommand({ KeyId: key.KeyId, Plaintext: Buffer.from("x") }));
  const describe = (client) => client.send(new kms.DescribeKeyCommand({ KeyId: key.KeyId }));

  const given = await admin.send(new sts.AssumeRoleCommand({ RoleArn: role, RoleSessionName: "night-job" }));
  result.session = given.AssumedRoleUser.Arn;
  const credentials = { accessKeyId: given.Credentials.AccessKeyId, secretAccessKey: given.Credentials.SecretAccessKey,
    sessionToken: given.Credentials.SessionToken };
  const there = new kms.KMSClient({ ...common, credentials });
  result.uses = await faultOf(() => encrypt(there));
  result.self = (await new sts.STSClient({ ...common, credentials }).send(new sts.GetCallerIdentityCommand({}))).Arn;
  result.withoutToken = await faultOf(() => encrypt(new kms.KMSClient(
    { ...common, credentials: { ...credentials, sessionToken: undefined } })));
  result.otherToken = await faultOf(() => encrypt(new kms.KMSClient(
    { ...common, credentials: { ...credentials, sessionToken: credentials.sessionToken.slice(0, -1) + "!" } })));
  result.chain = await faultOf(() => new sts.STSClient({ ...common, credentials }).send(
    new sts.AssumeRoleCommand({ RoleArn: role, RoleSessionName: "again" })));

  const Policy = JSON.stringify({ Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "kms:DescribeKey", Resource: "*" }] });
  const narrow = new kms.KMSClient({ ...common, credentials: fromTemporaryCredentials({
    params: { RoleArn: role, RoleSessionName: "narrow", Policy, DurationSeconds: 900 }, clientConfig: common }) });
  result.narrowDescribes = await faultOf(() => describe(narrow));
  result.narrowEncrypts = await faultOf(() => encrypt(narrow));
  result.whyNarrow = (await encrypt(narrow).catch((error) => error.message)).split(" because ")[1];
  const Denying = JSON.stringify({ Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "kms:*", Resource: "*" }, { Effect: "Deny", Action: "kms:Encrypt", Resource: "*" }] });
  const denying = new kms.KMSClient({ ...common, credentials: fromTemporaryCredentials({
    params: { RoleArn: role, RoleSessionName: "denying", Policy: Denying }, clientConfig: common }) });
  result.whyDenied = (await encrypt(denying).catch((error) => error.message)).split(`${key.Arn} `)[1];
  result.badPolicy = await faultOf(() => admin.send(new sts.AssumeRoleCommand(
    { RoleArn: role, RoleSessionName: "bad", Policy: "{" })));
  result.tooLong = await faultOf(() => admin.send(new sts.AssumeRoleCommand(
    { RoleArn: role, RoleSessionName: "long", DurationSeconds: 7200 })));
  result.noRole = await faultOf(() => admin.send(new sts.AssumeRoleCommand(
    { RoleArn: `${role}-none`, RoleSessionName: "none" })));
  result.managed = await faultOf(() => admin.send(new sts.AssumeRoleCommand(
    { RoleArn: role, RoleSessionName: "managed", PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }] })));

  if (process.env.WEB_TOKEN) {
    const workload = new kms.KMSClient({ ...common, credentials: fromWebToken({ roleArn: role, roleSessionName: "pod",
      webIdentityToken: process.env.WEB_TOKEN, clientConfig: common }) });
    result.workload = await faultOf(() => encrypt(workload));
    const vouched = await admin.send(new sts.AssumeRoleWithWebIdentityCommand(
      { RoleArn: role, RoleSessionName: "pod", WebIdentityToken: process.env.WEB_TOKEN }));
    result.vouched = `${vouched.SubjectFromWebIdentityToken} of ${vouched.Provider} for ${vouched.Audience}`;
    result.badToken = await faultOf(() => admin.send(new sts.AssumeRoleWithWebIdentityCommand(
      { RoleArn: role, RoleSessionName: "pod", WebIdentityToken: `${process.env.WEB_TOKEN.slice(0, -3)}AAA` })));
  }
}

main().catch((error) => { result.failed = `${error.stack} ${JSON.stringify(error)}`; })
  .finally(() => console.log(JSON.stringify(result, null, 1)));
