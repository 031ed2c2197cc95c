"""The sidecar in a workload's object: put in and taken out. Pure, for the app and for a manager that clears up."""
