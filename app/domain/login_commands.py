"""What a person types to log in to a context whose login has expired: known from the kubeconfig's exec plugin."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

_BY_PLUGIN = {
    "aws": "aws sso login",
    "aws-iam-authenticator": "aws sso login",
    "gke-gcloud-auth-plugin": "gcloud auth login",
    "gcloud": "gcloud auth login",
    "kubelogin": "az login",
    "az": "az login",
    "doctl": "doctl auth init",
    "oci": "oci session authenticate",
    "tsh": "tsh login",
    "ibmcloud": "ibmcloud login",
}
_OPTIONS = {"aws": ("--profile",), "aws-iam-authenticator": (), "tsh": ("--proxy",)}
"""Arguments of the plugin that its login command takes too."""


def login_command_for(context: str, plugin: str = "", arguments: Sequence[str] = ()) -> str:
    """`plugin`: the exec plugin's command, a path or a name; empty where the user has none.

    kubectl is the answer to all that is not known: it runs the same plugin, with a terminal to ask in.
    """
    name = plugin.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".exe")
    known = _BY_PLUGIN.get(name)
    if known is None:
        return f"kubectl --context {shlex.quote(context)} get ns"
    return " ".join((known, *_taken_over(name, arguments)))


def _taken_over(name: str, arguments: Sequence[str]) -> list[str]:
    taken: list[str] = []
    for option in _OPTIONS.get(name, ()):
        for index, argument in enumerate(arguments):
            if argument == option and index + 1 < len(arguments):
                taken += [option, shlex.quote(arguments[index + 1])]
            elif argument.startswith(f"{option}="):
                taken.append(shlex.quote(argument))
    return taken
