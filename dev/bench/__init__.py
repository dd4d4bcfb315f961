"""What Signalbox costs and how fast it is: `python -m dev.bench`. docs/performance.md says what each figure means."""
