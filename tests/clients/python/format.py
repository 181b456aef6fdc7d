#!/usr/bin/env python3
"""Opens what Keyward writes, from docs/reference/format.md alone: nothing of the server is used.

    format.py vectors FILE                                  runs the published vectors
    format.py check DATA                                    checks every row seal and the state sum of a data folder
    format.py decrypt DATA CIPHERTEXT_FILE [--opaque HEX]   opens a ciphertext with the data folder's keys

DATA holds keyward.db and root.key. The server may run: the store is read in one transaction. Results are one JSON object
on standard output; exit code 1 and a sentence on standard error if something does not hold.
"""
import argparse
import functools
import hashlib
import hmac
import json
import pathlib
import re
import sqlite3
import struct
import sys

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    sys.exit("This needs the Python package 'cryptography': install the Debian package python3-cryptography.")

PAIRS_PREFIX = b"keyward.context\0"
NO_PARENT = bytes(16)

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/reference/format.md"


def tables():
    """The tables of sealed rows as the page lists them: name, row format, columns in their order."""
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| \d+ \| (`.*) \|$", PAGE.read_text(), re.M)
    return {name: (int(row_format), re.findall(r"`(\w+)`", columns)) for name, row_format, columns in rows}


# What seals under the root with another algorithm label than AES_256.
ROOT_ALGORITHMS = {"audit-key": "ED25519", "certificate-authority": "ECDSA_P256"}


class Refused(Exception):
    """What was read is not what Keyward wrote."""


def frame(*fields):
    return b"".join(struct.pack(">I", len(field)) + field for field in fields)


def aes(key, blocks):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(blocks) + encryptor.finalize()


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def subkey(key):
    doubled = int.from_bytes(aes(key, bytes(16)), "big") << 1
    if doubled >> 128:
        doubled = (doubled ^ 0x87) & ((1 << 128) - 1)
    return doubled.to_bytes(16, "big")


def xaes_key(key, nonce):
    k1 = subkey(key)
    return aes(key, xor(k1, b"\0\1X\0" + nonce[:12]) + xor(k1, b"\0\2X\0" + nonce[:12]))


def xaes_open(key, nonce, body, aad):
    try:
        return AESGCM(xaes_key(key, nonce)).decrypt(nonce[12:], body, aad)
    except InvalidTag:
        raise Refused("the tag does not hold") from None


def commitment(key, nonce):
    k1 = subkey(key)
    first = aes(key, b"XCMT" + nonce[:12])
    return b"".join(aes(key, xor(xor(first, k1), nonce[12:] + b"\0\1\0" + half)) for half in (b"\1", b"\2"))


def hkdf_expand(key, info, size):
    output, block = b"", b""
    for i in range(1, (size + 31) // 32 + 1):
        block = hmac.digest(key, block + info + bytes([i]), "sha256")
        output += block
    return output[:size]


def encode_pairs(pairs):
    encoded = sorted((name.encode(), value.encode()) for name, value in pairs.items())
    return struct.pack(">H", len(encoded)) + b"".join(
        struct.pack(">H", len(name)) + name + struct.pack(">H", len(value)) + value for name, value in encoded)


def decode_pairs(data):
    """The pairs, or Refused if the bytes are not their canonical encoding."""
    try:
        (count,), data, pairs = struct.unpack(">H", data[:2]), data[2:], {}
        for _ in range(count):
            texts = []
            for _ in range(2):
                (size,) = struct.unpack(">H", data[:2])
                if len(data) < 2 + size:
                    raise Refused("the context is cut short")
                texts.append(data[2:2 + size].decode())
                data = data[2 + size:]
            pairs[texts[0]] = texts[1]
    except (struct.error, UnicodeDecodeError):
        raise Refused("the context is malformed") from None
    return pairs


def encode_context(opaque=b"", pairs=None):
    if pairs:
        return b"\2" + encode_pairs(pairs)
    if not opaque:
        return b"\0"
    if opaque.startswith(PAIRS_PREFIX):
        rest = opaque[len(PAIRS_PREFIX):]
        decoded = decode_pairs(rest)
        if not decoded or encode_pairs(decoded) != rest:
            raise Refused("the context is not canonical")
        return b"\2" + rest
    return b"\1" + opaque


def read_header(ciphertext):
    if len(ciphertext) < 94 or ciphertext[0] != 0x4B or ciphertext[1] != 1:
        raise Refused("this is no ciphertext of format 1")
    (version,) = struct.unpack(">I", ciphertext[18:22])
    if not 1 <= version < 1 << 31:
        raise Refused("the version is out of range")
    return ciphertext[2:18], version


def open_ciphertext(material, ciphertext, context):
    read_header(ciphertext)
    header, nonce = ciphertext[:78], ciphertext[22:46]
    if not hmac.compare_digest(commitment(material, nonce), ciphertext[46:78]):
        raise Refused("the commitment is another key's")
    return xaes_open(material, nonce, ciphertext[78:], header + context)


def root_derive(root, use, size):
    return hkdf_expand(root, frame(b"keyward/root/1", use), size)


def unseal(parent, deployment, sealed, kind, parent_id, name, version=1, algorithm="AES_256", attributes=b""):
    if len(sealed) <= 41 or sealed[0] != 1:
        raise Refused(f"the sealed value of {name} is no sealed value")
    aad = frame(b"keyward/seal/1", kind.encode(), deployment, parent_id, name.encode(), struct.pack(">I", version),
                algorithm.encode(), attributes)
    try:
        return xaes_open(parent, sealed[1:25], sealed[25:], aad)
    except Refused:
        raise Refused(f"the sealed value of {name} does not open") from None


def cell(value):
    if value is None:
        return b"\0"
    if isinstance(value, str):
        return b"\1" + value.encode()
    if isinstance(value, int):
        return b"\2" + struct.pack(">q", value)
    return b"\3" + bytes(value)


def framed_row(table, row_format, seq, cells):
    return frame(b"keyward/row/1", table.encode(), struct.pack(">I", row_format), struct.pack(">q", seq),
                 *(cell(value) for value in cells))


class Store:
    """A data folder's store, with the keys that its root opens."""

    def __init__(self, folder):
        root = (folder / "root.key").read_bytes()
        if len(root) != 32:
            raise Refused("root.key has not 32 bytes")
        self.db = sqlite3.connect(f"file:{folder / 'keyward.db'}?mode=ro", uri=True, isolation_level=None)
        self.db.execute("BEGIN")
        self.deployment = bytes.fromhex(self.one("SELECT id FROM deployment")[0])
        wrapping = root_derive(root, b"wrap", 32)
        self.projects, self.keys = {}, {}
        for key_id, kind, name, sealed in self.db.execute("SELECT id, kind, name, sealed FROM sealed_key"):
            key = unseal(wrapping, self.deployment, sealed, kind, NO_PARENT, name,
                         algorithm=ROOT_ALGORITHMS.get(kind, "AES_256"))
            if kind == "project-key":
                self.projects[key_id] = key
            elif kind == "deployment-key":
                self.keys[name] = key

    def one(self, sql, *values):
        row = self.db.execute(sql, values).fetchone()
        if row is None:
            raise Refused("the store has no such row")
        return row

    def sum_key(self, use):
        return hkdf_expand(self.keys["deployment/state-sum"], frame(b"keyward/state-sum/1", use), 32)

    def check(self):
        total, count, broken, term_key = 0, {}, [], self.sum_key(b"term")
        for table, (row_format, names) in tables().items():
            count[table] = 0
            for row in self.db.execute(f"SELECT {', '.join(names)}, seq, seal FROM {table}"):
                *cells, seq, seal = row
                framed = framed_row(table, row_format, seq, cells)
                count[table] += 1
                if not hmac.compare_digest(hmac.digest(self.keys["deployment/row-seal"], framed, "sha256"), seal):
                    broken.append(f"{table} {cells[0]!r}")
                term = hmac.digest(term_key, frame(b"keyward/sum/1", framed, seal), "sha256")
                total = (total + int.from_bytes(term, "big")) % (1 << 256)
        if broken:
            raise Refused("rows whose seal does not hold: " + ", ".join(broken))
        seq, sealed = self.one("SELECT seq, sealed_sum FROM counter")
        expected = unseal(self.sum_key(b"seal"), self.deployment, sealed, "state-sum", NO_PARENT, f"state-sum/{seq}",
                          algorithm="SUM_256")
        if int.from_bytes(expected, "big") != total:
            raise Refused("the state sum is another: rows were removed, added or put back")
        state = hmac.digest(self.sum_key(b"digest"), expected, "sha256")[:16]
        return {"rows": count, "seq": seq, "state": state.hex(), "opened": self.open_all()}

    def open_all(self):
        """Unseals every version and every access key's secret; gives how many."""
        versions = [row for row in self.db.execute("SELECT project, location, ring, key, number FROM key_version "
                                                   "WHERE length(sealed) > 0")]
        for row in versions:
            self.material(*row)
        secrets = self.db.execute("SELECT id, parent_key, sealed FROM credential WHERE sealed IS NOT NULL").fetchall()
        for key_id, parent, sealed in secrets:
            secret = unseal(self.projects[parent], self.deployment, sealed, "access-key-secret", parent,
                            f"accessKeys/{key_id}", algorithm="HMAC_SHA256")
            if len(secret) != 40:
                raise Refused(f"the secret of {key_id} has another length")
        return {"versions": len(versions), "secrets": len(secrets)}

    def material(self, project, location, ring, key, number):
        parent, attributes, sealed, algorithm = self.one(
            "SELECT parent_key, attributes, sealed, algorithm FROM key_version WHERE project = ? AND location = ? "
            "AND ring = ? AND key = ? AND number = ?", project, location, ring, key, number)
        if algorithm not in algorithm_labels():
            raise Refused(f"algorithm {algorithm} is not known here")
        name = f"projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}/cryptoKeyVersions/{number}"
        return unseal(self.projects[parent], self.deployment, sealed, "version", parent, name, number,
                      algorithm_labels()[algorithm], attributes)

    def decrypt(self, ciphertext, context):
        uuid, version = read_header(ciphertext)
        owner = self.one("SELECT project, location, ring, key FROM crypto_key WHERE uuid = ? AND algorithm = 1", uuid)
        return open_ciphertext(self.material(*owner, version), ciphertext, context)


@functools.cache
def algorithm_labels():
    """Number and label of each algorithm, from the page that documents them."""
    page = pathlib.Path(__file__).parents[3] / "docs/reference/algorithms.md"
    rows = (line.split("|") for line in page.read_text().splitlines() if line.startswith("| "))
    return {int(row[1]): row[2].strip() for row in rows if row[1].strip().isdigit()}


def derived(case):
    """What a vector's inputs give, by its kind."""
    data = {name: bytes.fromhex(value) for name, value in case.items()
            if isinstance(value, str) and name not in ("kind", "binding", "name", "algorithm", "pairs")}
    kind = case["kind"]
    if kind == "xaes":
        return xaes_open(data["key"], data["nonce"], data["ciphertext"], data["aad"])
    if kind == "message-key":
        return xaes_key(data["key"], data["nonce"])
    if kind == "commitment":
        return commitment(data["key"], data["nonce"])
    if kind == "context":
        return encode_context(data.get("opaque", b""), case.get("pairs"))
    if kind == "format-1":
        return open_ciphertext(data["key"], data["ciphertext"], data["context"])
    if kind == "root":
        return root_derive(data["root"], case["name"].encode(), len(data.get("expected", b"")))
    if kind == "seal":
        return unseal(root_derive(data["root"], b"wrap", 32), data["deployment"], data["ciphertext"], case["binding"],
                      data["parent"], case["name"], case["version"], case["algorithm"], data["attributes"])
    raise Refused(f"a vector of unknown kind {kind}")


def run_vectors(file):
    """Each case gives what it expects, or is refused where it expects nothing."""
    cases = json.loads(file.read_text())["cases"]
    if not cases:
        raise Refused("the file holds no case")
    for number, case in enumerate(cases, 1):
        try:
            actual = derived(case).hex()
        except Refused:
            actual = None
        if actual != case.get("expected"):
            raise Refused(f"case {number} ({case['kind']}) gives {actual}, not {case.get('expected')}")
    return {"cases": len(cases), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("vectors").add_argument("file", type=pathlib.Path)
    commands.add_parser("check").add_argument("data", type=pathlib.Path)
    decrypt = commands.add_parser("decrypt")
    decrypt.add_argument("data", type=pathlib.Path)
    decrypt.add_argument("ciphertext", type=pathlib.Path)
    decrypt.add_argument("--opaque", type=bytes.fromhex, default=b"")
    arguments = parser.parse_args()
    try:
        if arguments.command == "vectors":
            result = run_vectors(arguments.file)
        elif arguments.command == "check":
            result = Store(arguments.data).check()
        else:
            plaintext = Store(arguments.data).decrypt(
                arguments.ciphertext.read_bytes(), encode_context(arguments.opaque))
            result = {"plaintext": plaintext.hex()}
    except Refused as refusal:
        sys.exit(f"Refused: {refusal}.")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
