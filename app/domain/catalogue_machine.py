"""What can be in the way on this machine: helper, routes, resolver, session, options."""

from __future__ import annotations

from app.domain.catalogue_entry import BUG, CLUSTER, HELPER, NETWORK, NOTHING, UNDONE, USER, Entry
from app.domain.errors import ErrorCode

MACHINE_ENTRIES: dict[ErrorCode, Entry] = {
    ErrorCode.HELPER_NOT_RUNNING: Entry(
        HELPER,
        "The helper is not running",
        "Kubeferry's helper service does not answer at {socket}.",
        "Without it no network device can be made.",
        "Start it: `sudo systemctl start kubeferry-helper`. "
        "If it was never installed: the window's first page does that.",
    ),
    ErrorCode.HELPER_NOT_ALLOWED: Entry(
        HELPER,
        "You may not use the helper",
        "User {user} is not allowed to use Kubeferry's helper service.",
        NOTHING,
        "Have an administrator run `sudo usermod -aG kubeferry {user}`, then log in again.",
    ),
    ErrorCode.HELPER_VERSION: Entry(
        HELPER,
        "The helper has another version",
        "Kubeferry's helper service and this program are of different versions: {problem}.",
        NOTHING,
        "Restart it after the update: `sudo systemctl restart kubeferry-helper`.",
    ),
    ErrorCode.HELPER_FAILED: Entry(
        HELPER,
        "The helper could not do it",
        "Kubeferry's helper service could not change this machine's network: {problem}.",
        UNDONE,
        "See why with `journalctl -u kubeferry-helper`.",
    ),
    ErrorCode.HELPER_STOPPED: Entry(
        HELPER,
        "The helper stopped",
        "Kubeferry's helper service stopped while it was in use.",
        "The connection ended and this machine's network is as it was before.",
        "Connect again when it is back: `systemctl status kubeferry-helper`.",
    ),
    ErrorCode.SUBNET_OVERLAP: Entry(
        NETWORK,
        "Cluster and local network overlap",
        "The cluster's subnets overlap with networks of this machine: {overlaps}.",
        NOTHING,
        "Keep the local networks with --on-overlap exclude (cluster addresses in them stay out of reach).",
    ),
    ErrorCode.ROUTE_CONFLICT: Entry(
        NETWORK,
        "A route is already taken",
        "A route that the cluster needs is already taken: {problem}.",
        UNDONE,
        "Disconnect what holds it, or leave the range out with --exclude.",
    ),
    ErrorCode.RESOLVER_FAILED: Entry(
        HELPER,
        "Name resolution could not be set up",
        "This machine's resolver did not take the cluster's names: {problem}.",
        UNDONE,
        "See what manages names here with `kubeferry doctor`.",
    ),
    ErrorCode.TIMED_OUT: Entry(
        CLUSTER,
        "It took too long",
        "Gave up after {seconds} s of waiting for {waiting_for}.",
        UNDONE,
        "Try again, or see `kubeferry doctor`.",
    ),
    ErrorCode.NOT_CONNECTED: Entry(
        USER,
        "Not connected",
        "There is no connection.",
        NOTHING,
        "Connect with `kubeferry connect`.",
    ),
    ErrorCode.NOT_INTERCEPTED: Entry(
        USER,
        "Nothing of yours is there",
        "You have no intercept on {workload}.",
        NOTHING,
        "See what there is with `kubeferry status`.",
    ),
    ErrorCode.TICKET_MISSING: Entry(
        CLUSTER,
        "The traffic manager lets no sidecar in",
        "The traffic manager in namespace {namespace} gave no ticket for a sidecar.",
        "The workload was not changed.",
        "If it was installed by an older Kubeferry, it has no keys: install it again with `kubeferry manager install`.",
    ),
    ErrorCode.RESTORE_FAILED: Entry(
        CLUSTER,
        "A workload could not be restored",
        "What was done to {workload} could not be undone: {problem}.",
        "It still has its sidecar, which lets everything go its normal way.",
        "Take it away with `kubeferry repair`.",
    ),
    ErrorCode.CONFIRMATION_MISSING: Entry(
        USER,
        "It has to be confirmed",
        "{workload} was not touched: {problem}.",
        NOTHING,
        "Run it again in a terminal and answer, or give --yes.",
    ),
    ErrorCode.SESSION_FAILED: Entry(
        BUG,
        "The session process failed",
        "Kubeferry's background process does not answer: {problem}.",
        "The connection, if there was one, ends within seconds.",
        "Try again; its log is session.log in Kubeferry's state directory.",
    ),
    ErrorCode.SESSION_VERSION: Entry(
        USER,
        "An older Kubeferry is still running",
        "Kubeferry's background process is of another version than this program.",
        NOTHING,
        "Disconnect and quit the window that runs the other version, then try again.",
    ),
    ErrorCode.INVALID_OPTION: Entry(
        USER,
        "An option cannot be used",
        "{option}: {problem}.",
        NOTHING,
        "The command's --help has examples.",
    ),
    ErrorCode.CANCELLED: Entry(
        USER,
        "Cancelled",
        "It was cancelled before it was done.",
        "What had been set up was undone.",
        "Try again when you like.",
    ),
    ErrorCode.INTERNAL: Entry(
        BUG,
        "A fault in Kubeferry",
        "Kubeferry made a mistake: {problem}.",
        UNDONE,
        "Please report it, with session.log of Kubeferry's state directory.",
    ),
}
