"""The layer that permits: small pure rules, gates, and the only maker of commands.

Standard library alone; it knows nothing of the agents whose wishes it narrows.
"""
