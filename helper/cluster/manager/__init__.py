"""The traffic manager: one pod that laptops' tunnels end in, and that reaches pods and services for them."""
