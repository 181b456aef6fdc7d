#!/usr/bin/env python3
"""Checks a Keyward audit log, or a file of `keyward audit bundle`, with nothing of Keyward's.

    verify_audit.py VKEY_FILE LOG_FOLDER      every record of a log, or of an archive, against the signed checkpoint
    verify_audit.py VKEY_FILE BUNDLE.json     each record of a bundle against its proof

Needs Python 3.9 and the package `cryptography`. Exit 0: it holds; 1: it does not, and where.
Formats: C2SP tlog-tiles, tlog-checkpoint, signed-note; hashes of RFC 6962.
"""
import base64
import hashlib
import json
import os
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = 1


class Broken(Exception):
    pass


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes):
    """The root over any number of leaves: neighbours are joined level by level, an odd last one goes up alone."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        joined = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = joined + hashes[len(hashes) - len(hashes) % 2:]
    return hashes[0]


def root_by_proof(index, size, hash_, proof):
    """RFC 6962 section 2.1.1: climbs from a leaf to the root."""
    last = size - 1
    if index > last:
        raise Broken("the index lies behind the log's end")
    for sibling in proof:
        if last == 0:
            raise Broken("the proof is too long")
        if index % 2 == 1 or index == last:
            hash_ = node_hash(sibling, hash_)
            while index % 2 == 0 and index > 0:
                index, last = index // 2, last // 2
        else:
            hash_ = node_hash(hash_, sibling)
        index, last = index // 2, last // 2
    if last != 0:
        raise Broken("the proof is too short")
    return hash_


def strict_base64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise Broken("base64 has spare bits")
    return data


def read_keys(path):
    """Lines of name+hex id+base64(type, key); returns {(name, id): public key} of the Ed25519 ones."""
    keys = {}
    for line in open(path, encoding="utf-8").read().splitlines():
        if not line or line.startswith("#"):
            continue
        name, key_id, encoded = line.split("+", 2)
        blob = strict_base64(encoded)
        if hashlib.sha256(name.encode() + b"\n" + blob).hexdigest()[:8] != key_id:
            raise Broken(f"{path}: the key of {name} does not fit its id")
        if blob[0] == ED25519:
            keys[(name, bytes.fromhex(key_id))] = Ed25519PublicKey.from_public_bytes(blob[1:])
    return keys


def open_checkpoint(note, keys):
    """Checks the note's signature by the log's own key; returns origin, size and root."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = text.split("\n")
    origin, size, root = lines[0], int(lines[1]), strict_base64(lines[2])
    signed = False
    for line in signatures.splitlines():
        dash, name, encoded = line.split(" ")
        blob = strict_base64(encoded)
        key = keys.get((name, blob[:4]))
        if dash != "\u2014" or name != origin or key is None:
            continue
        try:
            key.verify(blob[4:], text.encode())
        except InvalidSignature:
            raise Broken(f"the checkpoint of {origin} has a wrong signature") from None
        signed = True
    if not signed:
        raise Broken(f"no known key has signed the checkpoint of {origin}")
    return origin, size, root


def tile_number(n):
    path = f"{n % 1000:03d}"
    while n >= 1000:
        n //= 1000
        path = f"x{n % 1000:03d}/{path}"
    return path


def read_bundle(folder, n, width):
    """The records of bundle n: each behind its length in two bytes. A partial file may be gone once it is full."""
    sealed = os.path.join(folder, "tile", "entries", tile_number(n) + ".age")
    full = os.path.join(folder, "tile", "entries", tile_number(n))
    path = full if width == 256 or not os.path.exists(f"{full}.p/{width}") else f"{full}.p/{width}"
    if not os.path.exists(path) and os.path.exists(sealed):
        raise Broken(f"records {n * 256} and following are sealed: age --decrypt -i IDENTITY -o {full} {sealed}")
    if not os.path.exists(path):
        raise Broken(f"records {n * 256} and following are missing ({path})")
    data, records, at = open(path, "rb").read(), [], 0
    while len(records) < width:
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise Broken(f"the file of record {n * 256 + len(records)} is cut off ({path})")
        records.append(data[at + 2:end])
        at = end
    if width == 256 and at != len(data):
        raise Broken(f"there is more behind record {n * 256 + 255} ({path})")
    return records


def check_log(folder, keys):
    """The root over bundles is the root over their records. Of a bundle that was pruned, or that an archive has not
    got yet, the log's own hash is taken: it must lead to the signed root all the same."""
    note = open(os.path.join(folder, "checkpoint"), encoding="utf-8", newline="").read()
    origin, size, root = open_checkpoint(note, keys)
    first, end = number_in(folder, "pruned", 0), number_in(folder, "archived", size)
    roots, altered = [], None
    for n in range((size + 255) // 256):
        width = min(256, size - n * 256)
        kept = kept_hashes(folder, 0, n, width)
        if n * 256 < first or n * 256 + width > end:
            roots.append(kept_hashes(folder, 1, n // 256, n % 256 + 1)[-1] if width == 256 else root_of(kept))
            continue
        leaves = [leaf_hash(r) for r in read_bundle(folder, n, width)]
        roots.append(root_of(leaves))
        if leaves != kept and altered is None:
            altered = n * 256 + next(i for i in range(width) if leaves[i:i + 1] != kept[i:i + 1])
    if root_of(roots) != root and altered is not None:
        raise Broken(f"record {altered} of {origin} is not the one that was logged, or its hash was altered")
    if root_of(roots) != root:
        raise Broken(f"the records of {origin} do not lead to the root of its checkpoint")
    part = "" if (first, end) == (0, size) else f", of which {first} to {end - 1} are here"
    return f"{origin}: {size} records{part}"


def number_in(folder, name, otherwise):
    path = os.path.join(folder, name)
    return int(open(path, encoding="ascii").read()) if os.path.exists(path) else otherwise


def kept_hashes(folder, level, n, width):
    """The first hashes of a tile that the log keeps itself. The file may be whole, or any later partial one."""
    full = os.path.join(folder, "tile", str(level), tile_number(n))
    partial = [int(w) for w in os.listdir(full + ".p")] if os.path.isdir(full + ".p") else []
    paths = [full] + [f"{full}.p/{w}" for w in sorted(partial) if w >= width]
    path = next((p for p in paths if os.path.exists(p)), None)
    data = open(path, "rb").read() if path else b""
    return [data[i * 32:i * 32 + 32] for i in range(width)]


def check_bundle(path, keys):
    bundle = json.load(open(path, encoding="utf-8"))
    if bundle["format"] != "keyward-audit-bundle/1":
        raise Broken("the file is no bundle of this format")
    if not bundle["records"]:
        raise Broken("the file has no records, so it proves nothing")
    seen = set()
    for entry in bundle["records"]:
        name = f"record {entry.get('index')} of {entry.get('log')}"
        if name in seen:
            raise Broken(f"{name} stands in the file twice")
        seen.add(name)
        number = entry.get("checkpoint")
        if not isinstance(number, int) or not 0 <= number < len(bundle["checkpoints"]) or "proof" not in entry:
            raise Broken(f"{name} comes without its checkpoint or proof")
        origin, size, root = open_checkpoint(bundle["checkpoints"][number], keys)
        proof = [strict_base64(h) for h in entry["proof"]]
        try:
            reached = root_by_proof(entry["index"], size, leaf_hash(entry["record"].encode()), proof)
        except Broken as why:
            raise Broken(f"{name} is not proven: {why}") from None
        if origin != entry["log"] or reached != root:
            raise Broken(f"{name} is not proven")
    return f"{len(bundle['records'])} records proven"


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        keys = read_keys(sys.argv[1])
        check = check_log if os.path.isdir(sys.argv[2]) else check_bundle
        print("ok, " + check(sys.argv[2], keys))
        return 0
    except (Broken, OSError) as wrong:
        print(f"BROKEN: {wrong}", file=sys.stderr)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as wrong:
        print(f"BROKEN: a file is not in its form ({type(wrong).__name__}: {wrong})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
