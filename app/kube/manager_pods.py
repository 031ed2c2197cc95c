"""Which pod is the traffic manager: found by its labels, chosen by how soon it can answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient
from app.kube.api_errors import ApiError
from app.kube.list_watch import Deleted, Listed, Upserted, list_and_watch
from app.kube.objects import ContainerStatus, Pod
from app.kube.task_group import task_group
from helper.cluster.api import DEFAULT_MANAGER_NAMESPACE, MANAGER_LABELS, MANAGER_NAME, MANAGER_PORT
from helper.protocol.worker_messages import Endpoint

MANAGER_SELECTOR = ",".join(f"{key}={value}" for key, value in MANAGER_LABELS.items())


@dataclass(frozen=True)
class ManagerPod:
    """`ready` by its own probe; a running one that is not ready yet may still answer a port-forward."""

    namespace: str
    name: str
    uid: str
    image: str
    ready: bool
    created: str


@dataclass(frozen=True)
class Manager:
    """An installed manager. `pod` None: installed, but no pod of it runs now."""

    namespace: str
    pod: ManagerPod | None


def manager_namespaces(chosen: str | None, workload_namespace: str) -> tuple[str, ...]:
    """Where to look, in order, each once."""
    return tuple(dict.fromkeys(name for name in (chosen, workload_namespace, DEFAULT_MANAGER_NAMESPACE) if name))


def pick_pod(pods: Iterable[Pod]) -> ManagerPod | None:
    """The newest ready one, else the newest running one; never one that is being deleted."""
    usable = [_manager_pod(pod) for pod in pods if _runs(pod)]
    return max(usable, key=lambda pod: (pod.ready, pod.created, pod.name), default=None)


async def find_manager(api: ApiClient, namespaces: Sequence[str]) -> Manager | None:
    """The first namespace that has one. Raises API_FORBIDDEN when pods can be listed in none of them."""
    async with task_group() as group:
        looks = [group.create_task(_look(api, namespace)) for namespace in namespaces]
    results = [look.result() for look in looks]
    found = [result for result in results if isinstance(result, Manager)]
    if found:
        return next((manager for manager in found if manager.pod is not None), found[0])
    refused = [result for result in results if isinstance(result, KubeferryError)]
    if refused and len(refused) == len(results):
        raise refused[0]
    return None


async def find_endpoint(api: ApiClient, namespace: str) -> Endpoint | None:
    """For the pod that can answer now; None when there is none. One request."""
    pod = pick_pod(await manager_pods(api, namespace))
    return None if pod is None else await endpoint_of(api, pod)


async def wait_for_endpoint(api: ApiClient, namespace: str, *, besides: frozenset[str] = frozenset()) -> Endpoint:
    """The next pod that can answer, by a watch. `besides`: names of pods known not to. The caller has the deadline."""
    path, query = _pods_path(namespace), {"labelSelector": MANAGER_SELECTOR}
    known: dict[str, Pod] = {}
    async with aclosing(list_and_watch(api, path, Pod, query=query)) as changes:
        async for change in changes:
            if isinstance(change, Listed):
                known = {pod.metadata.uid: pod for pod in change.items}
            elif isinstance(change, Upserted):
                known[change.item.metadata.uid] = change.item
            elif isinstance(change, Deleted):
                known.pop(change.item.metadata.uid, None)
            pod = pick_pod(pod for pod in known.values() if pod.metadata.name not in besides)
            if pod is not None:
                return await endpoint_of(api, pod)
    raise KubeferryError(ErrorCode.MANAGER_MISSING, namespace=namespace)


async def endpoint_of(api: ApiClient, pod: ManagerPod) -> Endpoint:
    """With credentials that are valid now."""
    access = await api.login.access()
    return access.endpoint(pod.namespace, pod.name, MANAGER_PORT)


async def manager_pods(api: ApiClient, namespace: str) -> list[Pod]:
    pods, _ = await api.list_all(_pods_path(namespace), type=Pod, query={"labelSelector": MANAGER_SELECTOR})
    return pods


async def _look(api: ApiClient, namespace: str) -> Manager | KubeferryError | None:
    try:
        pods = await manager_pods(api, namespace)
    except ApiError as error:
        if error.code is ErrorCode.API_FORBIDDEN:
            return error
        raise
    pod = pick_pod(pods)
    if pod is not None:
        return Manager(namespace, pod)
    # Pods that are only ending tell of a manager that was: one that is to be waited for has others, or a Deployment.
    starting = any(one.metadata.deletion_timestamp is None for one in pods)
    return Manager(namespace, None) if starting or await _is_installed(api, namespace) else None


async def _is_installed(api: ApiClient, namespace: str) -> bool:
    try:
        await api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{MANAGER_NAME}")
    except ApiError as error:
        if error.not_found or error.code is ErrorCode.API_FORBIDDEN:
            return False
        raise
    return True


def _pods_path(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/pods"


def _runs(pod: Pod) -> bool:
    status = manager_container(pod)
    return (
        pod.metadata.deletion_timestamp is None
        and pod.status.phase == "Running"
        and status is not None
        and status.state.running is not None
    )


def manager_container(pod: Pod) -> ContainerStatus | None:
    """Service meshes put containers of their own beside ours, in spite of the annotations against it."""
    statuses = pod.status.container_statuses or []
    return next((status for status in statuses if status.name == "manager"), statuses[0] if statuses else None)


def _manager_pod(pod: Pod) -> ManagerPod:
    status = manager_container(pod)
    meta = pod.metadata
    image = next((container.image for container in pod.spec.containers or () if container.name == "manager"), "")
    ready = status is not None and status.ready
    return ManagerPod(meta.namespace, meta.name, meta.uid, image, ready, meta.creation_timestamp)
