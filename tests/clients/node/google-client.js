// How every program here reaches the server under test with Google's own, unmodified client.
"use strict";

const [apiEndpoint, port] = process.env.KEYWARD_ADDR.split(":");

exports.location = "projects/default/locations/us-east-1";

exports.options = (transport) => ({
  apiEndpoint, port: Number(port), projectId: "default", ...(transport === "rest" ? { fallback: "rest" } : {}),
});

// 0 where the call was answered.
exports.codeOf = async function codeOf(call) {
  try {
    await call();
    return 0;
  } catch (error) {
    return error.code;
  }
};
