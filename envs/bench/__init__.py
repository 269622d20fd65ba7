"""How fast the simulator is: measured on the machine at hand, and held against it."""
