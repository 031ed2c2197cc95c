"""The data plane: packets between a TUN device and the tunnel. Runs without privileges on the laptop."""
