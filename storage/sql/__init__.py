"""Run somebody's SQL so that it neither writes nor takes long."""
