"""What can go wrong, as a closed set of codes. Codes cross process borders; words come from `catalogue`."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


class ErrorCategory(enum.StrEnum):
    """Who can do something about it."""

    USER = "user"
    CONFIG = "config"
    CLUSTER = "cluster"
    NETWORK = "network"
    HELPER = "helper"
    BUG = "bug"


class ErrorCode(enum.StrEnum):
    """The comment behind each names its params, which the catalogue's sentences use."""

    NO_KUBECONFIG = "no_kubeconfig"  # path
    KUBECONFIG_INVALID = "kubeconfig_invalid"  # path, problem
    NO_CONTEXT = "no_context"  # -
    CONTEXT_UNKNOWN = "context_unknown"  # context, known
    LOGIN_EXPIRED = "login_expired"  # context
    LOGIN_COMMAND_MISSING = "login_command_missing"  # command, hint
    LOGIN_COMMAND_FAILED = "login_command_failed"  # command, problem
    API_UNREACHABLE = "api_unreachable"  # server, problem
    API_TLS_UNTRUSTED = "api_tls_untrusted"  # server, problem
    API_FORBIDDEN = "api_forbidden"  # verb, resource, namespace
    API_ERROR = "api_error"  # server, problem
    PROXY_FAILED = "proxy_failed"  # proxy, problem
    MANAGER_MISSING = "manager_missing"  # namespace
    MANAGER_STUCK = "manager_stuck"  # namespace, problem
    MANAGER_VERSION = "manager_version"  # namespace
    IMAGE_PULL_FAILED = "image_pull_failed"  # image, problem
    POD_SECURITY_FORBIDS = "pod_security_forbids"  # namespace, problem
    QUOTA_EXCEEDED = "quota_exceeded"  # namespace, problem
    UNSCHEDULABLE = "unschedulable"  # namespace, problem
    ADMISSION_DENIED = "admission_denied"  # workload, namespace, problem
    WORKLOAD_MISSING = "workload_missing"  # workload, namespace
    WORKLOAD_UNSUITABLE = "workload_unsuitable"  # workload, problem
    WORKLOAD_BUSY = "workload_busy"  # workload
    INTERCEPT_TAKEN = "intercept_taken"  # workload, owner, since, rule
    SIDECAR_STUCK = "sidecar_stuck"  # workload, namespace, problem
    CLAIMS_UNREADABLE = "claims_unreadable"  # workload, namespace, problem
    HELPER_NOT_RUNNING = "helper_not_running"  # socket
    HELPER_NOT_ALLOWED = "helper_not_allowed"  # user
    HELPER_VERSION = "helper_version"  # problem
    HELPER_FAILED = "helper_failed"  # problem
    HELPER_STOPPED = "helper_stopped"  # -
    SUBNET_OVERLAP = "subnet_overlap"  # overlaps
    ROUTE_CONFLICT = "route_conflict"  # problem
    RESOLVER_FAILED = "resolver_failed"  # problem
    TUNNEL_UNREACHABLE = "tunnel_unreachable"  # problem
    TUNNEL_TLS_UNTRUSTED = "tunnel_tls_untrusted"  # problem
    TUNNEL_UNAUTHORIZED = "tunnel_unauthorized"  # problem
    TUNNEL_FORBIDDEN = "tunnel_forbidden"  # problem
    TUNNEL_POD_GONE = "tunnel_pod_gone"  # problem
    TUNNEL_PORT_CLOSED = "tunnel_port_closed"  # problem
    TUNNEL_PROXY_FAILED = "tunnel_proxy_failed"  # problem
    TUNNEL_MANAGER_VERSION = "tunnel_manager_version"  # problem
    TUNNEL_LEASE_REFUSED = "tunnel_lease_refused"  # problem
    TUNNEL_SILENT = "tunnel_silent"  # problem
    TUNNEL_CLOSED = "tunnel_closed"  # problem
    TUNNEL_RELEASED = "tunnel_released"  # seconds, problem
    WORKER_STOPPED = "worker_stopped"  # -
    PROBE_FAILED = "probe_failed"  # problem
    TIMED_OUT = "timed_out"  # waiting_for, seconds
    NOT_CONNECTED = "not_connected"  # -
    NOT_INTERCEPTED = "not_intercepted"  # workload
    TICKET_MISSING = "ticket_missing"  # namespace
    RESTORE_FAILED = "restore_failed"  # workload, problem
    CONFIRMATION_MISSING = "confirmation_missing"  # workload, problem
    INTERCEPTS_TOO_MANY = "intercepts_too_many"  # limit
    SESSION_FAILED = "session_failed"  # problem
    SESSION_VERSION = "session_version"  # -
    INVALID_OPTION = "invalid_option"  # option, problem
    CANCELLED = "cancelled"  # -
    INTERNAL = "internal"  # problem


class KubeferryError(Exception):
    """A failure that has a code. `detail` is for logs and folded details: never the sentence a user reads first."""

    def __init__(self, code: ErrorCode, *, detail: str = "", **params: str) -> None:
        super().__init__(code, params, detail)
        self.code = code
        self.params: Mapping[str, str] = MappingProxyType(params)
        self.detail = detail

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({told})" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class Problem:
    """A failure as a value: what a state holds and a message carries."""

    code: ErrorCode
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    detail: str = ""

    @classmethod
    def of(cls, error: KubeferryError) -> Problem:
        return cls(error.code, error.params, error.detail)
