"""Room on the wire: nobody asks more than the device, the network and the site can carry."""

from __future__ import annotations

import asyncio

import pytest

from adapters.limits import Lane, Limit, Route, Traffic, TrafficLimits, parse_limits
from adapters.parsing import Row


class Load:
    """Counts who is inside at once, and in which order they came in."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.order: list[str] = []

    async def ask(self, route: Route, name: str = "", *, urgent: bool = False) -> None:
        async with route.turn(urgent=urgent):
            self.order.append(name)
            self.inside += 1
            self.most = max(self.most, self.inside)
            await asyncio.sleep(0)
            self.inside -= 1


async def test_a_lane_lets_only_so_many_in() -> None:
    load, route = Load(), Route([Lane(Limit(3))])
    await asyncio.gather(*(load.ask(route) for _ in range(20)))
    assert (load.most, route.lanes[0].inside) == (3, 0)


async def test_devices_of_one_network_share_its_room() -> None:
    load, traffic = Load(), Traffic(TrafficLimits(device=Limit(2), network=Limit(3)))
    trunk = [traffic.route("trunk 5") for _ in range(10)]
    await asyncio.gather(*(load.ask(route) for route in trunk for _ in range(4)))
    assert load.most == 3
    lan = [traffic.route() for _ in range(4)]
    await asyncio.gather(*(load.ask(route) for route in lan for _ in range(4)))
    assert load.most == 8


async def test_everybody_shares_one_lane() -> None:
    everybody = Lane(Limit(5))
    kinds = [Traffic(everybody=everybody), Traffic(everybody=everybody)]
    load = Load()
    routes = [kind.route() for kind in kinds for _ in range(10)]
    await asyncio.gather(*(load.ask(route) for route in routes))
    assert (load.most, everybody.inside) == (5, 0)


async def test_the_urgent_overtake_the_patient() -> None:
    load, route = Load(), Route([Lane(Limit(1))])
    await asyncio.gather(
        *(load.ask(route, f"read {n}") for n in range(3)), load.ask(route, "beat", urgent=True)
    )
    assert load.order == ["read 0", "beat", "read 1", "read 2"]


async def test_who_gives_up_waiting_blocks_nobody() -> None:
    lane = Lane(Limit(1))
    route = Route([lane])
    await lane.enter(1)
    waiting = [asyncio.ensure_future(Load().ask(route)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    lane.leave()
    # The place was already handed to the second when it is cancelled: the third must get it.
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert not waiting[2].cancelled()
    assert lane.inside == 0


async def test_points_keep_to_their_rate() -> None:
    lane = Lane(Limit(4, points_per_s=1000.0))
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    await asyncio.gather(*(_ask(Route([lane]), points=20) for _ in range(6)))
    # The first goes at once; the last may go when 100 points have had their time.
    assert loop.time() - began_s >= 0.1
    assert lane.inside == 0


async def _ask(route: Route, points: int) -> None:
    async with route.turn(points):
        pass


def test_limits_are_read_from_the_site_file() -> None:
    raw = {
        "device": {"outstanding": 4},
        "network": {"outstanding": 1, "points_per_s": 200},
        "networks": {5: {"points_per_s": 80.5}},
    }
    found = parse_limits(Row(raw, "limits."))
    assert found == TrafficLimits(Limit(4), Limit(1, 200.0), {"5": Limit(1, 80.5)})
    assert parse_limits(None) == TrafficLimits()


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        ({"device": {"outstanding": 0}}, "limits.device.outstanding: must be a whole number"),
        ({"network": {"points_per_s": 0}}, "limits.network.points_per_s: must be above 0"),
        ({"networks": {"5": 3}}, "limits.networks.5: must be a mapping"),
        ({"trunk": {}}, "limits.trunk: is not known here"),
        ({"networks": {"5": {"rate": 3}}}, "limits.networks.5.rate: is not known here"),
    ],
)
def test_wrong_limits_are_named(raw: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=f"^{wrong}"):
        parse_limits(Row(raw, "limits."))
