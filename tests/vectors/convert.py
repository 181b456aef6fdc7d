#!/usr/bin/env python3
"""Turns published test vectors into the compact figures beside this file.

Usage: convert.py FOLDER, where FOLDER holds the published folder `wycheproof` with its JSON files as they are in
C2SP/wycheproof, testvectors_v1. The result is one case a line: number, verdict, then the fields that the header names,
in hex, `-` for an empty one. Prose and what we do not use stay behind.
"""
import hashlib
import json
import pathlib
import sys

ORIGIN = "C2SP/wycheproof, testvectors_v1"
VERSION = "dac1dd4, 2026-08-18"
LICENCE = "Apache-2.0"

# Output name, source file, which groups we can run, fields of a case in order.
SETS = [
    ("aes_gcm", "aes_gcm_test.json",
     lambda group: group["ivSize"] == 96 and group["tagSize"] == 128, ["key", "iv", "aad", "msg", "ct", "tag"]),
    ("hmac_sha256", "hmac_sha256_test.json",
     lambda group: group["tagSize"] == 256, ["key", "msg", "tag"]),
    ("hkdf_sha256", "hkdf_sha256_test.json",
     lambda group: True, ["ikm", "salt", "info", "size", "okm"]),
    ("aes_cmac", "aes_cmac_test.json",
     lambda group: group["keySize"] == 256 and group["tagSize"] == 128, ["key", "msg", "tag"]),
]


def field(value):
    return str(value) if isinstance(value, int) else value or "-"


def convert(folder, name, source, usable, fields):
    original = (folder / "wycheproof" / source).read_bytes()
    cases = []
    for group in json.loads(original)["testGroups"]:
        if usable(group):
            for case in group["tests"]:
                cases.append(" ".join([str(case["tcId"]), case["result"], *(field(case[f]) for f in fields)]))
    if not cases:
        sys.exit(f"{source} has no case that we use: has its form changed?")
    header = [
        f"# origin: {ORIGIN}/{source}",
        f"# version: {VERSION}",
        f"# licence: {LICENCE}",
        f"# sha256: {hashlib.sha256(original).hexdigest()}",
        f"# fields: case verdict {' '.join(fields)}",
    ]
    target = pathlib.Path(__file__).parent / f"{name}.txt"
    target.write_text("\n".join(header + cases) + "\n", encoding="ascii")
    print(f"{target.name}: {len(cases)} cases")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for entry in SETS:
        convert(pathlib.Path(sys.argv[1]), *entry)


if __name__ == "__main__":
    main()
