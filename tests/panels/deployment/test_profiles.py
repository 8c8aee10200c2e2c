"""The tables with links: every figure with its kind and its source, every cell of the systems with its page."""

from html import escape

from edukit.deployment.device.profiles import devices
from edukit.deployment.device.systems import SYSTEMS
from edukit.panels.deployment.profiles import ROWS, Profiles, Systems


def test_every_figure_stands_there_with_its_kind_and_its_source():
    page = Profiles()._repr_html_()
    for device in devices.values():
        assert device.name in page and device.example in page
        for _, name, _ in ROWS:
            assert escape(device.figures[name].source) in page, name
    kinds = [device.figures[name].kind for device in devices.values() for _, name, _ in ROWS]
    assert all(page.count(f">{kind}<") == kinds.count(kind) for kind in set(kinds))
    assert ">inf" not in page and page.count("<tr>") == len(ROWS) + 1


def test_the_words_count_the_kinds():
    assert repr(Profiles()).startswith(f"{len(ROWS)} figures for each of watch, phone, tablet, smart screen: ")
    assert "assumed" in repr(Profiles())


def test_each_cell_of_the_systems_leads_to_its_page():
    page = Systems()._repr_html_()
    offers = [offer for row in SYSTEMS.values() for offer in row.values()]
    assert page.count("<a href=") == len(offers) and all(f'href="{offer.source}"' in page for offer in offers)
    assert "2026" in repr(Systems())
