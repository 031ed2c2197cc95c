from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.join_secret import secret_name
from helper.cluster.api import FIRST_PROBE_PORT, JOIN_DIR, SIDECAR_CONTAINER, SIDECAR_READY_FILE
from helper.cluster.injection.record import (
    INJECTED_LABEL,
    INJECTION_ID,
    RECORD,
    injection_of,
    is_injected,
    pod_of,
    probe_ports,
    read_record,
    sidecar_of,
)
from helper.cluster.injection.sidecar_template import JOIN_VOLUME, SidecarSpec, inject, restore
from helper.cluster.sidecar.__main__ import _probe as parse_probe
from tests.unit.kube.injection.workloads import any_workload, bare_pod, container, deployment, probed

ID = "0123456789abcdef"
Object = dict[str, Any]


def injected(workload: Object, **spec: Any) -> Object:
    return inject(workload, SidecarSpec(image="sidecar:1", **spec), ID, "the-secret")


def spec_of(workload: Object) -> Any:
    return pod_of(workload)["spec"]


@given(any_workload(), st.booleans(), st.sampled_from([None, "registry", "pull"]))
def test_restoring_gives_what_was(workload: Object, native: bool, pull_secret: str | None) -> None:
    before = copy.deepcopy(workload)
    changed = injected(workload, native=native, pull_secret=pull_secret)
    assert workload == before, "the object given was changed"
    assert injection_of(changed) == ID
    assert is_injected(changed)
    assert injected(changed, native=native) == changed, "injected twice"
    kept = copy.deepcopy(changed)
    assert restore(changed) == before
    assert changed == kept, "the object given was changed"


@given(any_workload())
def test_probes_lead_to_where_they_led(workload: Object) -> None:
    """Every moved port is one that the sidecar is told of, with arguments that it understands."""
    changed = injected(workload)
    told = dict(map(parse_probe, sidecar_of(spec_of(changed)).get("args", [])[1::2]))
    assert told == probe_ports(spec_of(changed))
    record = read_record(changed)
    assert record is not None
    assert {probe.moved for probe in record.probes} == set(told)
    assert set(told) == set(range(FIRST_PROBE_PORT, FIRST_PROBE_PORT + len(told)))
    assert len(set(told.values())) == len(told), "one probe port for each original port"


@given(any_workload(), any_workload())
def test_what_others_did_meanwhile_stays(workload: Object, other: Object) -> None:
    """Scale, images, containers, volumes, annotations, labels and probes of others, in every combination."""
    changed = injected(workload)

    def edit(it: Object) -> None:
        it["spec"]["replicas"] = 5
        for one in spec_of(it)["containers"]:
            if one["name"] != SIDECAR_CONTAINER:
                one["image"] = "theirs:2"
                one["readinessProbe"] = {"httpGet": {"port": 4711}}
        spec_of(it)["containers"].append({"name": "theirs", "image": "i", "livenessProbe": {"tcpSocket": {"port": 1}}})
        spec_of(it).setdefault("volumes", []).append({"name": "theirs", "emptyDir": {}})
        spec_of(it).setdefault("initContainers", []).append({"name": "their-init", "image": "i"})
        spec_of(it).setdefault("imagePullSecrets", []).append({"name": "theirs"})
        it["metadata"].setdefault("annotations", {})["theirs"] = "1"
        it["metadata"].setdefault("labels", {}).update(other["metadata"].get("labels") or {"theirs": "1"})
        pod_of(it).setdefault("metadata", {}).setdefault("annotations", {})["theirs"] = "2"

    edit(changed)
    expected = copy.deepcopy(workload)
    edit(expected)
    assert restore(changed) == expected


def test_the_container_has_no_more_rights_than_it_needs() -> None:
    changed = injected(deployment(pod={"securityContext": {"runAsNonRoot": True, "runAsUser": 1000}}))
    sidecar = spec_of(changed)["initContainers"][0]
    security = sidecar["securityContext"]
    assert security["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN", "MKNOD"]}
    assert (security["runAsUser"], security["runAsNonRoot"]) == (0, False)
    assert security["privileged"] is False
    assert security["allowPrivilegeEscalation"] is False
    assert security["readOnlyRootFilesystem"] is True
    assert sidecar["restartPolicy"] == "Always"
    assert "env" not in sidecar
    assert sidecar["volumeMounts"][1] == {"name": JOIN_VOLUME, "mountPath": JOIN_DIR, "readOnly": True}
    secret = next(v for v in spec_of(changed)["volumes"] if v["name"] == JOIN_VOLUME)["secret"]
    assert secret == {"secretName": "the-secret", "defaultMode": 0o400, "optional": True}
    assert SIDECAR_READY_FILE in sidecar["lifecycle"]["postStart"]["exec"]["command"][2]


def test_native_comes_first_of_the_init_containers() -> None:
    changed = injected(deployment(pod={"initContainers": [container("seed")]}))
    assert [one["name"] for one in spec_of(changed)["initContainers"]] == [SIDECAR_CONTAINER, "seed"]
    assert [one["name"] for one in spec_of(changed)["containers"]] == ["app"]


def test_on_old_servers_it_comes_first_of_the_containers() -> None:
    changed = injected(deployment(), native=False)
    assert [one["name"] for one in spec_of(changed)["containers"]] == [SIDECAR_CONTAINER, "app"]
    assert "initContainers" not in spec_of(changed)
    assert "restartPolicy" not in spec_of(changed)["containers"][0]


def test_only_ports_of_probes_change() -> None:
    app = container(
        startupProbe=probed("httpGet", "http", path="/up", httpHeaders=[{"name": "Host", "value": "x"}]),
        readinessProbe=probed("tcpSocket", 9080),
        livenessProbe=probed("grpc", 9090, service="health"),
    )
    other = container("log", livenessProbe={"exec": {"command": ["true"]}}, readinessProbe=probed("httpGet", "http"))
    other["ports"] = [{"name": "http", "containerPort": 7000}]
    changed = injected(deployment(app, other))
    first, second = spec_of(changed)["containers"]
    expected = copy.deepcopy(app)
    expected["startupProbe"]["httpGet"]["port"] = 15700
    expected["readinessProbe"]["tcpSocket"]["port"] = 15700
    expected["livenessProbe"]["grpc"]["port"] = 15701
    assert first == expected
    assert second["livenessProbe"] == other["livenessProbe"]
    assert second["readinessProbe"]["httpGet"]["port"] == 15702
    arguments = ["--probe", "15700=9080", "--probe", "15701=9090", "--probe", "15702=7000"]
    assert sidecar_of(spec_of(changed))["args"] == arguments


def test_probes_of_other_hosts_and_unknown_ports_are_left_alone() -> None:
    app = container(livenessProbe=probed("httpGet", 80, host="other"), readinessProbe=probed("tcpSocket", "nowhere"))
    changed = injected(deployment(app))
    assert spec_of(changed)["containers"] == [app]
    assert "args" not in sidecar_of(spec_of(changed))


def test_a_probe_port_that_was_copied_goes_back_too() -> None:
    changed = injected(deployment(container(livenessProbe=probed("tcpSocket", "http"))))
    template = spec_of(changed)["containers"]
    template.append({**copy.deepcopy(template[0]), "name": "copy"})
    app, copied = spec_of(restore(changed))["containers"]
    assert app["livenessProbe"]["tcpSocket"]["port"] == "http"
    assert copied["livenessProbe"]["tcpSocket"]["port"] == 9080


def test_without_its_record_everything_that_matters_is_restored() -> None:
    workload = deployment(container(livenessProbe=probed("tcpSocket", 9080)))
    changed = injected(workload)
    del changed["metadata"]["annotations"][RECORD]
    assert is_injected(changed)
    assert injection_of(changed) == ID
    restored = restore(changed)
    # Empty keys mean nothing to the server, which leaves them out.
    assert spec_of(restored)["containers"] == spec_of(workload)["containers"]
    assert not spec_of(restored)["initContainers"]
    assert not spec_of(restored)["volumes"]
    assert not is_injected(restored)


def test_a_record_that_is_garbage_counts_as_none() -> None:
    changed = injected(deployment())
    changed["metadata"]["annotations"][RECORD] = "{"
    assert read_record(changed) is None
    assert not is_injected(restore(changed))


def test_a_sidecar_that_others_took_out_is_put_in_anew() -> None:
    """A manifest applied over it, say: our marks at the object are still there."""
    workload = deployment()
    changed = injected(workload)
    changed["spec"]["template"] = copy.deepcopy(workload["spec"]["template"])
    assert is_injected(changed)
    assert injection_of(changed) is None
    again = inject(changed, SidecarSpec(image="sidecar:1"), "f" * 16, "other")
    assert injection_of(again) == "f" * 16
    assert restore(again) == workload


def test_bare_pod() -> None:
    changed = injected(bare_pod(container(livenessProbe=probed())))
    assert changed["metadata"]["annotations"][INJECTION_ID] == ID
    assert changed["metadata"]["labels"] == {INJECTED_LABEL: "true"}
    assert restore(changed) == bare_pod(container(livenessProbe=probed()))


def test_annotations_of_old_servers_about_our_container_go() -> None:
    changed = injected(bare_pod())
    changed["metadata"]["annotations"][f"container.seccomp.security.alpha.kubernetes.io/{SIDECAR_CONTAINER}"] = "x"
    assert restore(changed) == bare_pod()


def test_the_label_is_not_the_pods() -> None:
    changed = injected(deployment())
    assert changed["metadata"]["labels"] == {INJECTED_LABEL: "true"}
    assert changed["spec"]["template"]["metadata"]["labels"] == {"app": "web"}
    assert changed["spec"]["selector"] == deployment()["spec"]["selector"]


@pytest.mark.parametrize("name", ["web", "w" * 253, "a." + "b" * 198 + ".c"])
def test_secret_names_are_names(name: str) -> None:
    found = secret_name(WorkloadRef(WorkloadKind.STATEFUL_SET, "shop", name), ID)
    assert len(found) <= 253
    assert found.startswith("kubeferry-statefulset-")
    assert found.endswith(ID)
    assert ".-" not in found
