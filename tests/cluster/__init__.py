"""A real Kubernetes for the tests: upstream's programs, each node a set of namespaces on this machine.

`python -m tests.cluster up` starts one, `down` takes it away, `check` tries everything that the tests rely on. Its
programs are built once from the Go module in `go/`, or found (see binaries.py), and kept outside the checkout. Product
code imports nothing of this.
"""
