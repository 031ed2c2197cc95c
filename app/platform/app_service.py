"""macOS: the helper as a daemon of launchd that lies in the application's bundle, registered by SMAppService.

ServiceManagement's SMAppService (macOS 13): the daemon's property list is in Contents/Library/LaunchDaemons of the
bundle, and nothing is copied to the system. Registering asks the user to allow it in the system settings; until then
its status is "requires approval". Asked through the Objective-C runtime (objc/message.h, objc/runtime.h), for the few
calls here need no bridge of 10 MiB. Only a program of the bundle itself may register.
"""

from __future__ import annotations

import ctypes
import enum
from typing import Any, Protocol

DAEMON_PLIST = "io.kubeferry.helper.plist"
"""In packaging/macos; its label is the same without the ending."""

_FRAMEWORK = "/System/Library/Frameworks/ServiceManagement.framework/ServiceManagement"
_OBJC = "/usr/lib/libobjc.dylib"


class ServiceStatus(enum.IntEnum):
    """SMAppServiceStatus of ServiceManagement/SMAppService.h."""

    NOT_REGISTERED = 0
    ENABLED = 1
    REQUIRES_APPROVAL = 2
    NOT_FOUND = 3


class ServiceFailed(Exception):
    """The system refused. The text is the system's, for details."""


class AppService(Protocol):
    """Blocking. Raises ServiceFailed."""

    def status(self) -> ServiceStatus: ...

    def register(self) -> None:
        """Again for one that is registered brings it up to date with the bundle."""

    def unregister(self) -> None: ...

    def open_settings(self) -> None:
        """The page of the system settings on which it is allowed."""


class BundledDaemon:
    """The real one, on macOS."""

    def __init__(self, plist: str = DAEMON_PLIST) -> None:
        try:
            self._objc = ctypes.CDLL(_OBJC)
            ctypes.CDLL(_FRAMEWORK)
        except OSError as error:
            raise ServiceFailed(str(error)) from error
        self._objc.objc_getClass.restype = ctypes.c_void_p
        self._objc.objc_getClass.argtypes = (ctypes.c_char_p,)
        self._objc.sel_registerName.restype = ctypes.c_void_p
        self._objc.sel_registerName.argtypes = (ctypes.c_char_p,)
        self._class = self._objc.objc_getClass(b"SMAppService")
        if not self._class:
            raise ServiceFailed("macOS 13 or later is needed")
        self._service = self._send(
            self._class, "daemonServiceWithPlistName:", ctypes.c_void_p, (ctypes.c_void_p, self._text(plist))
        )

    def status(self) -> ServiceStatus:
        return ServiceStatus(self._send(self._service, "status", ctypes.c_long))

    def register(self) -> None:
        self._act("registerAndReturnError:")

    def unregister(self) -> None:
        self._act("unregisterAndReturnError:")

    def open_settings(self) -> None:
        self._send(self._class, "openSystemSettingsLoginItems", None)

    def _act(self, selector: str) -> None:
        error = ctypes.c_void_p()
        done = self._send(self._service, selector, ctypes.c_bool, (ctypes.c_void_p, ctypes.byref(error)))
        if not done:
            raise ServiceFailed(self._words(error.value))

    def _words(self, error: int | None) -> str:
        if not error:
            return "no reason was given"
        text = self._send(error, "localizedDescription", ctypes.c_void_p)
        raw = self._send(text, "UTF8String", ctypes.c_char_p) if text else None
        return raw.decode(errors="replace") if raw else "no reason was given"

    def _text(self, words: str) -> Any:
        string = self._objc.objc_getClass(b"NSString")
        return self._send(string, "stringWithUTF8String:", ctypes.c_void_p, (ctypes.c_char_p, words.encode()))

    def _send(self, target: Any, selector: str, result: Any, *arguments: tuple[Any, Any]) -> Any:
        """objc_msgSend must be called with the types of the method it stands for (arm64 passes them differently)."""
        kinds = (ctypes.c_void_p, ctypes.c_void_p, *(kind for kind, _ in arguments))
        call = ctypes.CFUNCTYPE(result, *kinds)(("objc_msgSend", self._objc))
        return call(target, self._objc.sel_registerName(selector.encode()), *(value for _, value in arguments))
