"""Export views as CSV, XLSX, JSON lines and Parquet, in constant memory."""
