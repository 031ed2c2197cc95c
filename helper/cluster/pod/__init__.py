"""A pod's own network, as manager and sidecar find and change it: `ip` and `nft`, with as few rights as can be."""
