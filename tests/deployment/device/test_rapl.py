"""The energy counter: differences, a counter that wraps around, and machines that have none."""

import pytest

from edukit.deployment.device.rapl import measured_energy


@pytest.fixture
def counter(tmp_path):
    for name in ("intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "energy_uj").write_text("900\n")
        (tmp_path / name / "max_energy_range_uj").write_text("1000\n")
    return tmp_path


def test_joules_of_a_call_from_both_packages_and_not_from_their_parts(counter):
    def work():
        for name in ("intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1"):
            file = counter / name / "energy_uj"
            file.write_text(f"{(int(file.read_text()) + 30) % 1000}\n")

    assert measured_energy(work, calls=10, folder=counter) == pytest.approx(2 * 30e-6)  # wraps at 1,000


def test_none_where_there_is_no_counter_or_none_that_can_be_read(tmp_path, counter):
    assert measured_energy(lambda: None, folder=tmp_path / "nothing") is None
    for name in ("intel-rapl:0", "intel-rapl:1"):
        (counter / name / "energy_uj").write_text("permission denied")
    assert measured_energy(lambda: None, folder=counter) is None


def test_bad_input_is_refused(counter):
    with pytest.raises(ValueError, match="calls"):
        measured_energy(lambda: None, calls=0, folder=counter)
