"""Name databases, and the template that they are copied from."""

import itertools

TEMPLATE = "newest"


names = (f"test{number}" for number in itertools.count())
