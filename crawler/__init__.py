"""What asks the web: settings, spider, politeness, address guard, run accounts, the sample site, the command line."""
