// The control of a development server for the tests beside this: moves its clock, adds and removes faults, by REST with
// Google's own auth library.
"use strict";
const { GoogleAuth } = require("google-auth-library");

const base = `https://${process.env.KEYWARD_ADDR}/keyward/v1/dev`;
const auth = new GoogleAuth({ scopes: "https://www.googleapis.com/auth/cloudkms" });

async function send(method, path, data) {
  const client = await auth.getClient();
  // A self-signed token, as the client libraries use one: this library would ask Google for another otherwise.
  client.useJWTAccessWithScope = true;
  return (await client.request({ url: base + path, method, data })).data;
}

exports.advance = (by) => send("POST", "/clock", { advance: by });
exports.addFault = (fault) => send("POST", "/faults", fault);
exports.removeFault = (id) => send("DELETE", `/faults/${id}`);
exports.faults = async () => (await send("GET", "/faults")).faults || [];

/** Runs with one fault; gives what came of it and how often the fault was met. */
exports.withFault = async (fault, run) => {
  const { id } = await exports.addFault(fault);
  let came;
  try {
    came = await run();
  } finally {
    const left = await exports.removeFault(id);
    came = came && typeof came === "object" ? { ...came, met: Number(left.met || 0) } : came;
  }
  return came;
};
