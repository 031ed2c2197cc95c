"""KubeVPN 2.11.6 as shipped, measured once on the same cluster kit (Kubernetes 1.37.2, one node, two cores).

The yardstick of issue 3: constants, not figures of this run. Medians; the laptop in a network namespace of its own.
"""

from __future__ import annotations

TCP_UP_MBIT = 146.0
TCP_DOWN_MBIT = 136.0
TCP_UP_8_MBIT = 175.0
TCP_DOWN_8_MBIT = 134.0
UDP_LOST_PERCENT = "26-41"
HTTP_KEEPALIVE_P50_MS = 1.39
HTTP_KEEPALIVE_P99_MS = 4.1
HTTP_NEW_P50_MS = 3.9
HTTP_NEW_P99_MS = 11.4
WRK_REQUESTS_S = 2700.0
CONNECT_COLD_S = {"short": 0.70, "full": 0.66}
CONNECT_WARM_S = {"short": 0.70, "full": 0.43}
CONNECT_ANEW_S = "4.4-7.5"
DISCONNECT_S = 5.1
LAPTOP_MB = 176.0
MANAGER_MB = 243.0
STALLED_DOWNLOADS = "2 of 11 stalled"
IDLE_CONNECTION = "remade every 180 s"
CPU_LAPTOP = {"up": 15.0, "down": 20.0}
CPU_MANAGER = {"up": 36.0, "down": 37.0}
CPU_MACHINE = {"up": 91.0, "down": 100.0}
"""Seconds of CPU per gigabyte."""

SMALLEST_GAIN = 8.0
"""Ours must be so many times faster with one TCP flow."""
