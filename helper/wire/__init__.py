"""What travels between worker and manager inside the tunnel. Sans-I/O; a leaf: imports nothing of the project."""
