"""Who beats whom, by how much, on years that nothing was chosen on.

``cell`` runs one building in one climate under one tariff, ``compare`` makes the columns,
``table`` and ``page`` show them, ``run`` goes from cell to cell.
"""
