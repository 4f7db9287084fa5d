"""Load rules: TOML and text files, with the source of each rule beside it."""
