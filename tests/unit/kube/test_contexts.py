from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.contexts import kubeconfig_paths, load_kubeconfig
from app.kube.kubeconfig import KubeconfigError, decode_data, parse_kubeconfig

FIRST = """
apiVersion: v1
kind: Config
current-context: ""
clusters:
- name: red
  cluster: {server: https://red.example.com:6443/, certificate-authority: ca/red.pem}
- name: bare
  cluster: {}
users:
- name: anna
  user: {client-certificate: anna.crt, client-key: /abs/anna.key}
- name: plugin
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: [a]}}
contexts:
- name: red
  context: {cluster: red, user: anna, namespace: shop}
- name: lost-cluster
  context: {cluster: nowhere, user: anna}
- name: lost-user
  context: {cluster: red, user: nobody}
- name: no-server
  context: {cluster: bare, user: anna}
- name: anonymous
  context: {cluster: red}
"""

SECOND = """
current-context: blue
clusters:
- name: red
  cluster: {server: https://other.example.com, tls-server-name: not.this}
- name: blue
  cluster: {server: blue.example.com, insecure-skip-tls-verify: true}
users:
- name: anna
  user: {token: from-the-second-file}
- name: bob
  user: {tokenFile: bob.token, expires: 2026-01-01}
contexts:
- name: blue
  context: {cluster: blue, user: bob}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    first, second = tmp_path / "one" / "config", tmp_path / "two" / "config"
    for path, text in ((first, FIRST), (second, SECOND)):
        path.parent.mkdir()
        path.write_text(text)
    return str(first), str(second)


def _environ(*paths: str) -> dict[str, str]:
    return {"KUBECONFIG": ":".join(paths), "HOME": "/nonexistent"}


def test_first_file_wins_whole_entries(files: tuple[str, str]) -> None:
    config = load_kubeconfig(_environ(*files))
    red = config.select("red")
    assert red.server_url == "https://red.example.com:6443"
    assert red.cluster.tls_server_name is None
    assert red.user.token is None
    assert red.namespace == "shop"


def test_the_first_nonempty_current_context_counts(files: tuple[str, str]) -> None:
    config = load_kubeconfig(_environ(*files))
    assert config.current_context == "blue"
    assert config.select().name == "blue"
    assert [info.name for info in config.contexts() if info.current] == ["blue"]


def test_relative_paths_start_at_their_own_file(files: tuple[str, str]) -> None:
    config = load_kubeconfig(_environ(*files))
    one, two = (str(Path(path).parent) for path in files)
    red = config.select("red")
    assert red.cluster.certificate_authority == f"{one}/ca/red.pem"
    assert red.user.client_certificate == f"{one}/anna.crt"
    assert red.user.client_key == "/abs/anna.key"
    assert config.select("blue").user.token_file == f"{two}/bob.token"
    plugin = config.files[0].users["plugin"].exec
    assert plugin is not None
    assert plugin.command == f"{one}/./bin/login"


def test_a_bare_command_is_left_to_the_path() -> None:
    text = b"users: [{name: u, user: {exec: {command: aws, apiVersion: x}}}]"
    plugin = parse_kubeconfig(text, "/etc/kube/config").users["u"].exec
    assert plugin is not None
    assert plugin.command == "aws"


@pytest.mark.parametrize(
    ("server", "more", "expected"),
    [
        ("blue.example.com", "", "http://blue.example.com"),
        ("blue.example.com", ", insecure-skip-tls-verify: true", "https://blue.example.com"),
        ("https://blue.example.com/k8s/", "", "https://blue.example.com/k8s"),
    ],
)
def test_server_without_scheme(tmp_path: Path, server: str, more: str, expected: str) -> None:
    path = tmp_path / "config"
    path.write_text(f"""
clusters: [{{name: c, cluster: {{server: "{server}"{more}}}}}]
contexts: [{{name: x, context: {{cluster: c}}}}]
""")
    assert load_kubeconfig({}, str(path)).select("x").server_url == expected


@pytest.mark.parametrize(
    ("context", "words"),
    [("lost-cluster", "'nowhere'"), ("lost-user", "'nobody'"), ("no-server", "no server")],
)
def test_dangling_names(files: tuple[str, str], context: str, words: str) -> None:
    with pytest.raises(KubeferryError) as failure:
        load_kubeconfig(_environ(*files)).select(context)
    assert failure.value.code is ErrorCode.KUBECONFIG_INVALID
    assert failure.value.params["path"] == files[0]
    assert words in failure.value.params["problem"]


def test_a_context_without_user_is_anonymous(files: tuple[str, str]) -> None:
    assert load_kubeconfig(_environ(*files)).select("anonymous").user.token is None


def test_unknown_context_names_the_known_ones(files: tuple[str, str]) -> None:
    with pytest.raises(KubeferryError) as failure:
        load_kubeconfig(_environ(files[1])).select("green")
    assert failure.value.code is ErrorCode.CONTEXT_UNKNOWN
    assert dict(failure.value.params) == {"context": "green", "known": "blue"}


def test_no_current_context(files: tuple[str, str]) -> None:
    with pytest.raises(KubeferryError) as failure:
        load_kubeconfig(_environ(files[0])).select()
    assert failure.value.code is ErrorCode.NO_CONTEXT


def test_no_file_at_all(tmp_path: Path) -> None:
    config = load_kubeconfig({"HOME": str(tmp_path)})
    with pytest.raises(KubeferryError) as failure:
        config.select()
    assert failure.value.code is ErrorCode.NO_KUBECONFIG
    assert failure.value.params["path"] == f"{tmp_path}/.kube/config"


def test_missing_files_of_the_list_are_passed_over(files: tuple[str, str]) -> None:
    config = load_kubeconfig(_environ("/nonexistent/config", files[1]))
    assert config.problems == ()
    assert config.select().name == "blue"


def test_a_missing_explicit_file_is_a_problem() -> None:
    with pytest.raises(KubeferryError) as failure:
        load_kubeconfig({}, "/nonexistent/config").select()
    assert failure.value.code is ErrorCode.KUBECONFIG_INVALID
    assert failure.value.params["problem"] == "there is no such file"


def test_a_broken_file_leaves_the_others_usable(files: tuple[str, str], tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("clusters:\n- name: x\n  cluster: {server: [\n")
    config = load_kubeconfig(_environ(str(broken), files[1]))
    assert config.select("blue").name == "blue"
    assert config.problems[0].path == str(broken)
    with pytest.raises(KubeferryError) as failure:
        config.select("perhaps-in-the-broken-one")
    assert failure.value.code is ErrorCode.KUBECONFIG_INVALID
    assert "line" in failure.value.params["path"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("clusters:\n- name: a\n  cluster: [1]\n", 3, "object"),
        ("clusters:\n- name: a\n  cluster:\n    server: 5\n", 4, "str"),
        ("contexts:\n- context: {}\n", 2, "name"),
        ("users:\n- name: a\n  user:\n    token: 12345\n", 4, "str"),
        ("a: b: c\n", 1, "YAML"),
        ("just text\n", None, "kubeconfig"),
    ],
)
def test_problems_name_the_line(text: str, line: int | None, words: str) -> None:
    with pytest.raises(KubeconfigError) as failure:
        parse_kubeconfig(text.encode(), "/home/u/config")
    assert failure.value.problem.line == line
    assert words in failure.value.problem.problem
    assert "12345" not in str(failure.value)


@pytest.mark.parametrize("text", ["", "\n", "clusters: null\nusers:\n", "---\n{}\n"])
def test_empty_files_are_fine(text: str) -> None:
    assert parse_kubeconfig(text.encode(), "/x/config").contexts == {}


def test_a_date_stays_a_text() -> None:
    text = b"users: [{name: u, user: {auth-provider: {name: oidc, config: {expiry: 2026-01-01}}}}]"
    provider = parse_kubeconfig(text, "/x/config").users["u"].auth_provider
    assert provider is not None
    assert provider.config == {"expiry": "2026-01-01"}


def test_not_utf8_is_a_problem_not_a_crash() -> None:
    with pytest.raises(KubeconfigError):
        parse_kubeconfig(b"\xff\xfe\x00\x01", "/x/config")


@pytest.mark.parametrize(
    ("environ", "explicit", "expected"),
    [
        ({"KUBECONFIG": "/a:/b::/a", "HOME": "/h"}, None, ("/a", "/b")),
        ({"KUBECONFIG": "", "HOME": "/h"}, None, ("/h/.kube/config",)),
        ({"KUBECONFIG": "/a:/b"}, "/c", ("/c",)),
    ],
)
def test_paths(environ: dict[str, str], explicit: str | None, expected: tuple[str, ...]) -> None:
    assert kubeconfig_paths(environ, explicit) == expected


def test_secrets_are_in_no_repr() -> None:
    text = b"""
users:
- name: u
  user:
    token: SECRET
    password: SECRET
    client-key-data: SECRET
    exec: {command: c, apiVersion: v, args: [SECRET], env: [{name: N, value: SECRET}]}
    auth-provider: {name: oidc, config: {refresh-token: SECRET}}
"""
    file = parse_kubeconfig(text, "/x/config")
    assert "SECRET" not in repr(file)


def test_data_is_base64_of_pem() -> None:
    assert decode_data(base64.b64encode(b"PEM").decode(), "client-key-data") == "PEM"
    with pytest.raises(ValueError, match="client-key-data is not base64") as failure:
        decode_data("%%SECRET%%", "client-key-data")
    assert "SECRET" not in str(failure.value)
