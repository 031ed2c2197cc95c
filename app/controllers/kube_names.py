"""Opens a context of the user's kubeconfig to ask what addresses are called."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.kube.addresses import Addresses


class KubeNames:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    @asynccontextmanager
    async def open(self, context: str, namespace: str | None) -> AsyncIterator[Addresses]:
        """Raises KubeferryError. What talks to Kubernetes is imported beside the event loop."""
        await asyncio.to_thread(importlib.import_module, "app.kube.addresses")
        from app.kube.addresses import Addresses
        from app.kube.api import ApiClient
        from app.kube.contexts import load_kubeconfig
        from app.kube.credentials import Login

        kubeconfig = await asyncio.to_thread(load_kubeconfig, self._environ)
        async with ApiClient(Login(kubeconfig.select(context), self._environ)) as api:
            yield Addresses(api, namespace)
