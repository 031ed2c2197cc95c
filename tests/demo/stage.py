"""What the tour plays on: a cluster with the bookshop in it, and a laptop with the helper, outside of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.demo import shop_objects
from tests.demo.demo_cluster import close_demo_cluster, open_demo_cluster
from tests.demo.shop_objects import BOOKSHOP
from tests.demo.supervisor import kill_descendants
from tests.lab import snapshot
from tests.lab.cluster import Cluster
from tests.lab.kubeconfig import for_user
from tests.lab.lab import Lab
from tests.lab.laptop import DEV, Laptop
from tests.lab.processes import ROOT, wait_until

IMAGES = tuple(ROOT / "build" / "image" / f"{name}.tar" for name in ("manager", "sidecar"))
_READY_S = 120.0
_AS_BEFORE_S = 5.0

Say = Callable[[str], None]


class Stage:
    """`reachable`: what else of the machine the laptop's users must see. `strike` takes everything away."""

    def __init__(self, say: Say, *, reachable: tuple[str, ...] = ()) -> None:
        self._say, self._reachable = say, reachable
        self._before: dict[str, Any] = {}
        self._failure: Exception | None = None

    def set_up(self) -> Laptop:
        missing = [path for path in IMAGES if not path.exists()]
        if missing:
            raise RuntimeError(f"{missing[0].relative_to(ROOT)} is not there: run `make image` first")
        self._say("A Kubernetes cluster on this machine …")
        cluster = open_demo_cluster()
        self._say("The bookshop moves in: productpage, reviews and ratings …")
        # Beside each other. What belongs to the lab is started here: it ends with the thread that has started it.
        deploying = threading.Thread(target=self._deploy, args=(cluster,), daemon=True)
        deploying.start()
        self._say("A laptop in namespaces of its own, and the helper on it …")
        laptop = self._open_laptop(cluster)
        deploying.join()
        if self._failure is not None:
            raise self._failure
        wait_until("the bookshop", lambda: shop_objects.is_ready(cluster), _READY_S, every_s=0.3)
        return laptop

    def differences(self, laptop: Laptop) -> list[str]:
        """What is not on the laptop as it was before the tour."""
        found: list[str] = []

        def same() -> bool:
            found[:] = snapshot.differences(self._before, snapshot.take(laptop))
            return not found

        with suppress(TimeoutError):
            wait_until("the laptop to be as before", same, _AS_BEFORE_S, every_s=0.2)
        return found

    def _deploy(self, cluster: Cluster) -> None:
        try:
            shop_objects.deploy(cluster)
            load = getattr(cluster, "load_image", None)
            if load is not None:
                for image in IMAGES:
                    load(image)
        except Exception as error:  # noqa: BLE001 (told by the thread that waits for this one)
            self._failure = error

    def _open_laptop(self, cluster: Cluster) -> Laptop:
        lab = Lab()
        lab.up(cluster)
        laptop = lab.add_laptop(reachable=self._reachable)
        laptop.write_file(f"{DEV.home}/.kube/config", for_user(cluster, namespace=BOOKSHOP))
        laptop.start_helper()
        self._before = snapshot.take(laptop)
        return laptop


def strike() -> list[str]:
    """Takes everything away that a stage of this name has made, whatever became of it. Returns what is left."""
    left: list[str] = []
    for step in (kill_descendants, lambda: Lab().down(), close_demo_cluster, kill_descendants):
        try:
            step()
        except Exception as error:  # noqa: BLE001 (whatever one part says, the other parts have to go too)
            left.append(str(error))
    return left
