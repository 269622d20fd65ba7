"""The policy bundles that the repository keeps; `make policies` makes them anew."""
