"""The fast simulator: physics of small commercial buildings, in plain Python and compiled."""
