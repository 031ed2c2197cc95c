"""The API server as the manager's own service account may ask it: where the installer gave it one, and not otherwise.

Blocking, a connection for each request: it is asked a few times a minute.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
from pathlib import Path
from typing import Any

ACCOUNT_DIR = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TIMEOUT_S = 15.0


class KubeApiError(Exception):
    """`status` 0: there was no answer."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(f"{status}: {problem}")
        self.status = status


class KubeApi:
    def __init__(self, host: str, port: int, account_dir: Path) -> None:
        """Raises OSError when the account's files are not there."""
        self._host, self._port = host, port
        self._token = account_dir / "token"
        self._context = ssl.create_default_context(cafile=str(account_dir / "ca.crt"))

    @classmethod
    def of_this_pod(cls) -> KubeApi:
        """Raises OSError, KeyError where this is no pod with an account."""
        return cls(os.environ["KUBERNETES_SERVICE_HOST"], int(os.environ["KUBERNETES_SERVICE_PORT"]), ACCOUNT_DIR)

    def get(self, path: str) -> Any:
        return self._ask("GET", path)

    def patch(self, path: str, operations: list[dict[str, Any]]) -> None:
        """JSON patch (RFC 6902)."""
        self._ask("PATCH", path, operations)

    def delete(self, path: str) -> None:
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """Raises KubeApiError. The token is read each time: the kubelet renews it."""
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json-patch+json"
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=_TIMEOUT_S, context=self._context)
        try:
            headers["Authorization"] = f"Bearer {self._token.read_text().strip()}"
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 300:
                raise KubeApiError(answer.status, text[:300].decode(errors="replace"))
            return json.loads(text)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise KubeApiError(0, str(error)) from error
        finally:
            connection.close()
