"""Alembic for one town's partition. The connection comes with the call, already in its transaction and in its place."""

from alembic import context

from app.extensions import PartitionBase as Base
from app.schema import import_models

import_models()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
