"""The ways to the building: one kind of adapter a protocol, found by entry point.

``memory`` is the smallest complete one and the template for the next; the contract that all of
them keep is the suite in ``adapters.contract``.
"""
