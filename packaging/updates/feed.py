#!/usr/bin/env python3
"""Makes and signs the release feed that app/platform/updates.py reads.

  feed.py new-key PRIVATE.pem PUBLIC.pem        once; the public one goes to resources/updates/, the private one never
                                                into the repository
  feed.py sign PRIVATE.pem releases.json -o feed.json [--days 45]

`releases.json` is a list: [{"version": "0.2.0", "page": "https://…", "notes": "…", "security": false}]. The feed is
good for --days from now on: before that it has to be signed and published again, also when there is no new release.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.serialization import (  # noqa: E402
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from app.platform.release_feed import CONTEXT, FeedError, key_id, read_feed  # noqa: E402


def new_key(private: Path, public: Path) -> None:
    key = Ed25519PrivateKey.generate()
    handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    print(f"key {key_id(key.public_key())}")


def signed_feed(key: Ed25519PrivateKey, releases: list[dict[str, object]], now: datetime.datetime, days: int) -> bytes:
    """Raises FeedError when the program would not read it."""
    payload = json.dumps(
        {
            "format": 1,
            "made": now.isoformat(timespec="seconds"),
            "expires": (now + datetime.timedelta(days=days)).isoformat(timespec="seconds"),
            "releases": releases,
        }
    )
    signature = base64.b64encode(key.sign(CONTEXT + payload.encode())).decode()
    signatures = [{"key": key_id(key.public_key()), "signature": signature}]
    text = json.dumps({"payload": payload, "signatures": signatures}, indent=1).encode() + b"\n"
    read_feed(text, [key.public_key()], now)
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser("new-key")
    make.add_argument("private", type=Path)
    make.add_argument("public", type=Path)
    sign = verbs.add_parser("sign")
    sign.add_argument("private", type=Path)
    sign.add_argument("releases", type=Path)
    sign.add_argument("-o", "--output", type=Path, required=True)
    sign.add_argument("--days", type=int, default=45)
    arguments = parser.parse_args()
    if arguments.verb == "new-key":
        new_key(arguments.private, arguments.public)
        return 0
    key = load_pem_private_key(arguments.private.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        parser.error(f"{arguments.private} is not an Ed25519 key")
    now = datetime.datetime.now(datetime.UTC)
    try:
        text = signed_feed(key, json.loads(arguments.releases.read_text()), now, arguments.days)
    except FeedError as error:
        parser.error(f"{arguments.releases}: {error}")
    arguments.output.write_bytes(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
