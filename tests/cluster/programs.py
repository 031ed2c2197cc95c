"""Which programs a node needs, and how each is built from the Go module in `go/`."""

from __future__ import annotations

import dataclasses

KUBERNETES = "kube-all"
"""One executable for all of Kubernetes' programs, which are symbolic links to it."""
KUBERNETES_NAMES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl")

_CONTAINERD = "github.com/containerd/containerd/v2"
_PLUGINS = "github.com/containernetworking/plugins"
_CONTAINERD_TAGS = (
    "no_btrfs",
    "no_devmapper",
    "no_zfs",
    "no_tracing",
    "no_rdt",
    "no_systemd",
    "urfave_cli_no_docs",
    "grpcnotrace",
)


@dataclasses.dataclass(frozen=True)
class Program:
    """`version_of`: the module whose version the program is to say, in the variables `variables` of the linker.

    `cgo`: has C in it, so that a C compiler is needed. All are linked statically, since they run in pods' mounts too.
    """

    name: str
    package: str
    tags: tuple[str, ...] = ("grpcnotrace",)
    version_of: str = ""
    variables: tuple[str, ...] = ()
    cgo: bool = False


PROGRAMS = (
    Program(
        KUBERNETES,
        "./kube",
        version_of="k8s.io/kubernetes",
        variables=("k8s.io/component-base/version.gitVersion", "k8s.io/client-go/pkg/version.gitVersion"),
    ),
    Program("etcd", "go.etcd.io/etcd/server/v3"),
    Program("coredns", "./coredns"),
    *(
        Program(
            name,
            f"{_CONTAINERD}/cmd/{name}",
            tags=_CONTAINERD_TAGS,
            version_of=_CONTAINERD,
            variables=(f"{_CONTAINERD}/version.Version",),
        )
        for name in ("containerd", "containerd-shim-runc-v2", "ctr")
    ),
    # Its first stage is C, and containerd gives every pod a seccomp profile, which is libseccomp's business.
    Program(
        "runc",
        "github.com/opencontainers/runc",
        tags=("seccomp", "urfave_cli_no_docs", "runc_nocriu", "netgo", "osusergo"),
        cgo=True,
    ),
    Program("bridge", f"{_PLUGINS}/plugins/main/bridge", tags=()),
    Program("loopback", f"{_PLUGINS}/plugins/main/loopback", tags=()),
    Program("host-local", f"{_PLUGINS}/plugins/ipam/host-local", tags=()),
    Program("portmap", f"{_PLUGINS}/plugins/meta/portmap", tags=()),
)
NAMES = tuple(program.name for program in PROGRAMS)


def linker_flags(program: Program, version: str) -> str:
    """`version`: as of a Go module, "v1.37.2"; kubectl and client libraries read major and minor from it too."""
    flags = ["-s", "-w"]
    for variable in program.variables:
        flags += ["-X", f"{variable}={version}"]
        if variable.endswith(".gitVersion"):
            major, minor = version.removeprefix("v").split(".")[:2]
            flags += ["-X", f"{variable.removesuffix('.gitVersion')}.gitMajor={major}"]
            flags += ["-X", f"{variable.removesuffix('.gitVersion')}.gitMinor={minor}"]
            flags += ["-X", f"{variable.removesuffix('.gitVersion')}.gitTreeState=archive"]
    if program.cgo:
        flags += ["-extldflags", "-static"]
    return " ".join(flags)
