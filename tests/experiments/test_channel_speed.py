"""Times of layers, channel by channel."""

from edukit.experiments.channel_speed import channel_times


def test_every_number_is_timed_and_more_channels_take_longer():
    times = channel_times([8, 9, 64], repeats=3)
    assert list(times) == [8, 9, 64] and all(time.repeats == 3 for time in times.values())
    assert times[64].median_s > 2 * times[8].median_s
