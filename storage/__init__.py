"""Store articles and the frontier; define tables, views, exports and pages."""
