"""What every adapter owes the service, as tests that anybody can run over an adapter of theirs.

Write a ``Rig`` (``adapters.contract.rig``): a simulated device of your protocol on a real socket,
with handles to play its ills. Then, in a test file of your own, with pytest and pytest-asyncio:

    from adapters.contract import AdapterContract, ParsingContract

    class TestMyAdapter(AdapterContract):
        rig_type = MyRig

    class TestMyRows(ParsingContract):
        rig_type = MyRig

``docs/adapter_template`` is a complete package of that kind. The daemon never imports this.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "adapters.contract.parsing",
    "adapters.contract.reading",
    "adapters.contract.silence",
    "adapters.contract.writing",
)

from adapters.contract.parsing import ParsingContract  # noqa: E402
from adapters.contract.reading import ReadingContract  # noqa: E402
from adapters.contract.rig import Rig, Site, close_site, open_site  # noqa: E402
from adapters.contract.silence import SilenceContract  # noqa: E402
from adapters.contract.writing import WritingContract  # noqa: E402

__all__ = ["AdapterContract", "ParsingContract", "Rig", "Site", "close_site", "open_site"]


class AdapterContract(ReadingContract, WritingContract, SilenceContract):
    """The whole contract over one rig."""
