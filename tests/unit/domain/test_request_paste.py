"""What people paste: curl as they type it, as browsers write it, and headers as tools show them."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.request_paste import MAX_PASTE, parse_request, telling_headers
from app.domain.sample_request import BadPaste, PasteTrouble, SampleRequest
from app.domain.shell_words import shell_words

CHROME = r"""curl 'https://shop.example.com/api/reviews/7?full=1' \
  -X 'PUT' \
  -H 'accept: application/json' \
  -H 'accept-language: de' \
  -b 'session=1; user=alice' \
  -H 'x-user: al'\''ice' \
  --data-raw $'{"text":"it\'s \u00fc\x41\101\n"}' \
  --compressed ; echo done"""
CHROME_WINDOWS = """curl ^"http://reviews:9080/x^" ^
  -H ^"x-user: alice^" ^
  -H ^"x-quoted: ^\\^"a^\\^"^" """


def asked(text: str) -> SampleRequest:
    return parse_request(text)


def test_what_a_browser_copies() -> None:
    request = asked(CHROME)
    assert (request.method, request.path) == ("PUT", "/api/reviews/7?full=1")
    assert (request.scheme, request.authority) == ("https", "shop.example.com")
    assert request.values("x-user") == ("al'ice",)
    assert request.values("cookie") == ("session=1; user=alice",)
    assert request.values("content-type") == ("application/x-www-form-urlencoded",)
    assert telling_headers(request) == (("cookie", "session=1; user=alice"), ("x-user", "al'ice"))


def test_what_a_browser_on_windows_copies() -> None:
    request = asked(CHROME_WINDOWS)
    assert request.values("x-user") == ("alice",)
    assert request.values("x-quoted") == ('"a"',)


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("curl http://a", "GET"),
        ("curl http://a -d x", "POST"),
        ("curl http://a --json '{}'", "POST"),
        ("curl http://a -F a=b", "POST"),
        ("curl http://a --form-string a=b", "POST"),
        ("curl http://a -T file", "PUT"),
        ("curl -I http://a", "HEAD"),
        ("curl --head http://a", "HEAD"),
        ("curl -sSGd x http://a", "GET"),
        ("curl -XDELETE http://a", "DELETE"),
        ("curl --request PATCH -d x http://a", "PATCH"),
    ],
)
def test_methods(text: str, method: str) -> None:
    assert asked(text).method == method
    assert asked(text).values(":method") == (method,)


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("curl a -H 'X-User:alice'", "x-user", ("alice",)),
        ("curl a -HX-User:alice", "x-user", ("alice",)),
        ("curl a -sSH 'X-User: a' -H 'x-user: b'", "x-user", ("a", "b")),
        ("curl a -H 'X-Empty;'", "x-empty", ("",)),
        ("curl a -H 'X-Empty:'", "x-empty", ()),
        ("curl a -H 'Accept:'", "accept", ()),
        ("curl a", "accept", ("*/*",)),
        ("curl a", "user-agent", ("curl/8",)),
        ("curl a -A me", "user-agent", ("me",)),
        ("curl a -A ''", "user-agent", ()),
        ("curl a -e 'http://b;auto'", "referer", ("http://b",)),
        ("curl a -u me:secret", "authorization", ("Basic bWU6c2VjcmV0",)),
        ("curl a --oauth2-bearer t", "authorization", ("Bearer t",)),
        ("curl a -b x=1 -b y=2", "cookie", ("x=1; y=2",)),
        ("curl a -b cookies.txt", "cookie", ()),
        ("curl a --json '{}'", "content-type", ("application/json",)),
        ("curl a --json '{}'", "accept", ("application/json",)),
        ("curl a -G --data-urlencode 'q=a b'", ":path", ("/?q=a%20b",)),
        ("curl 'a/x?y' -G -d q=1 -d r=2", ":path", ("/x?y&q=1&r=2",)),
        ("curl 'a/x?y' -G", ":path", ("/x?y",)),
        ("curl a/x --request-target /y", ":path", ("/y",)),
        ("curl a -H 'Host: b'", "host", ("b",)),
        ("curl a -H ':authority: b'", ":authority", ("b",)),
        ("curl me@a:8080/x", "host", ("a:8080",)),
        ("curl https://a:443/x", "host", ("a",)),
        ("curl http://[::1]:9080/x", "host", ("[::1]:9080",)),
        ("curl https://a", ":scheme", ("https",)),
        ("curl --url a/x -o out -w '%{http_code}' --max-time 3", ":path", ("/x",)),
        ("curl -- a/x", ":path", ("/x",)),
        ("curl a/x b/y --next c", ":path", ("/x",)),
        ("curl a/ä", ":path", ("/%C3%A4",)),
        ("curl a/b/../c/./d/..", ":path", ("/c/",)),
        ("curl a/..", ":path", ("/",)),
        ("curl 'a/x#frag'", ":path", ("/x",)),
        ("curl --compressed -k a/x -", ":path", ("/x",)),
        ("$ curl a/x", ":path", ("/x",)),
        ("sudo /usr/bin/curl a/x | jq .", ":path", ("/x",)),
        ("curl \\\n a/x \\\r\n -H 'x: y'", "x", ("y",)),
        ('curl "a/x" -H "x: \\"y\\" \\$z \\a"', "x", ('"y" $z \\a',)),
        ("curl a -H x:\\ y", "x", ("y",)),
        ("curl a -H $'x: \\e\\U00000041\\q'", "x", ("\x1bAq",)),
        ("curl a -H $'x: \\UFFFFFFFFy'", "x", ("y",)),
        ('curl a -H $"x: y"', "x", ("y",)),
    ],
)
def test_what_curl_sends(text: str, name: str, values: tuple[str, ...]) -> None:
    assert asked(text).values(name) == values


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("X-User: alice", "x-user", ("alice",)),
        ("x-user:alice\nX-User: bob", "x-user", ("alice", "bob")),
        ("GET /x?y HTTP/1.1\r\nHost: a\r\nX-User: alice\r\n\r\nbody: no", "x-user", ("alice",)),
        ("GET /x?y HTTP/1.1\r\nHost: a\r\n\r\nbody: no", "body", ()),
        ("GET /x?y HTTP/1.1\nHost: a", ":path", ("/x?y",)),
        ("POST http://b:1/x?y#z\nHost: a", ":path", ("/x?y",)),
        ("POST https://b:1\nx: y", ":authority", ("b:1",)),
        (":authority: a\n:method: PUT\n:path: /x\n:scheme: https\nx: y", ":method", ("PUT",)),
        (":authority: a\n:method: PUT\n:path: /x\n:scheme: https\nx: y", "host", ("a",)),
        ("x: y", "host", ()),
        ("  x: y\n  z: w", "z", ("w",)),
        ("x: y\n  more\nz: w", "x", ("y more",)),
        ("x:\n  y", "x", ("y",)),
        ("* Trying\n> GET /x HTTP/1.1\n> X-User: alice\n>\n< HTTP/1.1 200 OK", "x-user", ("alice",)),
        ("\n\nx: y: z", "x", ("y: z",)),
        ("DELETE /x", ":method", ("DELETE",)),
    ],
)
def test_headers(text: str, name: str, values: tuple[str, ...]) -> None:
    assert asked(text).values(name) == values


@pytest.mark.parametrize(
    ("text", "trouble", "what"),
    [
        ("", PasteTrouble.EMPTY, ""),
        (" \n ", PasteTrouble.EMPTY, ""),
        ("GET / HTTP/1.1", PasteTrouble.EMPTY, ""),
        ("GET / HTTP/1.1\n\nx: y", PasteTrouble.EMPTY, ""),
        ("x" * (MAX_PASTE + 1), PasteTrouble.TOO_LONG, ""),
        ("curl 'a", PasteTrouble.UNCLOSED_QUOTE, "'"),
        ('curl "a', PasteTrouble.UNCLOSED_QUOTE, '"'),
        ("curl $'a", PasteTrouble.UNCLOSED_QUOTE, "'"),
        ("curl", PasteTrouble.NO_URL, ""),
        ("curl -H 'x: y'", PasteTrouble.NO_URL, ""),
        ("curl ftp://a", PasteTrouble.BAD_URL, "ftp://a"),
        ("curl http://a:x/", PasteTrouble.BAD_URL, "http://a:x/"),
        ("curl http:///x", PasteTrouble.BAD_URL, "http:///x"),
        ("curl a -H", PasteTrouble.OPTION_WITHOUT_VALUE, "-H"),
        ("curl a --header", PasteTrouble.OPTION_WITHOUT_VALUE, "--header"),
        ("curl a -H @headers", PasteTrouble.HEADERS_IN_A_FILE, "@headers"),
        ("curl a -H alice", PasteTrouble.NO_HEADER, "alice"),
        ("HTTP/1.1 200 OK\nx: y", PasteTrouble.ANSWER, "HTTP/1.1 200 OK"),
        ("x: y\nalice", PasteTrouble.NO_HEADER, "alice"),
        ("hello there", PasteTrouble.NO_HEADER, "hello there"),
        ('fetch("http://a")', PasteTrouble.OTHER_TOOL, ""),
        ("Invoke-WebRequest -Uri x", PasteTrouble.OTHER_TOOL, ""),
    ],
)
def test_what_is_no_request(text: str, trouble: PasteTrouble, what: str) -> None:
    with pytest.raises(BadPaste) as caught:
        parse_request(text)
    assert (caught.value.trouble, caught.value.what) == (trouble, what)


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=200) | st.text("curl -Hx:'\"\\$^\n @", max_size=60).map(lambda text: f"curl {text}"))
def test_whatever_is_pasted_is_a_request_or_is_refused(text: str) -> None:
    try:
        request = parse_request(text)
    except BadPaste:
        return
    assert all(name == name.lower() for name, _ in request.headers)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    "quoted", ["'a b'\\''c'", "$'a\\'b\\x41\\u00fc'", '"a\\"b\\\\c\\d"', "a\\ b", "'a'\"b\"c", "a\\\nb"]
)
def test_words_are_those_of_bash(quoted: str) -> None:
    said = subprocess.run(
        ["bash", "-c", f"printf %s {quoted}"], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    ).stdout.decode()
    assert shell_words(f"x {quoted}") == ["x", said]
