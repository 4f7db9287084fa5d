"""Commands for analysts that are longer than one question: saved searches, assistants."""
