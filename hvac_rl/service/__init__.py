"""The daemon and what it stands on: site file, clock, store, ledger, plugins."""
