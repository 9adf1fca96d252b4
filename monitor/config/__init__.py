"""What people edit, read once and strictly."""
