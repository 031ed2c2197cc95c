from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from app.kube.proxy_choice import choose_proxy, proxy_port, without_credentials


@pytest.mark.parametrize(
    ("server", "no_proxy", "direct"),
    [
        ("https://api.example.com:6443", "", False),
        ("https://api.example.com:6443", "*", True),
        ("https://api.example.com:6443", "example.com", True),
        ("https://api.example.com:6443", ".example.com", True),
        ("https://api.example.com:6443", "*.example.com", True),
        ("https://example.com", ".example.com", False),
        ("https://example.com", "example.com", True),
        ("https://badexample.com", "example.com", False),
        ("https://api.example.com:6443", "example.com:6443", True),
        ("https://api.example.com:6443", "example.com:443", False),
        ("https://10.1.2.3:6443", "10.0.0.0/8", True),
        ("https://10.1.2.3:6443", "10.1.2.3", True),
        ("https://10.1.2.3:6443", "10.1.2.3:6443", True),
        ("https://10.1.2.3:6443", "10.1.2.4, 11.0.0.0/8", False),
        ("https://10.1.2.3:6443", "10.0.0.0/99", False),
        ("https://[fd00::1]:6443", "fd00::/8", True),
        ("https://[fd00::1]:6443", "[fd00::1]:6443", True),
        ("https://[fd00::1]:6443", "fd00::1", True),
        ("https://localhost:6443", "", True),
        ("https://127.0.0.1:6443", "", True),
        ("https://API.Example.com.", "example.com", True),
    ],
)
def test_no_proxy(server: str, no_proxy: str, direct: bool) -> None:
    environ = {"HTTPS_PROXY": "proxy.example.net:3128", "NO_PROXY": no_proxy}
    assert choose_proxy(server, None, environ) == (None if direct else "http://proxy.example.net:3128")


@pytest.mark.parametrize(
    ("server", "environ", "expected"),
    [
        ("https://a", {"https_proxy": "http://small"}, "http://small"),
        ("https://a", {"HTTPS_PROXY": "http://big", "https_proxy": "http://small"}, "http://big"),
        ("https://a", {"HTTP_PROXY": "http://plain"}, None),
        ("http://a", {"HTTP_PROXY": "http://plain"}, "http://plain"),
        ("https://a", {"HTTPS_PROXY": "http://p", "no_proxy": "a"}, None),
        ("https://a", {}, None),
    ],
)
def test_environment(server: str, environ: dict[str, str], expected: str | None) -> None:
    assert choose_proxy(server, None, environ) == expected


def test_configured_goes_before_the_environment_and_ignores_no_proxy() -> None:
    environ = {"HTTPS_PROXY": "http://env", "NO_PROXY": "*"}
    assert choose_proxy("https://a", "socks5://s:1081", environ) == "socks5://s:1081"


@pytest.mark.parametrize("url", ["ftp://p", "http://", "http://p:99999", "socks4://p"])
def test_unusable(url: str) -> None:
    with pytest.raises(ValueError, match="proxy"):
        choose_proxy("https://a", url, {})


def test_credentials_are_not_told() -> None:
    assert without_credentials("http://user:pass@proxy:3128") == "http://proxy:3128"


@pytest.mark.parametrize(
    ("url", "port"),
    [("http://p", 80), ("https://p", 443), ("socks5://p", 1080), ("http://p:1", 1)],
)
def test_ports(url: str, port: int) -> None:
    assert proxy_port(urlsplit(url)) == port
