"""Train a model from annotated pages or pairs, tell how good it is on what it has not seen, and write its weights.

python -m benchmarks.training related FOLDER ... --write
python -m benchmarks.training page-types FOLDER ... --write
python -m benchmarks.training duplicates FILE --write
python -m benchmarks.training body-blocks FOLDER ... --write
"""

import argparse
import logging

from benchmarks.training import body_blocks, duplicates, page_types, related_lists


def main() -> None:
    """Run what the command line names."""
    logging.basicConfig(format="%(levelname)s: %(message)s")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__)
    commands = parser.add_subparsers(dest="model", required=True)
    related = commands.add_parser("related", help=related_lists.__doc__)
    related_lists.add_arguments(related)
    related.set_defaults(run=related_lists.run)
    types = commands.add_parser("page-types", help=page_types.__doc__)
    page_types.add_arguments(types)
    types.set_defaults(run=page_types.run)
    pairs = commands.add_parser("duplicates", help=duplicates.__doc__)
    duplicates.add_arguments(pairs)
    pairs.set_defaults(run=duplicates.run)
    blocks = commands.add_parser("body-blocks", help=body_blocks.__doc__)
    body_blocks.add_arguments(blocks)
    blocks.set_defaults(run=body_blocks.run)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
