"""What keeps the local runner from starting."""


class StartError(Exception):
    """One line for the person at the terminal: what is wrong, and what cures it."""
