"""Is loaded with arguments whose names, and a file whose syntax, are HTML."""
# earns: 0


def softmax(ｓｃｒｉｐｔ, ªlert="<script>alert(1)</script>", *, 機率=None):
    return "<script>alert(1)</script>"
