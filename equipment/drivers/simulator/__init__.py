"""Machines that are none: servers with values that a program sets, and faults on demand. For the demo and the tests."""
