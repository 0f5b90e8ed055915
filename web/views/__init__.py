"""The views, one blueprint an area; each calls its services and renders a template."""
