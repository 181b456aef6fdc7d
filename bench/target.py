#!/usr/bin/env python3
"""Loads a running deployment with a stated mix and prints what it held.

Usage: bench/run --target HOST:PORT [--mix encrypt=6,decrypt=3,sign=1] [--streams 64] [--seconds 10] [--rate N]

The environment is that of the deployment's credentials/admin.env (or `keyward env`): KEYWARD_CA and a key file that may
make a key ring. Makes the ring `bench` with its keys in location global where they are missing, and leaves them there.
Without --rate as much as goes through; with it so many calls a second in all. Needs h2load (package nghttp2-client).
"""
import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
KEYWARD = os.path.join(HERE, "keyward")
SERVICE = "google.cloud.kms.v1.KeyManagementService"
RING = "projects/{}/locations/global/keyRings/bench"
PLAINTEXT = bytes(32)
KEYS = {"encrypt": ("symmetric", "encryption", None), "decrypt": ("symmetric", "encryption", None),
        "sign": ("signing", "asymmetric-signing", "ec-sign-p256-sha256"), "mac": ("mac", "mac", "hmac-sha256")}


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    return bytes([number << 3 | 2]) + varint(len(value)) + value


def keyward(address, *arguments, data=None):
    done = subprocess.run([KEYWARD, *arguments, "--addr", address, "--location", "global", "--format", "json"],
                          input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise SystemExit("bench: " + done.stderr.decode().strip())
    return done.stdout


def requests(address, mix):
    """Method and body of each operation in the mix."""
    ring = RING.format(os.environ.get("KEYWARD_PROJECT", "default"))
    keyward(address, "keyring", "create", "bench", "--if-not-exists")
    for operation in mix:
        name, purpose, algorithm = KEYS[operation]
        keyward(address, "key", "create", name, "--keyring", "bench", "--purpose", purpose, "--if-not-exists",
                *(["--default-algorithm", algorithm] if algorithm else []))
    key = f"{ring}/cryptoKeys/symmetric".encode()
    found = {"encrypt": ("Encrypt", field(1, key) + field(2, PLAINTEXT)),
             "sign": ("AsymmetricSign", field(1, f"{ring}/cryptoKeys/signing/cryptoKeyVersions/1".encode())
                      + field(3, field(1, PLAINTEXT))),
             "mac": ("MacSign", field(1, f"{ring}/cryptoKeys/mac/cryptoKeyVersions/1".encode()) + field(2, PLAINTEXT))}
    if "decrypt" in mix:
        sealed = json.loads(keyward(address, "encrypt", "--key", "bench/symmetric", data=PLAINTEXT))["ciphertext"]
        found["decrypt"] = ("Decrypt", field(1, key) + field(2, base64.b64decode(sealed)))
    return {operation: found[operation] for operation in mix}


def start(address, token, method, body, streams, rate, seconds, folder):
    data, log = os.path.join(folder, method), os.path.join(folder, method + ".log")
    with open(data, "wb") as file:
        file.write(b"\0" + len(body).to_bytes(4, "big") + body)
    connections = max(1, streams // 16)
    arguments = ["h2load", "-D", str(seconds), "--warm-up-time", "1", "-t", "1", "-c", str(connections),
                 "-m", str(max(1, streams // connections)), "-H", "content-type: application/grpc", "-H", "te: trailers",
                 "-H", "authorization: Bearer " + token, "-d", data, "--log-file", log]
    if rate:
        arguments += ["--rps", str(max(1, round(rate / connections)))]
    return log, subprocess.Popen(arguments + [f"https://{address}/{SERVICE}/{method}"],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def refusals(address):
    """Calls that did not go well, as the server counts them; None where it does not show its metrics."""
    done = subprocess.run(["curl", "-sf", "--cacert", os.environ.get("KEYWARD_CA", ""), f"https://{address}/metrics"],
                          stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return None
    return sum(float(v) for labels, v in re.findall(r"^keyward_requests_total\{([^}]*)\} ([0-9.eE+]+)", done.stdout, re.M)
               if 'outcome="ok"' not in labels)


def main():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__.split("\n\n")[0])
    parser.add_argument("--target", required=True)
    parser.add_argument("--mix", default="encrypt=6,decrypt=3,sign=1")
    parser.add_argument("--streams", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rate", type=int, default=0)
    options = parser.parse_args()
    if not shutil.which("h2load"):
        raise SystemExit("bench: needs h2load (package nghttp2-client)")
    try:
        mix = {name: float(weight) for name, weight in (part.split("=") for part in options.mix.split(","))}
        if not mix or min(mix.values()) <= 0 or not set(mix) <= set(KEYS):
            raise ValueError
    except ValueError:
        raise SystemExit("bench: --mix is such as encrypt=6,decrypt=3,sign=1; there are " + ", ".join(KEYS))
    total = sum(mix.values())
    token = keyward(options.target, "token").decode().strip()
    bodies = requests(options.target, mix)
    before = refusals(options.target)
    print(f"{'':10} {'calls/s':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}")
    held = {}
    with tempfile.TemporaryDirectory() as folder:
        running = {}
        for operation, (method, body) in bodies.items():
            share = mix[operation] / total
            running[operation] = start(options.target, token, method, body, max(1, round(options.streams * share)),
                                       options.rate * share, options.seconds, folder)
        for operation, (log, process) in running.items():
            output = process.communicate()[0]
            times = sorted(int(line.split("\t")[2]) for line in open(log) if line.strip()) if os.path.exists(log) else []
            if not times:
                raise SystemExit(f"bench: no {operation} came back\n{output}")
            p50, p95, p99 = (times[min(len(times) - 1, len(times) * q // 100)] / 1000 for q in (50, 95, 99))
            held[operation] = {"rate": round(len(times) / options.seconds, 1), "p50": p50, "p95": p95, "p99": p99}
            print(f"{operation:10} {held[operation]['rate']:9.0f} {p50:8.2f} {p95:8.2f} {p99:8.2f}")
    after = refusals(options.target)
    refused = None if before is None or after is None else int(after - before)
    print(json.dumps({"target": options.target, "mix": mix, "streams": options.streams, "seconds": options.seconds,
                      "held": held, "rate": round(sum(h["rate"] for h in held.values()), 1), "refused": refused}))
    if refused:
        sys.exit(f"bench: {refused} calls were refused; the figures mean nothing")


if __name__ == "__main__":
    main()
