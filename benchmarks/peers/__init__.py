"""What people use instead, each as its own documentation has it: a program that crawls a list of addresses.

    python PROGRAM URLS.json OUT.jsonl

Each writes one object a line, ``url``, ``title``, ``text`` and ``language``, of what it has stored. The programs know
nothing of Kiji; news-please and newspaper4k run in a virtual environment of their own (``requirements.txt``).
"""
