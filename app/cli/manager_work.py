"""What the `manager` commands do in the cluster. Apart from them because app.kube takes a while to import."""

from __future__ import annotations

from app.kube.api import ApiClient
from app.kube.contexts import load_kubeconfig
from app.kube.credentials import Login
from app.kube.discovery import discover_subnets
from app.kube.manager_install import install_manager
from app.kube.manager_manifest import Keys, ManagerSpec, manifest_text
from app.kube.manager_pods import ManagerPod
from app.kube.manager_uninstall import Uninstalled, uninstall_manager
from app.kube.preflight import check_install
from app.kube.user_rights import UserRights
from app.session.cluster_link import environment, install_reporter
from app.session.ports import Report


async def install_manager_of(
    context: str | None, kubeconfig: str | None, namespace: str, image: str, reap_after_s: int | None, report: Report
) -> ManagerPod:
    async with _api(context, kubeconfig) as api:
        (await check_install(api, namespace)).require()
        subnets = await discover_subnets(api, namespace)
        spec = ManagerSpec(namespace=namespace, image=image, ipv6=subnets.has_ipv6, reap_after_s=reap_after_s)
        return (await install_manager(api, spec, install_reporter(report))).pod


async def uninstall_manager_of(
    context: str | None, kubeconfig: str | None, namespace: str, report: Report
) -> Uninstalled:
    async with _api(context, kubeconfig) as api:
        return await uninstall_manager(api, namespace, install_reporter(report))


def manifest_of(
    namespace: str,
    image: str,
    reap_after_s: int | None,
    *,
    pull_secret: str | None = None,
    with_keys: str = Keys.WITH.value,
    groups: tuple[str, ...] = (),
    intercept_namespaces: tuple[str, ...] = (),
) -> str:
    """`groups` empty: no roles for users either."""
    spec = ManagerSpec(namespace=namespace, image=image, reap_after_s=reap_after_s, pull_secret=pull_secret)
    rights = UserRights(groups, intercept_namespaces) if groups else None
    return manifest_text(spec, with_keys=Keys(with_keys), rights=rights)


def _api(context: str | None, kubeconfig: str | None) -> ApiClient:
    environ = environment(kubeconfig)
    return ApiClient(Login(load_kubeconfig(environ).select(context), environ))
