"""Rules as data: one file a kind, with the source of each rule beside it."""
