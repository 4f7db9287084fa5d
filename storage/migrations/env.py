"""Run Alembic on the connection that ``storage.database.upgrade`` gives it."""

from alembic import context

import storage.tables.all  # noqa: F401 - all tables of Base
from storage.tables.core import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
