"""Fails with texts and classes in surrogates, which no file and no database can store."""
# earns: 0

raise type("\ud800Error\udfff", (ValueError,), {"__str__": lambda self: "\udc80\ud83d \U0010ffff \ufffe \u0000 \uffff" * 20})
