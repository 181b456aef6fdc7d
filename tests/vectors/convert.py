#!/usr/bin/env python3
"""Turns published test vectors into the compact figures beside this file.

Usage: convert.py FOLDER, where FOLDER holds the published folders `wycheproof`, with its JSON files as they are in
C2SP/wycheproof, testvectors_v1, and `sigv4`, as in awslabs/aws-c-auth, tests/aws-signing-test-suite/v4. The result is one case a line: number, verdict, then the fields that the header names,
in hex, `-` for an empty one. Prose and what we do not use stay behind.
"""
import collections
import hashlib
import json
import pathlib
import sys

ORIGIN = "C2SP/wycheproof, testvectors_v1"
VERSION = "dac1dd4, 2026-08-18"
LICENCE = "Apache-2.0"

SIGV4 = "awslabs/aws-c-auth, tests/aws-signing-test-suite/v4"
SIGV4_VERSION = "495329c, 2026-08-18"

# Output name, source file, which groups we can run, fields of a case in order (those after "group." are the group's),
# and how many cases of one kind (flags and verdict) are kept; 0 for all.
def every(group):
    return True


def full_tag(bits):
    return lambda group: group["tagSize"] == bits


SETS = [
    ("aes_gcm", "aes_gcm_test.json",
     lambda group: group["ivSize"] == 96 and group["tagSize"] == 128, ["key", "iv", "aad", "msg", "ct", "tag"], 0),
    ("aes_cbc_pkcs5", "aes_cbc_pkcs5_test.json", lambda group: group["keySize"] != 192, ["key", "iv", "msg", "ct"], 0),
    ("aes_kwp", "aes_kwp_test.json", lambda group: group["keySize"] == 256, ["key", "msg", "ct"], 0),
    ("hkdf_sha256", "hkdf_sha256_test.json", every, ["ikm", "salt", "info", "size", "okm"], 0),
    ("aes_cmac", "aes_cmac_test.json",
     lambda group: group["keySize"] == 256 and group["tagSize"] == 128, ["key", "msg", "tag"], 0),
    *((f"hmac_sha{sha}", f"hmac_sha{sha}_test.json", full_tag(160 if sha == 1 else sha), ["key", "msg", "tag"], 0)
      for sha in [1, 224, 256, 384, 512]),
    *((f"ecdsa_{name}", f"ecdsa_{name}_test.json", every, ["group.publicKeyDer", "msg", "sig"], 12)
      for name in ["secp256r1_sha256", "secp384r1_sha384", "secp521r1_sha512", "secp256k1_sha256"]),
    ("ed25519", "ed25519_test.json", every, ["group.publicKeyDer", "msg", "sig"], 0),
    *((f"ecdh_{curve}", f"ecdh_{curve}_test.json", every, ["private", "public", "shared"], 8)
      for curve in ["secp256r1", "secp384r1", "secp521r1", "secp256k1"]),
    *((f"rsa_signature_{name}", f"rsa_signature_{name}_test.json", every, ["group.publicKeyDer", "msg", "sig"], 2)
      for name in ["2048_sha256", "2048_sha384", "2048_sha512", "3072_sha256", "3072_sha384", "3072_sha512",
                   "4096_sha256", "4096_sha384", "4096_sha512"]),
    *((f"rsa_pss_{name}", f"rsa_pss_{name}_test.json", every, ["group.publicKeyDer", "msg", "sig"], 2)
      for name in ["2048_sha256_mgf1_32", "2048_sha384_mgf1_48", "3072_sha256_mgf1_32", "4096_sha256_mgf1_32",
                   "4096_sha384_mgf1_48", "4096_sha512_mgf1_64"]),
    *((f"rsa_pkcs1_{bits}_sig_gen", f"rsa_pkcs1_{bits}_sig_gen_test.json",
       lambda group: group["sha"] in ("SHA-256", "SHA-384", "SHA-512"),
       ["group.sha", "group.privateKeyPkcs8", "msg", "sig"], 2) for bits in [2048, 3072, 4096]),
    *((f"rsa_oaep_{name}", f"rsa_oaep_{name}_test.json", every,
       ["group.privateKeyPkcs8", "label", "ct", "msg"], 0)
      for name in ["2048_sha1_mgf1sha1", "2048_sha256_mgf1sha256", "3072_sha256_mgf1sha256",
                   "4096_sha256_mgf1sha256", "4096_sha512_mgf1sha512"]),
    *((f"mldsa_{size}_verify", f"mldsa_{size}_verify_test.json", every, ["group.publicKey", "ctx", "msg", "sig"], 2)
      for size in [44, 65, 87]),
    *((f"mldsa_{size}_sign_seed", f"mldsa_{size}_sign_seed_test.json", every,
       ["group.privateSeed", "ctx", "msg", "mu", "sha256(sig)"], 4) for size in [44, 65, 87]),
    *((f"mlkem_{size}", f"mlkem_{size}_test.json", every, ["seed", "c", "K"], 6) for size in [768, 1024]),
    *((f"mlkem_{size}_keygen_seed", f"mlkem_{size}_keygen_seed_test.json", every, ["seed", "sha256(ek)"], 0)
      for size in [768, 1024]),
]


def field(case, group, name):
    """One value as it is written: a digest where the value itself would be long, and a dash for nothing."""
    if name.startswith("sha256("):
        value = case.get(name[7:-1], "")
        return hashlib.sha256(bytes.fromhex(value)).hexdigest() if value else "-"
    value = group.get(name[6:]) if name.startswith("group.") else case.get(name)
    return str(value) if isinstance(value, int) else (value or "-").replace(" ", "")


def cases_of(original, usable, fields, keep):
    seen = collections.Counter()
    for group in json.loads(original)["testGroups"]:
        if not usable(group):
            continue
        for case in group["tests"]:
            # A randomised signature cannot be made again.
            if "Randomized" in case.get("flags", []):
                continue
            kind = (case["result"], *case.get("flags", []), *(group[f[6:]] for f in fields if f.startswith("group.sha")))
            seen[kind] += 1
            if not keep or seen[kind] <= keep:
                yield [str(case["tcId"]), case["result"], *(field(case, group, f) for f in fields)]


def shared(cases):
    """Long values that stand in many cases are written once, as @N, and named."""
    counts = collections.Counter(value for case in cases for value in case[2:] if len(value) > 64)
    names = {value: f"@{number}" for number, value in enumerate(v for v, count in counts.items() if count > 1)}
    lines = [f"{name} {value}" for value, name in names.items()]
    return lines + [" ".join([*case[:2], *(names.get(value, value) for value in case[2:])]) for case in cases]


def convert(folder, name, source, usable, fields, keep):
    original = (folder / "wycheproof" / source).read_bytes()
    cases = list(cases_of(original, usable, fields, keep))
    if not cases:
        sys.exit(f"{source} has no case that we use: has its form changed?")
    header = [
        f"# origin: {ORIGIN}/{source}",
        f"# version: {VERSION}",
        f"# licence: {LICENCE}",
        f"# sha256: {hashlib.sha256(original).hexdigest()}",
        f"# fields: case verdict {' '.join(f.removeprefix('group.') for f in fields)}",
    ]
    if keep:
        header.append(f"# kept: the first {keep} cases of each verdict and set of flags")
    target = pathlib.Path(__file__).parent / f"{name}.txt"
    target.write_text("\n".join(header + shared(cases)) + "\n", encoding="ascii")
    print(f"{target.name}: {len(cases)} cases")


def convert_sigv4(folder):
    """The signed requests and strings to sign. Requests of another path than the root, or with a query, are valid there
    and must be refused here."""
    lines, digest = [], hashlib.sha256()
    for case in sorted((folder / "sigv4").iterdir()):
        request = (case / "header-signed-request.txt").read_bytes()
        signed = (case / "header-string-to-sign.txt").read_bytes()
        digest.update(request + signed)
        headers = [line.split(b":")[0].lower() for line in request.split(b"\n\n")[0].split(b"\n")[1:]]
        plain = request.split(b" HTTP/")[0].split(b" ", 1)[1] == b"/"
        # A header that occurs twice or is folded, and a token that is not signed, are refused here.
        fits = plain and len(set(headers)) == len(headers) and case.name != "post-sts-header-after" \
            and not any(line.startswith(b" ") for line in request.split(b"\n"))
        lines.append(f"{case.name} {'valid' if fits else 'invalid'} {request.hex()} {signed.hex()}")
    header = [f"# origin: {SIGV4}", f"# version: {SIGV4_VERSION}", f"# licence: {LICENCE}",
              f"# sha256: {digest.hexdigest()}", "# fields: case verdict request string_to_sign"]
    (pathlib.Path(__file__).parent / "sigv4.txt").write_text("\n".join(header + lines) + "\n", encoding="ascii")
    print(f"sigv4.txt: {len(lines)} cases")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for entry in SETS:
        convert(pathlib.Path(sys.argv[1]), *entry)
    convert_sigv4(pathlib.Path(sys.argv[1]))


if __name__ == "__main__":
    main()
