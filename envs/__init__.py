"""Gymnasium environments: a thin shell around the simulator and the service's own functions.

Importing this package registers them, as Gymnasium 1.x expects of its extensions:
``import envs; gymnasium.make("hvac_rl/SmallOffice-v0")``.
"""

import gymnasium

gymnasium.register(id="hvac_rl/SmallOffice-v0", entry_point="envs.building_env:BuildingEnv")
gymnasium.register(id="hvac_rl/EnergyPlus-v0", entry_point="envs.energyplus_env:EnergyPlusEnv")
