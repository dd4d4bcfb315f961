"""What users of an installed Signalbox run and import: the `signalbox` command, and the world for tests of their own."""
