"""Gymnasium environments: a thin shell around the simulator and the service's own functions.

Importing this package registers them, as Gymnasium 1.x expects of its extensions:
``import envs; gymnasium.make("hvac_rl/SmallOffice-v0")``.
"""

import gymnasium

for _id, _name in (
    ("SmallOffice", "small_office"),
    ("MediumOffice", "medium_office"),
    ("LargeOffice", "large_office"),
    ("Retail", "retail"),
    ("House", "house"),
):
    gymnasium.register(
        id=f"hvac_rl/{_id}-v0",
        entry_point="envs.building_env:BuildingEnv",
        vector_entry_point="envs.building_vector_env:BuildingVectorEnv",
        kwargs={"building": _name},
    )
gymnasium.register(id="hvac_rl/EnergyPlus-v0", entry_point="envs.energyplus_env:EnergyPlusEnv")
