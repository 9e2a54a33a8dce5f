#!/usr/bin/env python3
"""dsse_sign.py SEED PREDICATE-TYPE SUBJECT SHA256 <predicate.json: an in-toto statement in a DSSE envelope, signed by openssl.

Code that is not ours makes what ours must read. SEED: a file with 64 hexadecimal digits, as `nokosazu party key` writes it.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile

TYPE = "application/vnd.in-toto+json"


def sign(seed_hex, message):
    der = bytes.fromhex("302e020100300506032b657004220420") + bytes.fromhex(seed_hex)
    with tempfile.TemporaryDirectory() as folder:
        key, msg = os.path.join(folder, "k"), os.path.join(folder, "m")
        with open(key, "wb") as f:
            f.write(der)
        with open(msg, "wb") as f:
            f.write(message)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key, "-in", msg], check=True, stdout=subprocess.PIPE).stdout


def public(seed_hex):
    der = bytes.fromhex("302e020100300506032b657004220420") + bytes.fromhex(seed_hex)
    out = subprocess.run(["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"], input=der, check=True, stdout=subprocess.PIPE).stdout
    return out[-32:]


def statement(seed_hex, predicate_type, name, sha256, predicate):
    payload = json.dumps({"_type": "https://in-toto.io/Statement/v1", "predicate": predicate, "predicateType": predicate_type,
                          "subject": [{"digest": {"sha256": sha256}, "name": name}]}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    pae = b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)
    return json.dumps({"payload": base64.b64encode(payload).decode(), "payloadType": TYPE,
                       "signatures": [{"keyid": "", "sig": base64.b64encode(sign(seed_hex, pae)).decode()}]})


def main():
    with open(sys.argv[1], encoding="ascii") as f:
        seed = f.read().strip()
    print(statement(seed, *sys.argv[2:5], json.load(sys.stdin)))


if __name__ == "__main__":
    main()
