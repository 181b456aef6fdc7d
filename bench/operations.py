"""The slower operations against the bare library call on one core, and what they do to Encrypt beside them.

A part of bench/run. The bare call is OpenSSL's by Python's `cryptography`, which adds a few µs to each; the server's figure
has two cores less what h2load takes, TLS, gRPC, rights and a durable record. So a ratio says what the way round the library
costs: the slower the operation, the nearer to 1 or above it.
"""
import base64
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.request

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

IN_FLIGHT = 8
RING = "projects/default/locations/us-east-1/keyRings/bench"
SERVICE = "google.cloud.kms.v1.KeyManagementService"
PREHASHED = utils.Prehashed(hashes.SHA256())
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
DIGEST = bytes(range(32))
KEYS = {
    "p256": ("ASYMMETRIC_SIGN", "EC_SIGN_P256_SHA256"),
    "rsa2048": ("ASYMMETRIC_SIGN", "RSA_SIGN_PSS_2048_SHA256"),
    "rsa4096": ("ASYMMETRIC_SIGN", "RSA_SIGN_PSS_4096_SHA256"),
    "oaep": ("ASYMMETRIC_DECRYPT", "RSA_DECRYPT_OAEP_2048_SHA256"),
    "mac": ("MAC", "HMAC_SHA256"),
}


def measure(server, token, load, headers, field, framed, encrypt, rounds):
    """Prints the table and gives the figures for the JSON line."""
    api = Api(server, token)
    for name, (purpose, algorithm) in KEYS.items():
        api.make(name, purpose, algorithm)
    bodies = requests(api, field, framed)
    bare = {name: rate_of(call) for name, call in library().items()}
    found = {name: [] for name in bodies}
    for path, body in bodies.values():
        load(server, path, body, headers, IN_FLIGHT)
    for _ in range(rounds):
        for name, (path, body) in bodies.items():
            found[name].append(load(server, path, body, headers, IN_FLIGHT))
    alone, beside = [], []
    for _ in range(rounds):
        alone.append(load(server, *encrypt, headers, IN_FLIGHT))
        with Background(server, headers, *bodies["sign RSA-4096"]):
            beside.append(load(server, *encrypt, headers, IN_FLIGHT))
    return report(found, bare, alone, beside)


class Api:
    """The REST door, for what has to be there before."""

    def __init__(self, server, token):
        self.server, self.token = server, token

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.server.address}/v1/{path}", None if body is None else json.dumps(body).encode(),
            {"authorization": "Bearer " + self.token, "content-type": "application/json"}, method=method)
        with urllib.request.urlopen(request, context=self.server.trust) as answer:
            return json.load(answer)

    def make(self, name, purpose, algorithm):
        self.call("POST", f"{RING}/cryptoKeys?cryptoKeyId={name}",
                  {"purpose": purpose, "versionTemplate": {"algorithm": algorithm}})
        while self.call("GET", version(name))["state"] != "ENABLED":  # RSA keys may be pending for a moment
            time.sleep(0.1)

    def bytes_of(self, name, verb, answer, **body):
        encoded = {k: base64.b64encode(v).decode() if isinstance(v, bytes) else v for k, v in body.items()}
        return base64.b64decode(self.call("POST", f"{version(name)}:{verb}", encoded)[answer])


def version(name):
    return f"{RING}/cryptoKeys/{name}/cryptoKeyVersions/1"


def requests(api, field, framed):
    """Address and message of each operation."""
    def of(method, name, *fields):
        return f"{SERVICE}/{method}", framed(field(1, version(name).encode()) + b"".join(fields))

    def sign(name):
        return of("AsymmetricSign", name, field(3, field(1, DIGEST)))

    signature = api.bytes_of("p256", "asymmetricSign", "signature",
                             digest={"sha256": base64.b64encode(DIGEST).decode()})
    mac = api.bytes_of("mac", "macSign", "mac", data=DIGEST)
    public = serialization.load_pem_public_key(api.call("GET", version("oaep") + "/publicKey")["pem"].encode())
    verify = framed(field(1, version("p256").encode()) + field(3, DIGEST) + field(7, signature))
    return {
        "sign P-256": sign("p256"),
        "verify P-256": ("keyward.v1.Signatures/Verify", verify),
        "sign RSA-2048": sign("rsa2048"),
        "sign RSA-4096": sign("rsa4096"),
        "decrypt RSA-2048": of("AsymmetricDecrypt", "oaep", field(3, public.encrypt(bytes(32), OAEP))),
        "MAC": of("MacSign", "mac", field(2, DIGEST)),
        "verify MAC": of("MacVerify", "mac", field(2, DIGEST), field(4, mac)),
        "make P-256": (f"{SERVICE}/CreateCryptoKeyVersion", framed(field(1, f"{RING}/cryptoKeys/p256".encode()))),
    }


def library():
    """The same by the library alone, under keys of its own."""
    curve = ec.generate_private_key(ec.SECP256R1())
    public = curve.public_key()
    small, large = (rsa.generate_private_key(65537, bits) for bits in (2048, 4096))
    signature = curve.sign(DIGEST, ec.ECDSA(PREHASHED))
    sealed = small.public_key().encrypt(bytes(32), OAEP)
    key = os.urandom(32)

    def mac():
        made = hmac.HMAC(key, hashes.SHA256())
        made.update(DIGEST)
        return made

    tag = mac().finalize()
    return {
        "sign P-256": lambda: curve.sign(DIGEST, ec.ECDSA(PREHASHED)),
        "verify P-256": lambda: public.verify(signature, DIGEST, ec.ECDSA(PREHASHED)),
        "sign RSA-2048": lambda: small.sign(DIGEST, PSS, PREHASHED),
        "sign RSA-4096": lambda: large.sign(DIGEST, PSS, PREHASHED),
        "decrypt RSA-2048": lambda: small.decrypt(sealed, OAEP),
        "MAC": lambda: mac().finalize(),
        "verify MAC": lambda: mac().verify(tag),
        "make P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    }


def rate_of(call, seconds=0.5):
    call()
    count, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        call()
        count += 1
    return count / spent


class Background:
    """The same call again and again at eight in flight, while something else is measured."""

    def __init__(self, server, headers, path, body):
        self.file = tempfile.NamedTemporaryFile()
        self.file.write(body)
        self.file.flush()
        self.process = subprocess.Popen(
            ["h2load", "-D", "60", "-t", "1", "-c", "2", "-m", "4", *(p for h in headers for p in ("-H", h)),
             "-d", self.file.name, f"{server.address}/{path}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.file.close()


def report(found, bare, alone, beside):
    def middle(rounds, value):
        return statistics.median(r[value] for r in rounds)

    refused = [name for name, rounds in found.items() for r in rounds if r["spent"]["ok"] < r["calls"]]
    if refused:
        raise SystemExit(f"bench: calls were refused ({refused[0]}); the figures mean nothing")
    print(f"\n{'8 in flight':17} {'calls/s':>9} {'p50 µs':>8} {'p99 µs':>8} {'library/s':>10} {'over library':>13}")
    ratios = {}
    for name, rounds in found.items():
        ratios[name] = middle(rounds, "rate") / bare[name]
        print(f"{name:17} {middle(rounds, 'rate'):9.0f} {middle(rounds, 'p50'):8.0f} {middle(rounds, 'p99'):8.0f} "
              f"{bare[name]:10.0f} {ratios[name]:13.2f}")
    slower = statistics.median(b["p99"] / a["p99"] for a, b in zip(alone, beside))
    print(f"encrypt: p99 {middle(alone, 'p99'):.0f} µs alone, {middle(beside, 'p99'):.0f} µs beside RSA-4096 signing, "
          f"{slower:.1f} times" + ("  good" if slower <= 3 else "  above the aim of 3"))
    return {
        "over_library": {name: round(ratio, 3) for name, ratio in ratios.items()},
        "encrypt_p99_beside_rsa4096": round(slower, 2),
    }
