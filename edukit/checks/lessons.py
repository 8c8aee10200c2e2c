"""Which lesson asks which exercise, and the fingerprint of the starter code that it hands out.

It is empty where the starter code is an empty body, and there are several, with spaces between them, where a lesson
asks an exercise more than once. A test compares the table with the notebooks, and shows the lines that must change.
"""

import sys

LESSONS: dict[str, dict[str, str]] = {
    "00_tour": {
        "tour.pruned_copy": "db70b487c7",
        "tour.size_bytes": "",
        "tour.smallest_within": "",
    },
    "01_linear_quantization": {
        "quantization.quantize": "",
        "quantization.dequantize": "",
        "quantization.choose_qparams": "",
        "quantization.channel_scales": "",
        "quantization.compression_ratio": "",
    },
    "02_calibration": {
        "quantization.clipping_and_rounding": "",
        "quantization.calibrated": "48d0b8297b",
        "quantization.divergence": "",
        "quantization.moving_average": "",
    },
    "03_post_training_quantization": {
        "quantization.integer_linear": "",
        "quantization.absorbed_bias": "",
        "quantization.fixed_point": "",
        "quantization.fold_norm": "",
    },
    "03b_codes_that_fit": {
        "quantization.up_or_down": "",
        "quantization.take_over": "",
        "quantization.bias_shift": "18c27b1e50",
        "quantization.layer_errors": "2bc672b11d",
        "quantization.cheapest_bits": "",
    },
    "04_quantization_aware_training": {
        "quantization.straight_through": "",
        "quantization.fake_quantize": "",
        "quantization.step_gradient": "",
        "quantization.clip_gradient": "",
        "quantization.moving_range": "8cffec016b",
    },
    "05_low_bit": {
        "quantization.decode_e4m3": "",
        "quantization.pack_int4": "4667db153f",
        "quantization.bits_per_weight": "",
        "quantization.kmeans_step": "",
    },
    "05b_one_bit": {
        "quantization.binarize": "a69f36f15c",
        "quantization.ternarize": "",
        "quantization.sign_gradient": "",
        "quantization.binary_dot": "",
    },
    "06_pruning": {
        "pruning.magnitude_mask": "",
        "pruning.held_step": "df1c4f369b",
        "pruning.in_steps": "f9211d6d5d",
        "pruning.wanda_mask": "",
    },
    "06b_what_zeros_weigh": {
        "pruning.bitmask": "",
        "pruning.run_lengths": "",
        "pruning.two_four_mask": "",
        "pruning.csr_product": "",
    },
    "07_structured_pruning": {
        "pruning.remove_filter": "",
        "pruning.macs_left": "",
        "pruning.speedup": "",
        "pruning.channels_within": "",
    },
    "08_distillation": {
        "distillation.soft_labels": "",
        "distillation.soft_gradient": "",
        "distillation.hint_loss": "7f0621f215",
        "distillation.reverse_kl": "",
        "distillation.kd_loss": "154c188e3a",
    },
    "09_compact_networks": {
        "networks.separable_macs": "",
        "networks.fire_parameters": "3c7c76cb2d",
        "networks.peak_values": "",
        "networks.one_kernel": "",
        "networks.channel_shuffle": "50858901cb",
    },
    "10_attention": {
        "networks.causal_attention": "",
        "networks.online_softmax": "",
        "networks.linear_attention": "6f248c45e8",
    },
    "10b_one_word_at_a_time": {
        "networks.cached_step": "",
        "networks.cache_bytes": "",
        "networks.step": "",
        "networks.kept_tokens": "",
    },
    "11_architecture_search": {
        "search.neighbours": "",
        "search.regret": "",
        "search.predicted_latency": "",
    },
    "11b_one_supernet": {
        "search.elastic_kernel": "",
        "search.important_channels": "",
        "search.sandwich": "",
    },
    "12_detection": {
        "detection.iou": "",
        "detection.encode": "",
        "detection.nms": "",
        "detection.average_precision": "",
    },
    "13_export_and_runtimes": {
        "deployment.requantize": "",
        "deployment.parity": "",
        "deployment.roofline": "",
    },
    "14_on_the_device": {
        "deployment.layer_time": "",
        "deployment.loaded_after": "",
        "deployment.hysteresis": "",
    },
    "15_mobile_benchmark": {
        "benchmark.within_points": "2770a5fc25",
        "benchmark.speedup": "2507779351",
        "benchmark.pareto_front": "",
        "benchmark.preprocess": "",
        "benchmark.missed": "",
    },
}


def name_of(exercise) -> str:
    """Topic and name of an exercise; empty for one that stands in no topic.

    >>> from edukit.checks import tour
    >>> name_of(tour.size_bytes), name_of(3)
    ('tour.size_bytes', '')
    """
    rooms = [name for name in sys.modules if name.startswith("edukit.checks.") and name.count(".") == 2]
    return next((f"{room.split('.')[2]}.{name}" for room in rooms for name in _named(room, exercise)), "")


def given(name: str) -> set[str]:
    """The fingerprints of the starter code of an exercise, in all lessons that ask it.

    >>> len(given("tour.pruned_copy")), given("tour.size_bytes"), given("")
    (1, set(), set())
    """
    return {fingerprint for names in LESSONS.values() for fingerprint in names.get(name, "").split()}


def _named(room: str, exercise) -> list[str]:
    return [name for name, value in vars(sys.modules[room]).items() if value is exercise and name.islower()]
