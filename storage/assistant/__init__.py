"""Answer the questions of an assistant: the tools of ``kiji mcp``."""
