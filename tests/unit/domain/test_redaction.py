"""Secrets are taken out wherever they stand, and what helps to find a fault stays."""

from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.redaction import REMOVED, redact, redact_value

SECRET = "s3cr3t-W0rd"
_BODY = base64.b64encode(bytes(range(96))).decode()
PEM = f"-----BEGIN EC PRIVATE KEY-----\n{_BODY[:64]}\n{_BODY[64:]}\n-----END EC PRIVATE KEY-----\n"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: Basic {SECRET}",
        f"('Authorization', 'Negotiate {SECRET}'), ('Accept', 'json')",
        f"GET / Bearer {SECRET} HTTP/1.1",
        f"Cookie: id={SECRET}; theme=dark",
        f"set-cookie: {SECRET}",
        f"token={SECRET}",
        f"  token: {SECRET}",
        f'"token": "{SECRET}", "other": 1',
        f'{{"detail": "{{\\"access_token\\": \\"{SECRET}\\"}}"}}',
        f"users:\n- name: me\n  user:\n    token: {SECRET}\n",
        f"    password: with spaces {SECRET}\n",
        f"    token: |\n      {SECRET}\n      more\n    other: 1",
        f"    client-key-data: >-\n        {SECRET}",
        f"client-key-data: {SECRET}",
        f"env:\n- name: AWS_PROFILE\n  value: {SECRET}\n",
        f'"env": [{{"name": "X", "value": "{SECRET}"}}]',
        f"AWS_SECRET_ACCESS_KEY={SECRET} aws eks get-token",
        f"export VAULT_TOKEN='{SECRET}'",
        f"https://user:{SECRET}@proxy.example.com:3128/",
        f"socks5://user:a/b@{SECRET}@proxy.example.com",
        f'"proxy": "http:\\/\\/me:{SECRET}@host"',
        f"?access_token={SECRET}&x=1",
        f"JoinTicket(token={SECRET!r})",
        f'{{"ticket": "{SECRET}"}}',
        f"lease_id: {SECRET}",
        f"client_id={SECRET}",
        f"X-Api-Key: {SECRET}",
        f"run: vault login --token {SECRET} now",
        f"mysql --password '{SECRET} x' -h db",
    ],
)
def test_what_its_place_says_is_secret_goes(text: str) -> None:
    done = redact(text)
    assert SECRET not in done
    assert REMOVED in done
    assert redact(done) == done, "once is as good as twice"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (PEM, _BODY[:20]),
        (json.dumps({"detail": f"no: {PEM}"}), _BODY[:20]),
        (PEM.partition("\n")[0] + "\n" + _BODY[:40], _BODY[:40]),
        (_BODY[20:44] + "\n" + PEM.split("\n", 2)[2], _BODY[20:44]),
        (base64.b64encode(PEM.encode()).decode(), "LS0tLS1CRUdJTi"),
        (f"got {JWT} back", "eyJ"),
        (f"got {JWT[:20]}", "eyJ"),
        ("k8s-aws-v1.aHR0cHM6Ly9zdHM", "aHR0cHM6Ly9zdHM"),
        ("sha256~wG1Y9XkVQ2", "wG1Y9XkVQ2"),
        ("ghp_0123456789abcdefABCD", "0123456789abcdef"),
        ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN"),
        ("joined with abcdef.0123456789abcdef", "0123456789abcdef"),
        ("x " + base64.b64encode(b"\x01\x9a secret bytes of a key, surely").decode(), "IHNlY3JldCBieXRlcyBvZiBhIGtle"),
    ],
)
def test_what_has_the_shape_of_a_secret_goes(text: str, secret: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25T19:17:40.123Z INFO app.session.runner Connecting -> Connected",
        "Waiting for pod kubeferry-manager-7d9f8b6c5d-x2x9z in namespace kubeferry",
        "10.244.0.0/16 dev kubeferry0 metric 0 via 192.0.2.1",
        "image registry.example.com/kubeferry/manager@sha256:" + "0a1b2c3d" * 8,
        "fd00:10:244::/56 https://staging-eu.example.com:6443/api/v1/pods?limit=500",
        "the login token has expired; the key is in the keyring",
        "user@host.example.com holds deployment/reviews",
        "",
    ],
)
def test_what_helps_to_find_a_fault_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("wrap", [str, repr, json.dumps, lambda text: base64.b64encode(text.encode()).decode()])
def test_known_secrets_go_in_every_spelling(wrap: object) -> None:
    known = 'plain "word" 4711'
    assert callable(wrap)
    assert "4711" not in redact(f"it said {wrap(known)} just so", [known]).replace(REMOVED, "")
    assert redact("too short to be told from words: abc", ["abc"]).endswith("abc")


def test_values_of_json_stay_json() -> None:
    told = {
        "context": "staging",
        "token": SECRET,
        "password": None,
        "rules": [{"name": "x-user", "value": SECRET}],
        "headers": [["Authorization", SECRET], ["Accept", "json"]],
        "env": {"A": SECRET},
        "detail": f"it said token: {SECRET}",
        "subnets": ["10.0.0.0/8"],
        "n": 3,
    }
    done = redact_value(told)
    assert SECRET not in json.dumps(done)
    assert (done["context"], done["subnets"], done["n"]) == ("staging", ["10.0.0.0/8"], 3)
    assert done["password"] is None
    assert done["headers"][1] == ["Accept", "json"]


@pytest.mark.parametrize(
    "text", ["x" * 8000, "token." * 1300, "key-" * 2000, "a1B" * 2600, "https:" * 1300, "BEGIN " * 1300]
)
def test_a_hostile_line_takes_no_longer_than_a_long_one(text: str) -> None:
    began = time.process_time()
    redact(text)
    assert time.process_time() - began < 0.5, "it is a few milliseconds; quadratic would be seconds"


_NOISE = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\x85"), max_size=60)
_WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~+", min_size=12, max_size=40).filter(
    lambda word: word not in REMOVED and word.strip(".-_~+") == word
)
_PLACES = (
    "Authorization: Bearer {}",
    "Authorization: Basic {}",
    "Cookie: session={}",
    "token: {}",
    "  password: '{}'",
    '  "client-key-data": "{}",',
    "https://me:{}@proxy.example.com/x",
    "TOKEN={} run",
    "- name: SECRET_NAME\n  value: {}",
    "token: |\n  {}\nnext: 1",
    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(_NOISE, st.sampled_from(_PLACES), _WORD, _NOISE)
def test_a_secret_in_its_place_never_survives(before: str, place: str, secret: str, after: str) -> None:
    if secret in before or secret in after or secret in place:
        return
    assert secret not in redact(f"{before}\n{place.format(secret)}\n{after}")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_LINE, _WORD, _LINE)
def test_a_known_secret_never_survives(before: str, secret: str, after: str) -> None:
    assert secret not in redact(before + secret + after, [secret])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_NOISE)
def test_twice_is_as_once(text: str) -> None:
    done = redact(text)
    assert redact(done) == done
