FLASK_APP=infra.local.cli:create_cli_app
