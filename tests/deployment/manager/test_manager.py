"""The manager: real files on a real runtime, and every fault of files, memory, runtimes and models."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
import torch
from fake_models import Times, bytes_of, file_of, linear_file
from torch import nn

from edukit.deployment import export
from edukit.deployment.manager.choice import Weights
from edukit.deployment.manager.loading import Mapped, save_mapped
from edukit.deployment.manager.manager import ModelManager
from edukit.deployment.manager.measured import Measured
from edukit.deployment.manager.switching import State, Switch

ONES = np.ones(3)


@pytest.fixture
def manager(tmp_path):
    """Models 1 to 9, of 100 to 900 bytes, under a budget of 1000."""
    manager = ModelManager(tmp_path / "models", 1000, opener=Times, measure=bytes_of)
    for number in range(1, 10):
        manager.register(file_of(tmp_path, number), f"m{number}", accuracy=number / 10)
    return manager


def loaded(manager):
    return list(manager.memory()["loaded"])


def test_a_real_model_is_measured_registered_and_answers(tmp_path):
    net = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 5)).eval()
    path = export(net, torch.rand(1, 64), tmp_path / "net.onnx")
    manager = ModelManager(tmp_path / "models", 50_000_000)
    entry = manager.register(path, "net", accuracy=0.5, precision="float32", device_class="phone")
    assert entry.memory_bytes >= entry.size_bytes == path.stat().st_size and entry.latency_s > 0
    assert entry.inputs == {"input": ["batch", 64]} and entry.outputs == {"output": ["batch", 5]}
    x = torch.rand(7, 64)
    np.testing.assert_allclose(manager.predict("net", x.numpy()), net(x).detach().numpy(), rtol=1e-4, atol=1e-5)
    stored = manager.registry.intact(entry)
    stored.write_bytes(stored.read_bytes()[:-1])
    assert len(manager.predict("net", x.numpy())) == 7  # it is in memory
    assert manager.unload("net")
    with pytest.raises(ValueError, match="net is damaged"):
        manager.predict("net", x.numpy())


def test_the_least_recently_used_goes(manager):
    for name in ("m1", "m4", "m5", "m1", "m2"):
        manager.predict(name, ONES)
    assert loaded(manager) == ["m5", "m1", "m2"]
    assert manager.memory()["taken"] == 800 and manager.memory()["free"] == 200


def test_pin_unpin_unload_and_remove(manager):
    manager.pin("m6")
    manager.pin("m6")
    manager.predict("m4", ONES)
    manager.predict("m3", ONES)
    assert loaded(manager) == ["m6", "m3"] and manager.memory()["pinned"] == ["m6"]
    with pytest.raises(ValueError, match="takes 500 bytes, and the budget leaves 400"):
        manager.predict("m5", ONES)
    assert not manager.unload("m6") and manager.unload("m3") and not manager.unload("m3")
    with pytest.raises(ValueError, match="not pinned, got 'm6'"):
        manager.remove("m6")
    manager.unpin("m6")
    manager.remove("m6")
    assert loaded(manager) == [] and "m6" not in [entry.name for entry in manager.list()]
    with pytest.raises(ValueError, match="pinned model"):
        manager.unpin("m6")


def test_the_budget_may_be_lowered_while_models_are_loaded(manager):
    for name in ("m2", "m3", "m4"):
        manager.predict(name, ONES)
    manager.cache.budget_bytes = 450
    assert loaded(manager) == ["m4"]
    with pytest.raises(ValueError, match="takes 500 bytes"):
        manager.predict("m5", ONES)
    assert manager.predict("m3", ONES)[0] == 3 and loaded(manager) == ["m3"]


def test_unknown_names_and_words_are_refused(manager, tmp_path):
    with pytest.raises(ValueError, match=r"registered model \(m1, .*\), got 'm0'"):
        manager.predict("m0", ONES)
    with pytest.raises(ValueError, match="about must hold only"):
        manager.register(file_of(tmp_path, 7), "new", colour="red")
    with pytest.raises(ValueError, match="accuracy must be a share"):
        manager.register(file_of(tmp_path, 7), "new", accuracy=97)
    with pytest.raises(ValueError, match="either budget_bytes or cache"):
        ModelManager(tmp_path)


def test_a_file_that_cannot_run_is_not_registered(tmp_path):
    manager = ModelManager(tmp_path / "models", 1000)
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ValueError, match="cannot be loaded and run: ValueError: .*not a model"):
        manager.register(path, "bad")
    assert manager.list() == []


def test_a_runtime_that_is_not_installed_leaves_the_budget_as_it_was(manager):
    def opener(path):
        raise ModuleNotFoundError("No module named 'executorch'")

    other = ModelManager(manager.registry.folder, opener=opener, measure=bytes_of, cache=manager.cache)
    manager.predict("m1", ONES)
    with pytest.raises(ModuleNotFoundError, match="executorch"):
        other.predict("m2", ONES)
    assert loaded(manager) == ["m1"] and manager.predict("m1", ONES)[0] == 1


def test_a_model_that_raises_names_itself_and_does_no_harm(manager):
    with pytest.raises(TypeError) as failed:
        manager.predict("m3", object(), object())
    assert failed.value.__notes__ == ["while the model 'm3' was predicting"]
    assert manager.predict("m3", ONES)[0] == 3 and manager.unload("m3")


def test_managers_of_one_process_share_a_cache(manager):
    other = ModelManager(manager.registry.folder, opener=Times, measure=bytes_of, cache=manager.cache)
    manager.predict("m5", ONES)
    loads = manager.cache.loads
    assert other.predict("m5", ONES)[0] == 5 and manager.cache.loads == loads
    other.pin("m5")
    assert not manager.unload("m5")


def test_a_replaced_model_answers_at_once(manager, tmp_path):
    other = ModelManager(manager.registry.folder, 1000, opener=Times, measure=bytes_of)
    assert manager.predict("m1", ONES)[0] == 1
    other.register(file_of(tmp_path, 9), "m1", replace=True)
    assert manager.predict("m1", ONES)[0] == 9


def test_the_best_model_within_limits(manager, tmp_path):
    assert manager.best() == "m9"  # all take equally long
    assert manager.best(max_memory_bytes=450) == "m4"
    manager.cache.budget_bytes = 600
    assert manager.best() == "m6"
    with pytest.raises(ValueError, match="no registered model"):
        manager.best(max_latency_s=1e-6)
    manager.register(file_of(tmp_path, 2), "watch", accuracy=0.99, device_class="watch")
    assert manager.best(device_class="phone") == "m6" and manager.best(device_class="watch") == "watch"
    assert manager.best(Weights(latency=0, size=0), device_class="watch") == "watch"


def test_a_switch_takes_the_frugal_model_when_the_device_is_hot(manager):
    switch = Switch(["m9", "m2"])
    answers = [manager.predict_for(switch, State(temperature_c=t), ONES)[0] for t in (30, 41, 39, 36)]
    assert answers == [9, 2, 2, 9]


def test_the_table_says_what_is_loaded(manager):
    manager.predict("m2", ONES)
    manager.pin("m3")
    states = {row[0]: row[-1] for row in manager.table().rows}
    assert (states["m1"], states["m2"], states["m3"]) == ("on disk", "loaded", "pinned")


def test_loading_ahead_runs_once(manager):
    manager.load("m2")
    assert loaded(manager) == ["m2"]


def test_a_thousand_predictions_of_eight_threads_with_switches_and_evictions(manager):
    """No wrong answer, the budget never exceeded, no deadlock, and every session that was evicted is let go."""
    opened = []
    lock = threading.Lock()

    def opener(path):
        with lock:
            opened.append(path)
        return Times(path)

    busy = ModelManager(manager.registry.folder, 1000, opener=opener, measure=bytes_of)
    switch = Switch(["m9", "m5", "m1"])

    def request(seed):
        drawn = np.random.default_rng(seed)
        x = drawn.normal(size=4)
        number = int(drawn.integers(1, 10))
        if seed % 3:
            return np.array_equal(busy.predict(f"m{number}", x), number * x)
        with lock:
            name = switch.choose(State(temperature_c=float(drawn.uniform(30, 50))))
        if seed % 5 == 0:
            busy.unload(f"m{number}")
        return np.array_equal(busy.predict(name, x), int(name[1]) * x)

    with ThreadPoolExecutor(8) as pool:
        right = [future.result(timeout=60) for future in [pool.submit(request, seed) for seed in range(1000)]]
    assert all(right) and len(right) == 1000
    assert busy.cache.peak_bytes <= 1000 and sum(busy.cache.sizes().values()) <= 1000
    assert busy.cache.evictions > 100 and busy.cache.loads == len(opened)


def test_the_growth_of_this_process_is_what_was_measured(tmp_path):
    """What the registry says that loading takes is within a half of what it takes a process, here a new one."""
    manager = ModelManager(tmp_path / "models", 10**9)
    small, large = (linear_file(tmp_path, 500, n) for n in (10, 10_000))
    said = manager.register(large, "large").memory_bytes
    code = f"""if True:
        import numpy as np, psutil
        from edukit.deployment import ModelManager, load
        load({str(small)!r})(np.zeros((1, 500), np.float32))  # the runtime's own memory
        manager = ModelManager({str(tmp_path / "models")!r}, 10**9)
        before = psutil.Process().memory_info().rss
        manager.load("large")
        print(psutil.Process().memory_info().rss - before)"""
    grown = int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
    assert 0.5 * said < grown < 1.5 * said, (grown, said)


@pytest.mark.parametrize("about", [dict(version=2), dict(precision=8)])
def test_words_must_be_texts(manager, tmp_path, about):
    with pytest.raises(ValueError, match="must be a text"):
        manager.register(file_of(tmp_path, 7), "new", **about)


def test_measure_is_called_with_the_first_of_several_files(tmp_path):
    seen = []

    def told(path):
        seen.append(path)
        return Measured(10)

    manager = ModelManager(tmp_path / "models", 1000, opener=partial(Times), measure=told)
    files = [file_of(tmp_path, 4), file_of(tmp_path, 5)]
    manager.register(files, "both")
    assert seen == files[:1] and manager.predict("both", ONES)[0] == 4


def test_a_mapped_model_is_measured_as_it_is_opened(tmp_path):
    files = save_mapped(linear_file(tmp_path, 500, 2000), tmp_path)
    manager = ModelManager(tmp_path / "models", 10**8, opener=Mapped)
    entry = manager.register(files, "mapped")
    assert manager.predict("mapped", np.ones((3, 500), np.float32)).shape == (3, 2000)
    manager.unload("mapped")
    weights = manager.registry.folder / entry.folder / files[1].name
    weights.write_bytes(weights.read_bytes()[::-1])
    with pytest.raises(ValueError, match="mapped is damaged: .*weights"):
        manager.predict("mapped", np.ones((3, 500), np.float32))


def test_an_opener_that_no_process_can_import_needs_a_measure(tmp_path):
    with pytest.raises(ValueError, match="opener must be a function of a module"):
        ModelManager(tmp_path, 1000, opener=lambda path: Times(path))


def test_a_model_that_is_replaced_while_it_loads_answers_as_the_new_one(manager, tmp_path):
    """Its files vanish between the look into the registry and the load: the new ones are taken."""
    other = ModelManager(manager.registry.folder, 1000, opener=Times, measure=bytes_of)
    intact = manager.registry.intact
    calls = []

    def slow(entry):
        calls.append(entry)
        if len(calls) == 1:
            other.register(file_of(tmp_path, 8), "m3", replace=True)
        return intact(entry)

    manager.registry.intact = slow
    assert manager.predict("m3", ONES)[0] == 8 and len(calls) == 2


def test_what_is_evicted_goes_back_to_the_system(tmp_path):
    """30 loads of three real models, of which one fits: the process grows by a few models, not by thirty."""
    import psutil

    manager = ModelManager(tmp_path / "models", 30_000_000, measure=lambda path: Measured(20_000_000))
    for columns in (2000, 2100, 2200):
        manager.register(linear_file(tmp_path, 1000, columns), f"m{columns}")
    x = np.ones((1, 1000), np.float32)
    manager.predict("m2000", x)
    before = psutil.Process().memory_info().rss
    for _ in range(10):
        for columns in (2100, 2200, 2000):
            assert manager.predict(f"m{columns}", x).shape == (1, columns)
    assert manager.cache.loads == 31 and psutil.Process().memory_info().rss - before < 60_000_000


def test_a_name_that_is_taken_is_refused_before_anything_is_measured(manager, tmp_path):
    def never(path):
        raise AssertionError("measured")

    manager._measure = never
    for name, words in (("m1", "is registered"), ("../m", "short word")):
        with pytest.raises(ValueError, match=words):
            manager.register(file_of(tmp_path, 2), name)
    with pytest.raises(ValueError, match="found none at"):
        manager.register(tmp_path / "nothing.onnx", "new")


def test_files_may_come_from_a_generator(manager, tmp_path):
    entry = manager.register((file_of(tmp_path, number) for number in (7, 8)), "both")
    assert list(entry.files) == ["times7.onnx", "times8.onnx"] and manager.predict("both", ONES)[0] == 7
