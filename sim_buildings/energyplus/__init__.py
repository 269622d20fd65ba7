"""EnergyPlus 25.2 as a plant: the user's own model behind the same points as our simulator.

Optional: everything here works on the package ``pyenergyplus`` of the engine's makers, which brings
the engine, the DOE reference models and weather files.
"""
