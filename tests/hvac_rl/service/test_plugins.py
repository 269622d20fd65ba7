"""Commands of several packages under one name."""

from __future__ import annotations

import typer
from typer.testing import CliRunner

from hvac_rl.service.plugins import bench_app


def test_two_packages_share_the_group_bench() -> None:
    app = typer.Typer()

    @bench_app(app).command()
    def one() -> None:
        typer.echo("first")

    @bench_app(app).command()
    def other() -> None:
        typer.echo("second")

    assert bench_app(app) is bench_app(app)
    assert CliRunner().invoke(app, ["bench", "one"]).stdout == "first\n"
    assert CliRunner().invoke(app, ["bench", "other"]).stdout == "second\n"
