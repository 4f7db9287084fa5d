"""Check CSS selectors and XPaths of the config."""


def check_selector(value: str) -> str:
    """Check a CSS selector or an XPath; "" is allowed for a key with one value."""
    from pipelines.selectors import compile_selector  # with lxml, which most configs do not need

    if value:
        compile_selector(value)
    return value
