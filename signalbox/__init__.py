"""What users of an installed Signalbox run and import: the `signalbox` command, and a world for tests of their own."""
