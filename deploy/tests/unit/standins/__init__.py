"""The stand-ins; see :mod:`tests.unit.tools`."""
