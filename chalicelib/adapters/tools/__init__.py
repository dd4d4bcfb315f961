"""One file per tool that sends, and its examples beside it."""
