"""What can be in the way in the cluster: the manager, its pods, workloads and their intercepts."""

from __future__ import annotations

from app.domain.catalogue_entry import CLUSTER, NOTHING, POD_UNDONE, UNDONE, USER, Entry
from app.domain.errors import ErrorCode

CLUSTER_ENTRIES: dict[ErrorCode, Entry] = {
    ErrorCode.MANAGER_MISSING: Entry(
        CLUSTER,
        "There is no traffic manager",
        "Namespace {namespace} has no traffic manager.",
        "Without it nothing carries packets in the cluster.",
        "Install it with `kubeferry manager install`, or connect again: connecting installs it.",
    ),
    ErrorCode.MANAGER_STUCK: Entry(
        CLUSTER,
        "The traffic manager does not start",
        "The traffic manager in namespace {namespace} does not become ready: {problem}.",
        "Without it nothing carries packets in the cluster.",
        "Look at its pod: `kubectl -n {namespace} describe deployment,pod -l app.kubernetes.io/name=kubeferry`.",
    ),
    ErrorCode.MANAGER_VERSION: Entry(
        CLUSTER,
        "The traffic manager has another version",
        "The traffic manager in namespace {namespace} is of a version that this Kubeferry cannot talk to.",
        UNDONE,
        "Install the one of this version: `kubeferry manager install`.",
    ),
    ErrorCode.IMAGE_PULL_FAILED: Entry(
        CLUSTER,
        "An image cannot be pulled",
        "The node cannot pull the image {image}: {problem}.",
        POD_UNDONE,
        "See whether the cluster can reach its registry. Other images of Kubeferry's own: "
        "`kubeferry connect --image` for the traffic manager's, --sidecar-image for the sidecar's.",
    ),
    ErrorCode.POD_SECURITY_FORBIDS: Entry(
        CLUSTER,
        "Pod Security forbids the pod",
        "The rules of namespace {namespace} forbid a pod that Kubeferry needs there: {problem}.",
        POD_UNDONE,
        "It needs NET_ADMIN and MKNOD. An administrator can allow them with `kubectl label --overwrite namespace "
        "{namespace} pod-security.kubernetes.io/enforce=privileged`, or by an exemption; or use another namespace.",
    ),
    ErrorCode.QUOTA_EXCEEDED: Entry(
        CLUSTER,
        "The namespace's quota is used up",
        "The quota of namespace {namespace} leaves no room for a pod that Kubeferry needs there: {problem}.",
        POD_UNDONE,
        "Have the quota raised, or make room: `kubectl -n {namespace} describe quota`.",
    ),
    ErrorCode.UNSCHEDULABLE: Entry(
        CLUSTER,
        "No node takes the pod",
        "No node can run a pod of namespace {namespace}: {problem}.",
        POD_UNDONE,
        "Make room on a node, or see why with `kubectl -n {namespace} get events`.",
    ),
    ErrorCode.WORKLOAD_MISSING: Entry(
        USER,
        "No such workload",
        "Namespace {namespace} has no {workload}.",
        NOTHING,
        "See what there is with `kubectl -n {namespace} get deploy,sts,ds,rs,pod`, or name another with -n.",
    ),
    ErrorCode.WORKLOAD_UNSUITABLE: Entry(
        USER,
        "This workload cannot be used",
        "{workload} cannot be intercepted: {problem}.",
        NOTHING,
        "Choose another workload.",
    ),
    ErrorCode.WORKLOAD_BUSY: Entry(
        CLUSTER,
        "The workload changes all the time",
        "{workload} was changed by somebody else each time Kubeferry was about to change it.",
        "It is as the others left it.",
        "Try again; if it stays, see who changes it with `kubectl get --show-managed-fields`.",
    ),
    ErrorCode.INTERCEPT_TAKEN: Entry(
        USER,
        "Somebody else has it",
        "{workload} is taken by {owner} since {since}: {rule}.",
        NOTHING,
        "Ask them, choose another rule, or take it from them with --take-over: they are told.",
    ),
    ErrorCode.SIDECAR_STUCK: Entry(
        CLUSTER,
        "The pods do not come up with the sidecar",
        "The pods of {workload} do not become ready: {problem}.",
        "What was changed is taken back.",
        "Look at its pods: `kubectl -n {namespace} describe {workload}` and `kubectl -n {namespace} get events`.",
    ),
    ErrorCode.CLAIMS_UNREADABLE: Entry(
        CLUSTER,
        "The workload's intercepts cannot be read",
        "What {workload} says about its intercepts cannot be read: {problem}.",
        "It was not changed.",
        "Clear it with `kubeferry repair -n {namespace}`: the workload is restored, and everybody starts anew.",
    ),
    ErrorCode.INTERCEPTS_TOO_MANY: Entry(
        USER,
        "Too many intercepts",
        "You have {limit} intercepts, and no more are possible.",
        NOTHING,
        "Leave some with `kubeferry leave`.",
    ),
}
