"""How pytest compares the notebooks: standard error (progress bars) and HTML (measured figures) never."""


def pytest_collectstart(collector):
    if type(collector).__name__ == "IPyNbFile":
        collector.skip_compare += ("stderr", "text/html")
