"""looks as if a merge also takes the end or the beginning of a longer piece: compare whole pieces / 看起來連較長片段的頭尾也合併了：要整個片段相同才算"""


def apply_merges(word, merges):
    text = "\0".join(word)
    for left, right in merges:
        text = text.replace(f"{left}\0{right}", left + right)
    return text.split("\0") if text else []
