"""What can be in the way to the API server: kubeconfig, login, proxies, rights."""

from __future__ import annotations

from app.domain.catalogue_entry import CLUSTER, CONFIG, NETWORK, NOTHING, USER, Entry
from app.domain.errors import ErrorCode

ACCESS_ENTRIES: dict[ErrorCode, Entry] = {
    ErrorCode.NO_KUBECONFIG: Entry(
        CONFIG,
        "No kubeconfig",
        "There is no kubeconfig file at {path}.",
        NOTHING,
        "Set KUBECONFIG or give the file with --kubeconfig.",
    ),
    ErrorCode.KUBECONFIG_INVALID: Entry(
        CONFIG,
        "The kubeconfig cannot be used",
        "The kubeconfig {path} cannot be used: {problem}.",
        NOTHING,
        "Correct the file; `kubectl config view` shows how kubectl reads it.",
    ),
    ErrorCode.NO_CONTEXT: Entry(
        CONFIG,
        "No context chosen",
        "The kubeconfig has no current context.",
        NOTHING,
        "Name one with --context, or choose one with `kubectl config use-context`.",
    ),
    ErrorCode.CONTEXT_UNKNOWN: Entry(
        USER,
        "No such context",
        "The kubeconfig has no context {context}. It has: {known}.",
        NOTHING,
        "Name one of these with --context.",
    ),
    ErrorCode.LOGIN_EXPIRED: Entry(
        CONFIG,
        "The login has expired",
        "The cluster of context {context} does not accept your login any more.",
        "Nothing can be asked of the cluster.",
        "Log in again the way you do for kubectl, then connect again.",
    ),
    ErrorCode.LOGIN_COMMAND_MISSING: Entry(
        CONFIG,
        "The login command is missing",
        "The kubeconfig logs in with the command {command}, which is not installed. {hint}",
        NOTHING,
        "Install it, or put it on the PATH that Kubeferry is started with.",
    ),
    ErrorCode.LOGIN_COMMAND_FAILED: Entry(
        CONFIG,
        "The login command failed",
        "The kubeconfig's login command {command} failed: {problem}.",
        "Nothing can be asked of the cluster.",
        "Run it by hand, or `kubectl get ns`, and log in again.",
    ),
    ErrorCode.API_UNREACHABLE: Entry(
        NETWORK,
        "The API server cannot be reached",
        "The API server {server} cannot be reached: {problem}.",
        "There is no way into the cluster.",
        "Check your network, VPN and proxy; `kubectl get ns` has to work from here.",
    ),
    ErrorCode.API_TLS_UNTRUSTED: Entry(
        NETWORK,
        "The API server's certificate is not trusted",
        "The certificate of {server} is not the one that the kubeconfig trusts: {problem}.",
        "Kubeferry does not talk to it.",
        "Check certificate-authority in the kubeconfig, and whether something between intercepts TLS.",
    ),
    ErrorCode.API_FORBIDDEN: Entry(
        CLUSTER,
        "A right is missing",
        "Your user may not {verb} {resource} in namespace {namespace}.",
        "The step that needs it cannot be done.",
        "Ask the cluster's administrator for it; README.md lists the rights that Kubeferry needs.",
    ),
    ErrorCode.API_ERROR: Entry(
        CLUSTER,
        "The API server answered with an error",
        "The API server {server} answered with an error: {problem}.",
        "The step that needed the answer was given up.",
        "Try again; if it stays, ask the cluster's administrator.",
    ),
    ErrorCode.PROXY_FAILED: Entry(
        NETWORK,
        "The proxy failed",
        "The proxy {proxy} does not let us through to the API server: {problem}.",
        "There is no way into the cluster.",
        "Check proxy-url in the kubeconfig, or HTTPS_PROXY.",
    ),
    ErrorCode.ADMISSION_DENIED: Entry(
        CLUSTER,
        "The cluster's rules forbid the sidecar",
        "The cluster does not admit {workload} with a sidecar: {problem}.",
        "Nothing in the cluster was changed.",
        "Ask who keeps this rule for an exemption for namespace {namespace}; it is an admission webhook or policy.",
    ),
}
