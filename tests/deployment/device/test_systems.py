"""What systems offer: every cell has words and a page, on its own maker's site or one that shows the call."""

import datetime

from edukit.deployment.device.systems import READ_ON, SYSTEMS


def test_every_topic_says_something_of_every_system_and_names_a_page():
    assert {tuple(offers) for offers in SYSTEMS.values()} == {("Android", "iOS", "HarmonyOS")}
    cells = [offer for offers in SYSTEMS.values() for offer in offers.values()]
    assert all(offer.source.startswith("https://") and ": " in offer.words for offer in cells)
    assert len({offer.source for offer in cells}) == len(cells)


def test_the_makers_own_pages_stand_for_android_and_ios():
    for offers in SYSTEMS.values():
        assert offers["Android"].source.startswith("https://developer.android.com/")
        assert offers["iOS"].source.startswith("https://developer.apple.com/")


def test_the_date_is_a_day():
    assert datetime.date.fromisoformat(READ_ON).year == 2026
