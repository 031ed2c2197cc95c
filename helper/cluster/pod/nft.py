"""nftables by `nft -f -`: a text is one transaction, taken whole or not at all. The text is always our own."""

from __future__ import annotations

import asyncio
import subprocess

_NFT = "/usr/sbin/nft"
_TIMEOUT_S = 10.0


class FirewallError(Exception):
    """nft did not take the rules."""


def apply(ruleset: str) -> None:
    """Raises FirewallError with nft's own words."""
    try:
        done = subprocess.run(  # noqa: S603 - a constant command
            [_NFT, "-f", "-"], input=ruleset, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FirewallError(str(error)) from error
    if done.returncode:
        raise FirewallError(done.stderr.strip())


async def apply_async(ruleset: str) -> None:
    """The same without stopping packets meanwhile. When cancelled, the transaction may still happen."""
    process = await asyncio.create_subprocess_exec(
        *(_NFT, "-f", "-"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            _, said = await process.communicate(ruleset.encode())
    except TimeoutError as error:
        process.kill()
        raise FirewallError(f"nft did not end within {_TIMEOUT_S:.0f} s") from error
    if process.returncode:
        raise FirewallError(said.decode(errors="replace").strip())
