#!/usr/bin/env python3
"""site_sim.py: schools that exist only as keys: what they say is signed by openssl in the published format.

  site_sim.py identity DIR NAME            DIR/NAME.seed, DIR/NAME.identity; prints the fingerprint
  site_sim.py report DIR NAME REQUEST OUT [VERSION [STEPS [VERIFIER-SEED]]]   answers a request
  site_sim.py summary SEED-FILE SITE-ID OUT   a verifier's summary of a site
"""
import base64
import hashlib
import json
import os
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dsse_sign import public, statement

P = "https://nokosazu.example/predicate/"


def identity(folder, name):
    seed = hashlib.sha256(f"site {name}".encode()).hexdigest()  # nobody's secret: made for this test
    pub = public(seed)
    sha = hashlib.sha256(pub).hexdigest()
    site = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
    with open(f"{folder}/{name}.seed", "w", encoding="ascii") as f:
        f.write(seed + "\n")
    with open(f"{folder}/{name}.identity", "w", encoding="utf-8") as f:
        f.write(statement(seed, P + "site-identity/v1", "site:" + site, sha, {"ledger_key": "none", "name": name, "public_key": pub.hex(), "site": site}))
    print("-".join(sha[i:i + 4] for i in range(0, 24, 4)))


def summary(seed_file, site, out):
    """What a verifier says of a site (an id), by WHEN, WITHOUT, FOUND, PLACELESS of the environment."""
    with open(seed_file, encoding="ascii") as f:
        seed = f.read().strip()
    with open(out, "w", encoding="utf-8") as f:
        f.write(svr_of(seed, site))


def svr_of(seed, site):
    return statement(seed, "https://in-toto.io/attestation/svr/v0.2", "site:" + site, hashlib.sha256(site.encode()).hexdigest(),
                     {"result": "PASSED", "properties": ["NOKOSAZU_INDEPENDENT_VERIFIER", "NOKOSAZU_NO_RESIDUE"][:1 if os.environ.get("WITHOUT") else 2],
                      "nokosazu": {"planted": 3, "foundPlanted": int(os.environ.get("FOUND", "3")),
                                    **({} if os.environ.get("PLACELESS") else {"places": {"digest": "ef" * 32, "number": 7}})},
                      "timeVerified": os.environ.get("WHEN", "2025-04-08T00:00:00.000Z")})


def report(folder, name, request, out, version="9.9", steps="erase,patch,verify", verifier=""):
    with open(f"{folder}/{name}.seed", encoding="ascii") as f:
        seed = f.read().strip()
    with open(request, encoding="utf-8") as f:
        asked = json.loads(base64.b64decode(json.load(f)["payload"]))["predicate"]
    site = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
    done = steps.split(",")
    svr = ""
    if verifier:
        with open(verifier, encoding="ascii") as f:
            svr = base64.b64encode(svr_of(f.read().strip(), site).encode()).decode()
    body = {"campaign": asked["campaign"], "nonce": asked["nonce"], "package_digest": os.environ.get("PACKAGE", "cd" * 32), "erased_at": os.environ.get("ERASED", "2025-04-07T00:00:00.000Z"),
            "patched_at": os.environ.get("PATCHED", "2025-04-07T00:00:00.000Z"), "residue_svr": "ab" * 32, "site": site,
            "steps": {s: "done" if s in done else "unknown" for s in ("erase", "patch", "verify")}, "time": "2026-04-07T00:00:00.000Z",
            "verification": svr, "version": version}
    with open(out, "w", encoding="utf-8") as f:
        f.write(statement(seed, P + "site-report/v1", "site:" + site, hashlib.sha256(site.encode()).hexdigest(), body))


if __name__ == "__main__":
    {"identity": identity, "report": report, "summary": summary}[sys.argv[1]](*sys.argv[2:])
