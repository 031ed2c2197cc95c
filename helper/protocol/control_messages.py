"""What the helper tells its worker, over the socketpair that the worker was born with. Descriptors beside each.

The socket's end is the worker's end too: when it closes (the helper is gone), the worker exits, and with its TUN
descriptor everything that hangs on the device. The first message is `TakeDevice`; it may come long after the birth.
"""

from __future__ import annotations

import msgspec

from helper.protocol.helper_messages import Address


class TakeDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Beside it one descriptor: a TUN with vnet headers, and the offloads that it has (TUN_F_* of linux/if_tun.h).

    With `family_word` it is a utun of macOS, which has the address family in front of packets instead.
    """

    offload: int
    family_word: bool = False


class AttachApp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Beside it one descriptor: a stream socket to an app. It replaces the app that was attached before."""


class ListenDns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Beside it two descriptors: a bound UDP socket and a listening TCP socket, port 53 of `address`."""

    address: Address


Control = TakeDevice | AttachApp | ListenDns
