"""Write runs to the database, one transaction per batch."""
