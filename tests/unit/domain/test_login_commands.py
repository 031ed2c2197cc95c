from __future__ import annotations

import pytest

from app.domain.login_commands import login_command_for


@pytest.mark.parametrize(
    ("plugin", "arguments", "command"),
    [
        ("aws", ("eks", "get-token", "--profile", "eu west"), "aws sso login --profile 'eu west'"),
        ("/usr/local/bin/aws", ("--profile=eu",), "aws sso login --profile=eu"),
        ("aws", ("--profile",), "aws sso login"),
        ("gke-gcloud-auth-plugin", (), "gcloud auth login"),
        ("kubelogin.exe", ("get-token",), "az login"),
        ("kubectl", ("oidc-login", "get-token"), "kubectl --context 'team a' get ns"),
        ("", (), "kubectl --context 'team a' get ns"),
    ],
)
def test_what_a_person_types_to_log_in(plugin: str, arguments: tuple[str, ...], command: str) -> None:
    assert login_command_for("team a", plugin, arguments) == command
