"""End to end: the packaged stack, deployed by CloudFormation to an emulator of AWS and driven over HTTP."""
