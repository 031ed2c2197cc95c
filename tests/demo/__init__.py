"""`make demo`: a guided tour on a cluster and a laptop of its own, in a window or as a story in the terminal."""
