"""Write logs and progress to the terminal, and handle stop signals."""
