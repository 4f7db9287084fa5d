"""What is kept: models, migrations, the one writer, the frontier and the views that analysts query."""
