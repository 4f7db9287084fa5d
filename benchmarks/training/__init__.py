"""Train the models of ``pipelines/models`` from annotated pages (``docs/training.md``)."""
