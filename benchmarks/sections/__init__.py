"""One module a section of the results page: each has a ``SECTION``, and by lying here it is found."""
