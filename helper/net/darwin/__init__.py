"""macOS: utun, route messages and /etc/resolver behind the same interfaces as on Linux.

Every module can be imported on any system, because constants are written out here with the header of XNU that they
are from (github.com/apple-oss-distributions/xnu); what asks the kernel is behind `system_calls.SystemCalls`.
"""
