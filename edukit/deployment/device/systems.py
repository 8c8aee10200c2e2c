"""What three systems tell an app of heat and memory, and how they deliver models: a dated table, each cell a source.

    heat, memory ─> a state for `manager/switching.py`          delivery ─> files for `manager/registry.py`

Read on 2026-11-30. What a row says holds for that day.
"""

from dataclasses import dataclass

READ_ON = "2026-11-30"


@dataclass(frozen=True)
class Offer:
    """What a system offers, in words, and the page that says so."""

    words: str
    source: str


HEAT = {
    "Android": Offer(
        "getThermalHeadroom: how far off severe throttling is, some seconds ahead",
        "https://developer.android.com/ndk/reference/group/thermal",
    ),
    "iOS": Offer(
        "ProcessInfo.thermalState: nominal, fair, serious, critical; on watchOS too",
        "https://developer.apple.com/documentation/foundation/processinfo/thermalstate-swift.enum",
    ),
    "HarmonyOS": Offer(
        "thermal.registerThermalLevelCallback: a level, when it changes",
        "https://github.com/openharmony/docs/blob/master/en/application-dev/reference/apis-basic-services-kit/js-apis-thermal.md",
    ),
}
MEMORY = {
    "Android": Offer(
        "onTrimMemory: when the app is hidden, or in the background",
        "https://developer.android.com/reference/android/content/ComponentCallbacks2",
    ),
    "iOS": Offer(
        "didReceiveMemoryWarning: free what can be loaded again",
        "https://developer.apple.com/documentation/uikit/responding-to-memory-warnings",
    ),
    "HarmonyOS": Offer(
        "onMemoryLevel: a level, when the system adjusts memory",
        "https://github.com/openharmony/docs/blob/master/en/application-dev/reference/apis-ability-kit/js-apis-app-ability-abilityStage.md",
    ),
}
DELIVERY = {
    "Android": Offer(
        "Play for On-device AI (beta): packs of up to 1.5 GB, chosen by model and memory of the device",
        "https://developer.android.com/google/play/on-device-ai",
    ),
    "iOS": Offer(
        "Background Assets: packs, hosted by Apple; on all platforms except watchOS",
        "https://developer.apple.com/documentation/backgroundassets/creating-managed-asset-packs",
    ),
    "HarmonyOS": Offer(
        "Store Kit, moduleInstallManager: a module of the app, fetched when it is needed",
        "https://segmentfault.com/a/1190000046395708",
    ),
}
SYSTEMS = {"heat": HEAT, "memory": MEMORY, "delivery": DELIVERY}
