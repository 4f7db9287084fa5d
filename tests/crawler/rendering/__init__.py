"""The tests of crawler/rendering."""
