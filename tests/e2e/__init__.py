"""The product as a user has it: its command line on a laptop of the lab, its manager in a real cluster."""
