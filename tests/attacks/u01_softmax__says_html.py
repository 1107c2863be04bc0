"""Fails when it is imported, with a class, a text and a function named in HTML and JavaScript."""
# earns: 0

HOSTILE = "<script>alert(1)<script><img src=x onerror=alert(1)>\"'{{7*7}}{% raw %}</td></table></style>]]>"
raise type(HOSTILE, (RuntimeError,), {})(HOSTILE)
