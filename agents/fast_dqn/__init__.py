"""Our fast DQN: a Q-network over modes, fitted to values that the simulator measured.

``branches`` measures what each mode of a zone is worth from a state that the policy visits,
``actors`` visits states, ``network`` is the Q-network, ``learner`` fits it, ``train`` runs it all.
"""
