"""The pages: a Flask application that runs locally, self-hosted and on Lambda alike."""

from web.app import create_app

__all__ = ["create_app"]
