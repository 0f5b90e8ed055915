"""The layer every function of Status Monitor shares."""

__version__ = "0.1.0"
