"""Other people's figures to hold the simulator against: EnergyPlus, BESTEST, Guideline 14."""
