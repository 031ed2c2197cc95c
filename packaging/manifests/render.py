#!/usr/bin/env python3
"""Writes manifest, kustomize base and Helm chart from the one source, app/kube/manager_manifest.py.

`render.py` writes, `render.py --check` says what is out of date and ends with 1. What the chart leaves open is rendered
with a mark in its place, and the mark then replaced by the template's expression: so the chart cannot drift from what
`kubeferry manager install` applies. tests/contract/install holds the results of helm and kustomize against it as well.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app.kube.manager_account import account_objects  # noqa: E402
from app.kube.manager_keys import ENTRIES, ManagerKeys, secret_object  # noqa: E402
from app.kube.manager_manifest import (  # noqa: E402
    ManagerSpec,
    deployment_object,
    manager_labels,
    manifest_objects,
    namespace_object,
    object_text,
    service_object,
)
from app.kube.user_rights import UserRights, rights_objects  # noqa: E402
from helper.cluster.api import MANAGER_NAME, MANAGER_TLS_NAME  # noqa: E402
from helper.version import VERSION  # noqa: E402

MADE = "# Written by packaging/manifests/render.py from app/kube/manager_manifest.py: change that, and run it again.\n"
NAMESPACE, IMAGE, POLICY, SECRET, GROUP, PLACE = (
    f"@@{name}@@" for name in ("namespace", "image", "policy", "secret", "group", "place")
)
REAP_S = 987654321
"""A mark too: the only number in its place."""

EXPRESSIONS = {
    NAMESPACE: "$.Release.Namespace",
    IMAGE: "$.Values.image",
    POLICY: "$.Values.pullPolicy",
    SECRET: "$.Values.pullSecret",
    PLACE: "$place",
    str(REAP_S): "int $.Values.reapAfterSeconds",
}
KEYS = f"""\
{{{{- $found := lookup "v1" "Secret" $.Release.Namespace "{MANAGER_NAME}" }}}}
{{{{- $data := dict }}}}
{{{{- if and $found $found.data }}}}
{{{{- $data = $found.data }}}}
{{{{- else }}}}
{{{{- $key := genPrivateKey "ecdsa" }}}}
{{{{- $pair := genSelfSignedCertWithKey "{MANAGER_TLS_NAME}" nil (list "{MANAGER_TLS_NAME}") 3652 $key }}}}
{{{{- $data = dict "tls.crt" (b64enc $pair.Cert) "tls.key" (b64enc $pair.Key) "join.key" (randBytes 32) }}}}
{{{{- end }}}}
"""


def files() -> dict[Path, str]:
    """By place below packaging/, all that is written."""
    base = Path("kustomize/base")
    chart = Path("helm/kubeferry/templates")
    spec = ManagerSpec()
    plain = manifest_objects(spec)
    roles = rights_objects(spec.namespace, UserRights(), manager_labels())
    return {
        Path("manifests/kubeferry-manager.yaml"): MADE + object_text(plain),
        Path("manifests/kubeferry-user-roles.yaml"): MADE + object_text(roles),
        base / "namespace.yaml": MADE + object_text([namespace_object(spec.namespace)]),
        base / "manager.yaml": MADE + object_text(plain[1:]),
        Path("kustomize/users/roles.yaml"): MADE + object_text(roles),
        chart / "manager.yaml": MADE + expressed(deployment() + "---\n" + object_text([service_object(NAMESPACE)])),
        chart / "account.yaml": MADE + when("reapAfterSeconds", expressed(account())),
        chart / "keys.yaml": MADE + when("keys.create", KEYS + expressed(secret())),
        chart / "users.yaml": MADE + when("users.roles", expressed(users())),
    }


def deployment() -> str:
    """With everything that can be chosen, each in a condition of its own."""
    spec = ManagerSpec(NAMESPACE, IMAGE, POLICY, SECRET, ipv6=True, reap_after_s=REAP_S)
    text = object_text([deployment_object(spec)])
    text = condition(text, r" *imagePullSecrets:\n *- name: \S+\n", "pullSecret")
    text = condition(text, r" *- NET_RAW\n", "ipv6")
    text = condition(text, r" *env:\n *- name: \w+\n *value: \S+\n", "reapAfterSeconds")
    text = condition(text, r" *serviceAccountName: \S+\n", "reapAfterSeconds")
    mounted = "automountServiceAccountToken: "
    chosen = "{{ if $.Values.reapAfterSeconds }}true{{ else }}false{{ end }}"
    return replaced(text, re.escape(mounted) + "true", mounted + chosen)


def account() -> str:
    return object_text(account_objects(NAMESPACE, manager_labels()))


def secret() -> str:
    made = secret_object(NAMESPACE, manager_labels(), ManagerKeys(b"", b"", b""))
    made["data"] = {name: f"@@{name}@@" for name in ENTRIES}
    text = object_text([made])
    for name in ENTRIES:
        text = replaced(text, f"'@@{re.escape(name)}@@'", f'{{{{ index $data "{name}" | quote }}}}')
    return text


def users() -> str:
    objects = rights_objects(NAMESPACE, UserRights((GROUP,), (PLACE,)), manager_labels())
    *bindings, intercept = [object_text([item]) for item in objects if item["kind"].endswith("Binding")]
    roles = [item for item in objects if not item["kind"].endswith("Binding")]
    subject = rf"- apiGroup: \S+\n *kind: Group\n *name: '{GROUP}'\n"
    each = "{{- range $group := $.Values.users.groups }}\n%s{{- end }}\n"

    def of_groups(text: str) -> str:
        match = re.search(subject, text)
        if match is None:
            raise SystemExit("render: a binding has no group")
        named = match.group().replace(f"'{GROUP}'", "{{ $group | quote }}")
        return "---\n" + text.replace(match.group(), each % named)

    everywhere = "".join(map(of_groups, bindings))
    in_places = "{{- range $place := $.Values.users.namespaces }}\n" + of_groups(intercept) + "{{- end }}\n"
    return object_text(roles) + when("users.groups", everywhere + in_places)


def condition(text: str, pattern: str, value: str) -> str:
    found = re.findall(pattern, text)
    if len(found) != 1:
        raise SystemExit(f"render: {pattern!r} is in the manifest {len(found)} times")
    return text.replace(found[0], when(value, found[0]))


def when(value: str, text: str) -> str:
    return f"{{{{- if $.Values.{value} }}}}\n{text}{{{{- end }}}}\n"


def replaced(text: str, pattern: str, by: str) -> str:
    result, count = re.subn(pattern, lambda _: by, text)
    if count != 1:
        raise SystemExit(f"render: {pattern!r} is in the manifest {count} times")
    return result


def expressed(text: str) -> str:
    """Marks to expressions: quoted where they are the whole value, bare inside a longer word."""
    for mark, expression in EXPRESSIONS.items():
        text = text.replace(f"'{mark}'", f"{{{{ {expression} | quote }}}}").replace(mark, f"{{{{ {expression} }}}}")
    if "@@" in text:
        raise SystemExit(f"render: a mark is left: {text[text.index('@@') :][:40]!r}")
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is out of date")
    arguments = parser.parse_args()
    stale = []
    for place, text in files().items():
        path = ROOT / "packaging" / place
        if path.is_file() and path.read_text() == text:
            continue
        stale.append(str(path.relative_to(ROOT)))
        if not arguments.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale:
        print("\n".join(f"{'out of date' if arguments.check else 'written'}: {path}" for path in stale))
    if f"appVersion: {VERSION}\n" not in (ROOT / "packaging/helm/kubeferry/Chart.yaml").read_text():
        print(f"packaging/helm/kubeferry/Chart.yaml: appVersion is not {VERSION}")
        return 1
    return 1 if stale and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
