"""The cluster's certificates and kubeconfigs (which: kubernetes.io, "PKI certificates and requirements")."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import ipaddress
import json
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.cluster.plan import API_PORT, DOMAIN, Plan

VALID = datetime.timedelta(days=365)
_MARGIN = datetime.timedelta(hours=1)
"""Before now: clocks of laptops in tests may be late."""


@dataclasses.dataclass(frozen=True)
class Authority:
    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def name_of(common_name: str, organization: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(attributes)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _MARGIN)
        .not_valid_after(now + VALID)
    )


class Certificates:
    """Writes NAME.crt and NAME.key, in PEM, into a folder that only root can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def authority(self, name: str) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = name_of(f"kubeferry-test-{name}")
        certificate = (
            _builder(subject, subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(authority=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        self._write(name, key, certificate)
        return Authority(name, key, certificate)

    def issue(
        self, authority: Authority, name: str, subject: x509.Name, dns: Sequence[str] = (), ips: Sequence[str] = ()
    ) -> None:
        """For servers and clients: the kubelet and the API server are both."""
        key = ec.generate_private_key(ec.SECP256R1())
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        public = authority.key.public_key()
        builder = (
            _builder(subject, authority.certificate.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        )
        names: list[x509.GeneralName] = [x509.DNSName(one) for one in dns]
        names += [x509.IPAddress(ipaddress.ip_address(one)) for one in ips]
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        self._write(name, key, builder.sign(authority.key, hashes.SHA256()))

    def key_pair(self, name: str) -> None:
        """NAME.key and NAME.pub, for signing service accounts' tokens."""
        key = ec.generate_private_key(ec.SECP256R1())
        self._write_key(name, key)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (self.folder / f"{name}.pub").write_bytes(public)

    def _write(self, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._write_key(name, key)
        (self.folder / f"{name}.crt").write_bytes(certificate.public_bytes(Encoding.PEM))

    def _write_key(self, name: str, key: ec.EllipticCurvePrivateKey) -> None:
        path = self.folder / f"{name}.key"
        path.touch(mode=0o600)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def kubeconfig(self, path: Path, name: str, server: str) -> None:
        """With everything in it, so that it can be copied elsewhere."""

        def encoded(file: str) -> str:
            return base64.b64encode((self.folder / file).read_bytes()).decode()

        user = {"client-certificate-data": encoded(f"{name}.crt"), "client-key-data": encoded(f"{name}.key")}
        cluster = {"server": server, "certificate-authority-data": encoded("ca.crt")}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "testcluster", "cluster": cluster}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": "testcluster", "context": {"cluster": "testcluster", "user": name}}],
            "current-context": "testcluster",
        }
        path.write_text(json.dumps(config, indent=1))


def make(plan: Plan) -> None:
    """Everything that the cluster's daemons and its administrator need."""
    made = Certificates(plan.certificates)
    ca, front = made.authority("ca"), made.authority("front-proxy-ca")
    made.key_pair("service-accounts")
    service = "kubernetes.default.svc"
    names = ["kubernetes", "kubernetes.default", service, f"{service}.{DOMAIN}", "localhost"]
    loopback = ("127.0.0.1", "::1")
    addresses = [*plan.api_service_addresses, *plan.api_addresses, *loopback]
    made.issue(ca, "apiserver", name_of("kube-apiserver"), names, addresses)
    made.issue(ca, "kubelet-client", name_of("kube-apiserver-kubelet-client", "system:masters"))
    made.issue(front, "front-proxy-client", name_of("front-proxy-client"))
    made.issue(ca, "admin", name_of("admin", "system:masters"))
    for component in ("kube-controller-manager", "kube-scheduler", "kube-proxy"):
        made.issue(ca, component, name_of(f"system:{component}"))
    for component in ("kube-controller-manager", "kube-scheduler"):
        made.kubeconfig(plan.nodes[0].folder / f"{component}.kubeconfig", component, plan.nodes[0].api)
    for node in plan.nodes:
        made.issue(ca, f"kubelet-{node.name}", name_of(f"system:node:{node.name}", "system:nodes"))
        made.issue(ca, f"serving-{node.name}", name_of(node.name), [node.name], [*node.addresses, *loopback])
        made.kubeconfig(node.folder / "kubelet.kubeconfig", f"kubelet-{node.name}", node.api)
        made.kubeconfig(node.folder / "kube-proxy.kubeconfig", "kube-proxy", node.api)
    made.kubeconfig(plan.kubeconfig, "admin", f"https://{plan.api_addresses[0]}:{API_PORT}")
