"""Laptops and a cluster on one machine, as namespaces. `python -m tests.lab` shows what it can do.

    laptop (netns, mounts, pids of its own) ── router ──┬── internet: a public DNS server and a web site
    laptop2 ────────────────────────────────────┘       └── the cluster's API server, and nothing else of it

Everything is reached as from a real laptop: the default route goes to the router, which lets packets through to the
internet and to the API server's port only. The machine's own network and files are not touched.
"""
