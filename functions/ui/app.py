"""Every path outside /api/v1: the pages, through apig-wsgi."""

from apig_wsgi import make_lambda_handler

from web import create_app

lambda_handler = make_lambda_handler(create_app())
