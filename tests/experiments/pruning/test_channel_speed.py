"""Times of layers, channel by channel."""

from edukit.experiments.pruning.channel_speed import channel_times


def test_every_number_is_timed_as_often_as_asked():
    times = channel_times([8, 9, 64], repeats=3)
    assert list(times) == [8, 9, 64] and all(time.repeats == 3 for time in times.values())
    assert all(0 < time.median_s <= time.p90_s for time in times.values())
