"""Reinforcement-learning building control: the service that runs a real building."""

__version__ = "0.1.0"
