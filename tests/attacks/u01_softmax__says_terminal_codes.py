"""Fails when it is imported, with a text of escape codes that clear screens, set titles and open links, and with bells and zeros."""
# earns: 0

raise RuntimeError("\x1b[2J\x1b]0;pwned\x07\x1b]8;;http://example.com\x1b\\click\x1b[31m\x00\x08\x7f\r\u202e\u2028\u2066 passed\x9b2J")
