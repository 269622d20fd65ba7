"""One control cycle and what it is made of: facts, base rule, encoding, policy, KPIs."""
