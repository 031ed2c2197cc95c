"""The manager's nftables: what laptops send leaves with the pod's own address, and answers find their way back.

One table of our own, replaced as a whole in one transaction; a pod's network namespace ends with the pod, so nothing
is ever left. The rules are text that we alone write.
"""

from __future__ import annotations

import ipaddress

TABLE = "kubeferry"


def render(
    subnet4: ipaddress.IPv4Network,
    subnet6: ipaddress.IPv6Network | None,
    relayed6: dict[ipaddress.IPv6Address, str],
) -> str:
    """Returns the whole table as nft(8) reads it.

    `relayed6` maps laptops to their devices where the kernel may not forward IPv6: answers to them, translated back
    already (after priority -100, before routing), are sent into the device by `dup` and the original is dropped.
    What laptops send there is the pod's own output: the rules of `forward` and `input` have their twins in `output`.
    """
    lines = _masquerade("ip", subnet4)
    if subnet6 is not None:
        lines += _masquerade("ip6", subnet6)
    lines += [
        f"table inet {TABLE}",
        f"delete table inet {TABLE}",
        f"table inet {TABLE} {{",
        "  chain forward {",
        "    type filter hook forward priority filter; policy accept;",
        # Laptops do not see each other.
        '    iifname "kubeferry*" oifname "kubeferry*" drop',
        '    iifname "kubeferry*" accept',
        "    ct state established,related accept",
        # Nothing but answers comes from the cluster to a laptop.
        '    oifname "kubeferry*" drop',
        "  }",
        "  chain input {",
        "    type filter hook input priority filter; policy accept;",
        # A laptop has no business with the pod itself but ping: the manager's port is on the loopback.
        '    iifname "kubeferry*" meta l4proto != { icmp, icmpv6 } reject',
    ]
    if subnet6 is not None:
        lines += [
            "  }",
            "  chain output {",
            "    type filter hook output priority filter; policy accept;",
            f'    oifname "lo" ip6 saddr {subnet6} meta l4proto != icmpv6 reject',
            f'    oifname "kubeferry*" ip6 saddr {subnet6} ip6 saddr != {subnet6[1]} drop',
        ]
    lines += ["  }", "}"]
    if relayed6:
        lines += [
            f"table ip6 {TABLE}6",
            f"delete table ip6 {TABLE}6",
            f"table ip6 {TABLE}6 {{",
            "  chain prerouting {",
            "    type filter hook prerouting priority -90; policy accept;",
        ]
        lines += [
            f'    ip6 daddr {address} ct state established,related dup to {address} device "{device}" drop'
            for address, device in relayed6.items()
        ]
        lines += ["  }", "}"]
    return "\n".join(lines) + "\n"


def _masquerade(family: str, subnet: ipaddress.IPv4Network | ipaddress.IPv6Network) -> list[str]:
    """A table a family: translation in `inet` tables needs Linux 5.2, and old nodes have less."""
    return [
        f"table {family} {TABLE}",
        f"delete table {family} {TABLE}",
        f"table {family} {TABLE} {{",
        "  chain postrouting {",
        "    type nat hook postrouting priority 100; policy accept;",
        f"    {family} saddr {subnet} {family} daddr != {subnet} masquerade",
        "  }",
        "}",
    ]
