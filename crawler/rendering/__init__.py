"""Have pages rendered by a browser, where scripts make them."""
