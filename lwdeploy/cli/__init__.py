"""argv to a request, a command's result to lines, errors to exit codes. The only home of click and rich."""
