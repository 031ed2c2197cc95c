"""For the app: calls to the helper daemon, and the channel to a tunnel worker."""

from helper.client.helper_client import (
    HeldConnection,
    HelperClient,
    HelperRefused,
    HelperUnavailable,
)
from helper.client.worker_channel import WorkerChannel
from helper.protocol.framing import ProtocolError
from helper.protocol.knock import helper_socket_path
from helper.protocol.message_socket import ChannelClosed

__all__ = [
    "ChannelClosed",
    "HeldConnection",
    "HelperClient",
    "HelperRefused",
    "HelperUnavailable",
    "ProtocolError",
    "WorkerChannel",
    "helper_socket_path",
]
