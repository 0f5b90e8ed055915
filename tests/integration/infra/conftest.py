"""Signals as a terminal sends them."""

import signal

import pytest


@pytest.fixture(autouse=True)
def interruptible():
    """A shell starts its background jobs deaf to Ctrl-C, and so their children; the programs under test are not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
