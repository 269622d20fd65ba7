"""Training and judging: Q-learning, DQN, export to signed bundles, the demo and its report."""
