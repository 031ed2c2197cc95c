"""What can be in the way of the tunnel, and of what is asked through it."""

from __future__ import annotations

from app.domain.catalogue_entry import CLUSTER, CONFIG, HEALS, HELPER, NETWORK, Entry
from app.domain.errors import ErrorCode

TUNNEL_ENTRIES: dict[ErrorCode, Entry] = {
    ErrorCode.TUNNEL_UNREACHABLE: Entry(
        NETWORK,
        "The API server cannot be reached",
        "The tunnel cannot reach the API server: {problem}.",
        HEALS,
        "Check your network, VPN and proxy.",
    ),
    ErrorCode.TUNNEL_TLS_UNTRUSTED: Entry(
        NETWORK,
        "The API server's certificate is not trusted",
        "The tunnel does not trust the API server's certificate: {problem}.",
        HEALS,
        "Check whether something between intercepts TLS.",
    ),
    ErrorCode.TUNNEL_UNAUTHORIZED: Entry(
        CONFIG,
        "The login has expired",
        "The API server does not accept your login for the tunnel any more: {problem}.",
        HEALS,
        "Log in again the way you do for kubectl.",
    ),
    ErrorCode.TUNNEL_FORBIDDEN: Entry(
        CLUSTER,
        "Port forwarding is not allowed",
        "Your user may not forward ports to the traffic manager's pod: {problem}.",
        "There is no tunnel.",
        "Ask the cluster's administrator for get and create on pods/portforward.",
    ),
    ErrorCode.TUNNEL_POD_GONE: Entry(
        CLUSTER,
        "The traffic manager's pod is gone",
        "The traffic manager's pod is gone: {problem}.",
        HEALS,
        "Wait for the next pod, or see `kubeferry doctor`.",
    ),
    ErrorCode.TUNNEL_PORT_CLOSED: Entry(
        CLUSTER,
        "The traffic manager does not listen",
        "The traffic manager's pod runs, but its port is closed: {problem}.",
        HEALS,
        "Look at the log of its pod, or install it again with `kubeferry manager install`.",
    ),
    ErrorCode.TUNNEL_PROXY_FAILED: Entry(
        NETWORK,
        "The proxy failed",
        "The proxy does not let the tunnel through: {problem}.",
        HEALS,
        "Check proxy-url in the kubeconfig, and that the proxy allows WebSockets.",
    ),
    ErrorCode.TUNNEL_MANAGER_VERSION: Entry(
        CLUSTER,
        "The traffic manager has another version",
        "The traffic manager is of a version that this Kubeferry cannot talk to: {problem}.",
        "There is no tunnel.",
        "Install the one of this version: `kubeferry manager install`.",
    ),
    ErrorCode.TUNNEL_LEASE_REFUSED: Entry(
        CLUSTER,
        "The traffic manager gave no address",
        "The traffic manager refused an address: {problem}.",
        "There is no tunnel.",
        "Try again in a minute; if it stays, restart it with `kubectl rollout restart`.",
    ),
    ErrorCode.TUNNEL_SILENT: Entry(
        NETWORK,
        "The tunnel fell silent",
        "Nothing came through the tunnel any more: {problem}.",
        HEALS,
        "Check your network.",
    ),
    ErrorCode.TUNNEL_CLOSED: Entry(
        NETWORK,
        "The tunnel was closed",
        "The tunnel was closed from the other side: {problem}.",
        HEALS,
        "Nothing, if it is back soon; else see `kubeferry doctor`.",
    ),
    ErrorCode.TUNNEL_RELEASED: Entry(
        NETWORK,
        "The tunnel was lost for too long",
        "The tunnel was lost for {seconds} s ({problem}), and you chose to give the routes back then.",
        "The connection ended and this machine's network is as it was before; your intercepts wait for the next one.",
        "Connect again, or choose in the settings to hold the routes until the tunnel is back.",
    ),
    ErrorCode.WORKER_STOPPED: Entry(
        HELPER,
        "The tunnel process stopped",
        "The process that carries the packets stopped.",
        "The connection ended and this machine's network is as it was before.",
        "Connect again; `journalctl -u kubeferry-helper` tells why it stopped.",
    ),
    ErrorCode.PROBE_FAILED: Entry(
        NETWORK,
        "The cluster does not answer through the tunnel",
        "The tunnel is up, but a check through it failed: {problem}.",
        "Cluster addresses or names may not work.",
        "See `kubeferry doctor`; a network policy may forbid the traffic manager's packets.",
    ),
}
