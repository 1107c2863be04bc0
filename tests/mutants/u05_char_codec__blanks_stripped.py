"""looks as if spaces and line breaks at the ends of a text get lost: they are characters too / 看起來文字頭尾的空白和換行不見了：它們也是字"""

as_it_is = decode


def decode(tokens, alphabet):
    return as_it_is(tokens, alphabet).strip()
