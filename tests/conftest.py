"""The world that tests live in is the one that the pytest plugin gives to users."""

pytest_plugins = ["signalbox.pytest_plugin"]
