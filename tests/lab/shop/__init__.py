"""What the demo application's pods, their client and the laptop's counterparts run.

Python's library and h2 (with hpack and hyperframe) are all that these modules need: pods get them in a ConfigMap, see
`tests.lab.workloads.package`. The same programs run on a laptop; every answer says who gave it.
"""
