"""The simulator of `benchmarks/cadence.py` on invented feeds: adaptive waits win on both axes."""

from __future__ import annotations

import importlib.util
import statistics
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def simulator() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "cadence.py"
    spec = importlib.util.spec_from_file_location("cadence_simulator", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_less_delay_than_fixed_waits_with_no_more_requests(simulator: ModuleType) -> None:
    recordings = list(simulator.invented())
    results = {}
    for name, feed in simulator.ways():
        if "15" in name:
            results[name] = simulator.Result()
            simulator.simulate(recordings, feed, 0, results[name])
    fixed, adaptive = results["fixed 15 min"], results["adaptive 15 min"]
    assert statistics.median(adaptive.delays) < 0.8 * statistics.median(fixed.delays)
    assert statistics.quantiles(adaptive.delays, n=20)[-1] < 0.9 * statistics.quantiles(fixed.delays, n=20)[-1]
    assert adaptive.polls / adaptive.days < fixed.polls / fixed.days
    assert len(adaptive.delays) == len(fixed.delays)
