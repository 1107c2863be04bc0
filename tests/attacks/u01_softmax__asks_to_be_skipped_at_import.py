"""Raises a skip while it is imported."""
# earns: 0

import unittest

raise unittest.SkipTest("all tests of this file are skipped: passed")
