"""``hvac-rl bench adapters``: our adapters beside the bare libraries they stand on."""
