"""Addresses and names of a test cluster, and what is derived from them."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cluster import addons, certificates, control_plane, network, node_daemons
from tests.cluster.lifecycle import is_ready
from tests.cluster.plan import Plan

PROGRAMS = Path("/programs")


def plan(number: int = 3, nodes: int = 2, *, ipv6: bool = True, states: Path = Path("/states")) -> Plan:
    return Plan("some", number, nodes, ipv6, PROGRAMS, states)


def test_nodes_have_ranges_of_their_own() -> None:
    first, second = plan().nodes
    assert first.pods == ("10.244.0.0/24", "fd00:10:244::/64")
    assert second.pods == ("10.244.1.0/24", "fd00:10:244:1::/64")
    assert first.addresses == ("10.214.103.1", "fd00:10:214:103::1")
    assert (first.api, second.api) == ("https://127.0.0.1:6443", "https://10.214.3.2:6443")


def test_a_single_node_is_at_the_link() -> None:
    made = plan(nodes=1)
    assert made.nodes[0].addresses == made.api_addresses == ("10.214.3.2", "fd00:10:214:3::2")
    assert made.node_networks[0] not in made.fenced


def test_without_ipv6_there_is_none_anywhere() -> None:
    made = plan(ipv6=False)
    texts = [network.fence(made), json.dumps(addons.objects(made)), " ".join(made.fenced)]
    texts += [word for daemon in control_plane.daemons(made) for word in daemon.argv]
    assert not any("fd00:" in text for text in texts)


def test_clusters_side_by_side_share_no_address() -> None:
    links = [{*plan(number).caller_addresses, *plan(number).api_addresses, plan(number).link} for number in (0, 1, 99)]
    assert all(not one & other for one, other in itertools.combinations(links, 2))
    assert max(len(plan(99).link), len(network.BETWEEN)) <= 15  # IFNAMSIZ


@pytest.mark.parametrize(
    ("name", "nodes"), [("Upper", 1), ("a/b", 1), ("", 1), ("-a", 1), ("a" * 33, 1), ("a", 0), ("a", 10)]
)
def test_impossible_clusters_are_refused(name: str, nodes: int) -> None:
    with pytest.raises(ValueError, match="a cluster"):
        Plan(name, 0, nodes, True, PROGRAMS)


def test_the_fence_lets_the_api_server_through_and_nothing_else() -> None:
    accepted = [line.strip() for line in network.fence(plan()).splitlines() if "accept" in line]
    assert accepted == [
        'iifname != "eth0" accept',
        "ct state established,related accept",
        "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept",
        "ip daddr 10.214.3.2 tcp dport 6443 accept",
        "ip daddr 10.214.3.2 icmp type echo-request accept",
        "ip6 daddr fd00:10:214:3::2 tcp dport 6443 accept",
        "ip6 daddr fd00:10:214:3::2 icmpv6 type echo-request accept",
    ]


def test_all_certificates_are_of_their_authority(tmp_path: Path) -> None:
    made = plan(states=tmp_path)
    certificates.make(made)
    found = {path.stem: x509.load_pem_x509_certificate(path.read_bytes()) for path in made.certificates.glob("*.crt")}
    assert len(found) == 13
    for name, certificate in found.items():
        issuer = found["front-proxy-ca" if name.startswith("front-proxy") else "ca"]
        certificate.verify_directly_issued_by(issuer)
        assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    names = found["apiserver"].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(address) for address in names.get_values_for_type(x509.IPAddress)} >= {"10.96.0.1", *made.api_addresses}
    secrets = [*made.certificates.glob("*.key"), made.kubeconfig, *made.folder.glob("node*/*.kubeconfig")]
    assert len(secrets) == 14 + 1 + 6
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}


def test_what_a_node_reads_is_well_formed(tmp_path: Path) -> None:
    made = plan(states=tmp_path)
    second = made.nodes[1]
    node_daemons.write(made, second)
    kubelet = json.loads((second.folder / "kubelet.yaml").read_text())
    assert kubelet["clusterDNS"] == ["10.96.0.10"]
    ranges = json.loads((second.folder / "cni" / "10-bridge.conflist").read_text())["plugins"][0]["ipam"]
    assert ranges["ranges"] == [[{"subnet": "10.244.1.0/24"}], [{"subnet": "fd00:10:244:1::/64"}]]
    assert ranges["routes"] == [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]
    assert f'root = "{second.folder}/containerd"' in (second.folder / "containerd.toml").read_text()


@pytest.mark.parametrize(
    ("status", "said_at", "taints", "expected"),
    [
        ("True", "2026-01-01T00:00:05Z", [], True),
        ("True", "2025-12-31T23:59:59Z", [], False),
        ("False", "2026-01-01T00:00:05Z", [], False),
        ("True", "2026-01-01T00:00:05Z", [{"key": "node.kubernetes.io/not-ready"}], False),
    ],
)
def test_ready_is_what_was_said_since(status: str, said_at: str, taints: list[dict[str, str]], expected: bool) -> None:
    condition = {"type": "Ready", "status": status, "lastHeartbeatTime": said_at}
    item = {"spec": {"taints": taints}, "status": {"conditions": [condition]}}
    assert is_ready(item, 1767225600.0) is expected


def test_a_node_that_has_not_registered_is_not_ready() -> None:
    assert not is_ready({}, 0)
