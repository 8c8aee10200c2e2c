"""A day of a phone: the loop is closed, hysteresis calms it, and an empty battery ends it."""

import pytest

from edukit.deployment.device.profiles import devices
from edukit.deployment.manager.day import OFF, REQUESTS, answered, day, power, requests_at, switches

PHONE = devices["phone"]
MODELS = {"full": 0.03, "int8": 0.01, "tiny": 0.003}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ambient", [20.0, 25.0, 30.0])
def test_a_gap_switches_less_often(seed, ambient):
    trembling, calm = (day(MODELS, PHONE, ambient_c=ambient, gap_c=gap, seed=seed) for gap in (0.0, 6.0))
    assert switches(calm) < switches(trembling)


def test_heat_brings_the_frugal_model():
    shares = [answered(day(MODELS, PHONE, ambient_c=ambient))["full"] for ambient in (15.0, 25.0, 35.0)]
    assert shares[0] > shares[1] > shares[2]
    assert sum(answered(day(MODELS, PHONE)).values()) == pytest.approx(1)


def test_switching_saves_battery_and_heat():
    alone = day({"full": 0.03}, PHONE)
    switched = day(MODELS, PHONE)
    assert switched[-1].battery > alone[-1].battery
    assert max(m.temperature_c for m in switched) < max(m.temperature_c for m in alone)


def test_energy_is_conserved():
    moments = day(MODELS, PHONE)
    used = sum(power(m.requests_per_s, MODELS[m.model], PHONE) for m in moments) * 24 * 3600 / len(moments)
    assert (1 - moments[-1].battery) * PHONE["battery_j"] == pytest.approx(used)


def test_an_empty_battery_ends_the_day():
    moments = day(MODELS, PHONE, battery=0.05)
    assert moments[-1].battery == 0 and moments[-1].model == OFF and moments[-1].requests_per_s == 0
    assert day(MODELS, PHONE, battery=0.0)[0].model == OFF


def test_hours_of_requests():
    assert requests_at(0) == 0 and requests_at(12.99) == 15 and requests_at(13) == 0 and requests_at(36.5) == 15
    assert min(REQUESTS.values()) == 0


@pytest.mark.parametrize(
    "change, word",
    [
        (dict(gap_c=-1), "gap_c"),
        (dict(battery=2), "battery"),
        (dict(latencies_s={}), "latencies_s"),
        (dict(latencies_s={"a": -1}), "latencies_s"),
    ],
)
def test_bad_input_is_refused(change, word):
    with pytest.raises(ValueError, match=word):
        day(**{"latencies_s": MODELS, "device": PHONE} | change)
