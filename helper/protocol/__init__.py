"""Messages between app, helper and worker. A leaf: imports nothing of the project."""
