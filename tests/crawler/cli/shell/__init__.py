"""The tests of crawler/cli/shell."""
