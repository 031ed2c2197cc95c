"""The words for every ErrorCode: one place, so that command line and window say the same.

`what` may name the code's params in braces; a param that is missing is told as a dash, because a sentence with a
gap is better than a traceback.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.errors import ErrorCategory, ErrorCode, Problem

_FIELD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Entry:
    """`title` names it, `what` says what happened, `effect` what that means, `next_step` what the user can do."""

    category: ErrorCategory
    title: str
    what: str
    effect: str
    next_step: str


@dataclass(frozen=True)
class Explanation:
    """An entry with a problem's params filled in: what is shown."""

    code: ErrorCode
    category: ErrorCategory
    title: str
    what: str
    effect: str
    next_step: str
    detail: str


_NOTHING = "Nothing on this machine or in the cluster was changed."
_UNDONE = "What had been set up on this machine was undone."
_POD_UNDONE = "That pod cannot start; what was begun was taken back."
_HEALS = "Cluster addresses are not reachable until it is back. Kubeferry keeps trying."

_USER = ErrorCategory.USER
_CONFIG = ErrorCategory.CONFIG
_CLUSTER = ErrorCategory.CLUSTER
_NETWORK = ErrorCategory.NETWORK
_HELPER = ErrorCategory.HELPER
_BUG = ErrorCategory.BUG

CATALOGUE: dict[ErrorCode, Entry] = {
    ErrorCode.NO_KUBECONFIG: Entry(
        _CONFIG,
        "No kubeconfig",
        "There is no kubeconfig file at {path}.",
        _NOTHING,
        "Set KUBECONFIG or give the file with --kubeconfig.",
    ),
    ErrorCode.KUBECONFIG_INVALID: Entry(
        _CONFIG,
        "The kubeconfig cannot be used",
        "The kubeconfig {path} cannot be used: {problem}.",
        _NOTHING,
        "Correct the file; `kubectl config view` shows how kubectl reads it.",
    ),
    ErrorCode.NO_CONTEXT: Entry(
        _CONFIG,
        "No context chosen",
        "The kubeconfig has no current context.",
        _NOTHING,
        "Name one with --context, or choose one with `kubectl config use-context`.",
    ),
    ErrorCode.CONTEXT_UNKNOWN: Entry(
        _USER,
        "No such context",
        "The kubeconfig has no context {context}. It has: {known}.",
        _NOTHING,
        "Name one of these with --context.",
    ),
    ErrorCode.LOGIN_EXPIRED: Entry(
        _CONFIG,
        "The login has expired",
        "The cluster of context {context} does not accept your login any more.",
        "Nothing can be asked of the cluster.",
        "Log in again the way you do for kubectl, then connect again.",
    ),
    ErrorCode.LOGIN_COMMAND_MISSING: Entry(
        _CONFIG,
        "The login command is missing",
        "The kubeconfig logs in with the command {command}, which is not installed. {hint}",
        _NOTHING,
        "Install it, or put it on the PATH that Kubeferry is started with.",
    ),
    ErrorCode.LOGIN_COMMAND_FAILED: Entry(
        _CONFIG,
        "The login command failed",
        "The kubeconfig's login command {command} failed: {problem}.",
        "Nothing can be asked of the cluster.",
        "Run it by hand, or `kubectl get ns`, and log in again.",
    ),
    ErrorCode.API_UNREACHABLE: Entry(
        _NETWORK,
        "The API server cannot be reached",
        "The API server {server} cannot be reached: {problem}.",
        "There is no way into the cluster.",
        "Check your network, VPN and proxy; `kubectl get ns` has to work from here.",
    ),
    ErrorCode.API_TLS_UNTRUSTED: Entry(
        _NETWORK,
        "The API server's certificate is not trusted",
        "The certificate of {server} is not the one that the kubeconfig trusts: {problem}.",
        "Kubeferry does not talk to it.",
        "Check certificate-authority in the kubeconfig, and whether something between intercepts TLS.",
    ),
    ErrorCode.API_FORBIDDEN: Entry(
        _CLUSTER,
        "A right is missing",
        "Your user may not {verb} {resource} in namespace {namespace}.",
        "The step that needs it cannot be done.",
        "Ask the cluster's administrator for it; README.md lists the rights that Kubeferry needs.",
    ),
    ErrorCode.API_ERROR: Entry(
        _CLUSTER,
        "The API server answered with an error",
        "The API server {server} answered with an error: {problem}.",
        "The step that needed the answer was given up.",
        "Try again; if it stays, ask the cluster's administrator.",
    ),
    ErrorCode.PROXY_FAILED: Entry(
        _NETWORK,
        "The proxy failed",
        "The proxy {proxy} does not let us through to the API server: {problem}.",
        "There is no way into the cluster.",
        "Check proxy-url in the kubeconfig, or HTTPS_PROXY.",
    ),
    ErrorCode.MANAGER_MISSING: Entry(
        _CLUSTER,
        "There is no traffic manager",
        "Namespace {namespace} has no traffic manager.",
        "Without it nothing carries packets in the cluster.",
        "Install it with `kubeferry manager install`, or connect again: connecting installs it.",
    ),
    ErrorCode.MANAGER_STUCK: Entry(
        _CLUSTER,
        "The traffic manager does not start",
        "The traffic manager in namespace {namespace} does not become ready: {problem}.",
        "Without it nothing carries packets in the cluster.",
        "Look at its pod: `kubectl -n {namespace} describe deployment,pod -l app.kubernetes.io/name=kubeferry`.",
    ),
    ErrorCode.MANAGER_VERSION: Entry(
        _CLUSTER,
        "The traffic manager has another version",
        "The traffic manager in namespace {namespace} is of a version that this Kubeferry cannot talk to.",
        _UNDONE,
        "Install the one of this version: `kubeferry manager install`.",
    ),
    ErrorCode.IMAGE_PULL_FAILED: Entry(
        _CLUSTER,
        "An image cannot be pulled",
        "The node cannot pull the image {image}: {problem}.",
        _POD_UNDONE,
        "See whether the cluster can reach its registry. Kubeferry's own image can be another one, with --image.",
    ),
    ErrorCode.POD_SECURITY_FORBIDS: Entry(
        _CLUSTER,
        "Pod Security forbids the pod",
        "The rules of namespace {namespace} forbid a pod that Kubeferry needs there: {problem}.",
        _POD_UNDONE,
        "It needs NET_ADMIN and MKNOD. An administrator can allow them with `kubectl label --overwrite namespace "
        "{namespace} pod-security.kubernetes.io/enforce=privileged`, or by an exemption; or use another namespace.",
    ),
    ErrorCode.QUOTA_EXCEEDED: Entry(
        _CLUSTER,
        "The namespace's quota is used up",
        "The quota of namespace {namespace} leaves no room for a pod that Kubeferry needs there: {problem}.",
        _POD_UNDONE,
        "Have the quota raised, or make room: `kubectl -n {namespace} describe quota`.",
    ),
    ErrorCode.UNSCHEDULABLE: Entry(
        _CLUSTER,
        "No node takes the pod",
        "No node can run a pod of namespace {namespace}: {problem}.",
        _POD_UNDONE,
        "Make room on a node, or see why with `kubectl -n {namespace} get events`.",
    ),
    ErrorCode.ADMISSION_DENIED: Entry(
        _CLUSTER,
        "The cluster's rules forbid the sidecar",
        "The cluster does not admit {workload} with a sidecar: {problem}.",
        "Nothing in the cluster was changed.",
        "Ask who keeps this rule for an exemption for namespace {namespace}; it is an admission webhook or policy.",
    ),
    ErrorCode.WORKLOAD_MISSING: Entry(
        _USER,
        "No such workload",
        "Namespace {namespace} has no {workload}.",
        _NOTHING,
        "See what there is with `kubectl -n {namespace} get deploy,sts,ds,rs,pod`, or name another with -n.",
    ),
    ErrorCode.WORKLOAD_UNSUITABLE: Entry(
        _USER,
        "This workload cannot be used",
        "{workload} cannot be intercepted: {problem}.",
        _NOTHING,
        "Choose another workload.",
    ),
    ErrorCode.WORKLOAD_BUSY: Entry(
        _CLUSTER,
        "The workload changes all the time",
        "{workload} was changed by somebody else each time Kubeferry was about to change it.",
        "It is as the others left it.",
        "Try again; if it stays, see who changes it with `kubectl get --show-managed-fields`.",
    ),
    ErrorCode.INTERCEPT_TAKEN: Entry(
        _USER,
        "Somebody else has it",
        "{workload} is taken by {owner} since {since}: {rule}.",
        _NOTHING,
        "Ask them, choose another rule, or take it from them with --take-over: they are told.",
    ),
    ErrorCode.SIDECAR_STUCK: Entry(
        _CLUSTER,
        "The pods do not come up with the sidecar",
        "The pods of {workload} do not become ready: {problem}.",
        "What was changed is taken back.",
        "Look at its pods: `kubectl -n {namespace} describe {workload}` and `kubectl -n {namespace} get events`.",
    ),
    ErrorCode.CLAIMS_UNREADABLE: Entry(
        _CLUSTER,
        "The workload's intercepts cannot be read",
        "What {workload} says about its intercepts cannot be read: {problem}.",
        "It was not changed.",
        "Clear it with `kubeferry repair -n {namespace}`: the workload is restored, and everybody starts anew.",
    ),
    ErrorCode.HELPER_NOT_RUNNING: Entry(
        _HELPER,
        "The helper is not running",
        "Kubeferry's helper service does not answer at {socket}.",
        "Without it no network device can be made.",
        "Start it: `sudo systemctl start kubeferry-helper`.",
    ),
    ErrorCode.HELPER_NOT_ALLOWED: Entry(
        _HELPER,
        "You may not use the helper",
        "User {user} is not allowed to use Kubeferry's helper service.",
        _NOTHING,
        "Have an administrator run `sudo usermod -aG kubeferry {user}`, then log in again.",
    ),
    ErrorCode.HELPER_VERSION: Entry(
        _HELPER,
        "The helper has another version",
        "Kubeferry's helper service and this program are of different versions: {problem}.",
        _NOTHING,
        "Restart it after the update: `sudo systemctl restart kubeferry-helper`.",
    ),
    ErrorCode.HELPER_FAILED: Entry(
        _HELPER,
        "The helper could not do it",
        "Kubeferry's helper service could not change this machine's network: {problem}.",
        _UNDONE,
        "See why with `journalctl -u kubeferry-helper`.",
    ),
    ErrorCode.HELPER_STOPPED: Entry(
        _HELPER,
        "The helper stopped",
        "Kubeferry's helper service stopped while it was in use.",
        "The connection ended and this machine's network is as it was before.",
        "Connect again when it is back: `systemctl status kubeferry-helper`.",
    ),
    ErrorCode.SUBNET_OVERLAP: Entry(
        _NETWORK,
        "Cluster and local network overlap",
        "The cluster's subnets overlap with networks of this machine: {overlaps}.",
        _NOTHING,
        "Keep the local networks with --on-overlap exclude (cluster addresses in them stay out of reach).",
    ),
    ErrorCode.ROUTE_CONFLICT: Entry(
        _NETWORK,
        "A route is already taken",
        "A route that the cluster needs is already taken: {problem}.",
        _UNDONE,
        "Disconnect what holds it, or leave the range out with --exclude.",
    ),
    ErrorCode.RESOLVER_FAILED: Entry(
        _HELPER,
        "Name resolution could not be set up",
        "This machine's resolver did not take the cluster's names: {problem}.",
        _UNDONE,
        "See what manages names here with `kubeferry doctor`.",
    ),
    ErrorCode.TUNNEL_UNREACHABLE: Entry(
        _NETWORK,
        "The API server cannot be reached",
        "The tunnel cannot reach the API server: {problem}.",
        _HEALS,
        "Check your network, VPN and proxy.",
    ),
    ErrorCode.TUNNEL_TLS_UNTRUSTED: Entry(
        _NETWORK,
        "The API server's certificate is not trusted",
        "The tunnel does not trust the API server's certificate: {problem}.",
        _HEALS,
        "Check whether something between intercepts TLS.",
    ),
    ErrorCode.TUNNEL_UNAUTHORIZED: Entry(
        _CONFIG,
        "The login has expired",
        "The API server does not accept your login for the tunnel any more: {problem}.",
        _HEALS,
        "Log in again the way you do for kubectl.",
    ),
    ErrorCode.TUNNEL_FORBIDDEN: Entry(
        _CLUSTER,
        "Port forwarding is not allowed",
        "Your user may not forward ports to the traffic manager's pod: {problem}.",
        "There is no tunnel.",
        "Ask the cluster's administrator for get and create on pods/portforward.",
    ),
    ErrorCode.TUNNEL_POD_GONE: Entry(
        _CLUSTER,
        "The traffic manager's pod is gone",
        "The traffic manager's pod is gone: {problem}.",
        _HEALS,
        "Wait for the next pod, or see `kubeferry doctor`.",
    ),
    ErrorCode.TUNNEL_PORT_CLOSED: Entry(
        _CLUSTER,
        "The traffic manager does not listen",
        "The traffic manager's pod runs, but its port is closed: {problem}.",
        _HEALS,
        "Look at the log of its pod, or install it again with `kubeferry manager install`.",
    ),
    ErrorCode.TUNNEL_PROXY_FAILED: Entry(
        _NETWORK,
        "The proxy failed",
        "The proxy does not let the tunnel through: {problem}.",
        _HEALS,
        "Check proxy-url in the kubeconfig, and that the proxy allows WebSockets.",
    ),
    ErrorCode.TUNNEL_MANAGER_VERSION: Entry(
        _CLUSTER,
        "The traffic manager has another version",
        "The traffic manager is of a version that this Kubeferry cannot talk to: {problem}.",
        "There is no tunnel.",
        "Install the one of this version: `kubeferry manager install`.",
    ),
    ErrorCode.TUNNEL_LEASE_REFUSED: Entry(
        _CLUSTER,
        "The traffic manager gave no address",
        "The traffic manager refused an address: {problem}.",
        "There is no tunnel.",
        "Try again in a minute; if it stays, restart it with `kubectl rollout restart`.",
    ),
    ErrorCode.TUNNEL_SILENT: Entry(
        _NETWORK,
        "The tunnel fell silent",
        "Nothing came through the tunnel any more: {problem}.",
        _HEALS,
        "Check your network.",
    ),
    ErrorCode.TUNNEL_CLOSED: Entry(
        _NETWORK,
        "The tunnel was closed",
        "The tunnel was closed from the other side: {problem}.",
        _HEALS,
        "Nothing, if it is back soon; else see `kubeferry doctor`.",
    ),
    ErrorCode.WORKER_STOPPED: Entry(
        _HELPER,
        "The tunnel process stopped",
        "The process that carries the packets stopped.",
        "The connection ended and this machine's network is as it was before.",
        "Connect again; `journalctl -u kubeferry-helper` tells why it stopped.",
    ),
    ErrorCode.PROBE_FAILED: Entry(
        _NETWORK,
        "The cluster does not answer through the tunnel",
        "The tunnel is up, but a check through it failed: {problem}.",
        "Cluster addresses or names may not work.",
        "See `kubeferry doctor`; a network policy may forbid the traffic manager's packets.",
    ),
    ErrorCode.TIMED_OUT: Entry(
        _CLUSTER,
        "It took too long",
        "Gave up after {seconds} s of waiting for {waiting_for}.",
        _UNDONE,
        "Try again, or see `kubeferry doctor`.",
    ),
    ErrorCode.NOT_CONNECTED: Entry(
        _USER,
        "Not connected",
        "There is no connection.",
        _NOTHING,
        "Connect with `kubeferry connect`.",
    ),
    ErrorCode.NOT_INTERCEPTED: Entry(
        _USER,
        "Nothing of yours is there",
        "You have no intercept on {workload}.",
        _NOTHING,
        "See what there is with `kubeferry status`.",
    ),
    ErrorCode.TICKET_MISSING: Entry(
        _CLUSTER,
        "The traffic manager lets no sidecar in",
        "The traffic manager in namespace {namespace} gave no ticket for a sidecar.",
        "The workload was not changed.",
        "If it was installed by an older Kubeferry, it has no keys: install it again with `kubeferry manager install`.",
    ),
    ErrorCode.RESTORE_FAILED: Entry(
        _CLUSTER,
        "A workload could not be restored",
        "What was done to {workload} could not be undone: {problem}.",
        "It still has its sidecar, which lets everything go its normal way.",
        "Take it away with `kubeferry repair`.",
    ),
    ErrorCode.CONFIRMATION_MISSING: Entry(
        _USER,
        "It has to be confirmed",
        "{workload} was not touched: {problem}.",
        _NOTHING,
        "Run it again in a terminal and answer, or give --yes.",
    ),
    ErrorCode.INTERCEPTS_TOO_MANY: Entry(
        _USER,
        "Too many intercepts",
        "You have {limit} intercepts, and no more are possible.",
        _NOTHING,
        "Leave some with `kubeferry leave`.",
    ),
    ErrorCode.SESSION_FAILED: Entry(
        _BUG,
        "The session process failed",
        "Kubeferry's background process does not answer: {problem}.",
        "The connection, if there was one, ends within seconds.",
        "Try again; its log is session.log in Kubeferry's state directory.",
    ),
    ErrorCode.SESSION_VERSION: Entry(
        _USER,
        "An older Kubeferry is still running",
        "Kubeferry's background process is of another version than this program.",
        _NOTHING,
        "Disconnect and quit the window that runs the other version, then try again.",
    ),
    ErrorCode.INVALID_OPTION: Entry(
        _USER,
        "An option cannot be used",
        "{option} cannot be used: {problem}.",
        _NOTHING,
        "See --help.",
    ),
    ErrorCode.CANCELLED: Entry(
        _USER,
        "Cancelled",
        "It was cancelled before it was done.",
        "What had been set up was undone.",
        "Try again when you like.",
    ),
    ErrorCode.INTERNAL: Entry(
        _BUG,
        "A fault in Kubeferry",
        "Kubeferry made a mistake: {problem}.",
        _UNDONE,
        "Please report it, with session.log of Kubeferry's state directory.",
    ),
}

EXIT_CODES: dict[ErrorCategory, int] = {
    ErrorCategory.BUG: 1,
    ErrorCategory.USER: 10,
    ErrorCategory.CONFIG: 10,
    ErrorCategory.CLUSTER: 20,
    ErrorCategory.NETWORK: 30,
    ErrorCategory.HELPER: 40,
}
EXIT_INTERRUPTED = 130
EXIT_NOT_CONNECTED = 3


def explain(problem: Problem) -> Explanation:
    """Returns the catalogue's entry for `problem` with its params filled in."""
    entry = CATALOGUE[problem.code]

    def fill(template: str) -> str:
        return _FIELD.sub(lambda match: _plain(problem.params.get(match[1], "—")), template).strip()

    return Explanation(
        code=problem.code,
        category=entry.category,
        title=entry.title,
        what=fill(entry.what),
        effect=fill(entry.effect),
        next_step=fill(entry.next_step),
        detail=problem.detail,
    )


def exit_code(problem: Problem) -> int:
    """The exit status of a command that ended with `problem`."""
    if problem.code is ErrorCode.CANCELLED:
        return EXIT_INTERRUPTED
    if problem.code is ErrorCode.NOT_CONNECTED:
        return EXIT_NOT_CONNECTED
    return EXIT_CODES[CATALOGUE[problem.code].category]


def _plain(value: str) -> str:
    """Params come from other programs: one line, no full stop that would double ours, not endless."""
    line = " ".join(value.split()).rstrip(".")
    return line if len(line) <= 400 else line[:399] + "…"
