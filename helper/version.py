"""The version of everything in this repository. The only place that says it."""

VERSION = "0.1.0"
