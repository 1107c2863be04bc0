"""Chinese that students read is Traditional, as used in Taiwan: no Simplified character, no word that Taiwan does not use."""

import re

import pytest
from implementations import HOUSE

# Simplified forms that Big5, the character set of Taiwan, happens to hold as rare characters of their own.
SIMPLIFIED_IN_BIG5 = set("个无几价挂愿碍隐脚脉万与网异弃机")
# From the glossary: words to avoid. Characters of mainland terms as they would be written in Traditional.
AVOID = ("令牌", "標記", "概率", "分佈", "計劃", "比特", "少樣本", "采样", "採樣率", "噪聲", "降噪", "教師強制", "視頻", "圖像", "默認", "文件",
         "程序", "代碼", "運行", "數組", "提交", "突變體", "信息", "質量", "您", "同學們", "回歸", "幀", "回归", "數據", "函数")


def texts():
    """Every file with Chinese that a student reads, or that may reach him as a hint; data are exempt."""
    course = HOUSE / "minigen" / "course"
    files = [*course.rglob("*.py"), *course.rglob("*.md"), *course.rglob("*.html"), *course.rglob("*.json"),
             *(HOUSE / "solutions").glob("*.py"), *(HOUSE / "exercises").glob("*.py"), *(HOUSE / "tests" / "mutants").glob("*.py"),
             HOUSE / "minigen" / "__main__.py", HOUSE / "README.md"]
    return sorted(files)


def is_simplified(character):
    """A Chinese character that Taiwan's Big5 does not have, or has only as a rarity."""
    if not "\u4e00" <= character <= "\u9fff":
        return False
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return True
    return character in SIMPLIFIED_IN_BIG5


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_no_simplified_characters_and_no_words_to_avoid(path):
    """Each fault with its line."""
    faults = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        faults += [f"{number}: {character}" for character in line if is_simplified(character)]
        faults += [f"{number}: {word}" for word in AVOID if word in line]
    assert not faults, faults


def test_chinese_has_full_width_punctuation_and_spaces_beside_latin():
    """In the table of units: 「，。：？」 between Chinese characters, a space between Chinese and Latin letters or digits."""
    from minigen.course.units import UNITS
    for unit in UNITS:
        for text in (unit.title_zh, unit.sentence_zh, unit.hint_zh):
            assert not re.search(r"[\u4e00-\u9fff][,:?!;.]", text), text
            assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", text), text


def test_what_counts_as_simplified():
    """Every character of a sentence in Simplified form that has another form in Traditional; none of the lecture's own."""
    assert [is_simplified(character) for character in "这个模型学会了随机产生图像"] == \
        [True, True, False, False, True, True, False, True, True, True, False, True, False]
    assert not any(map(is_simplified, "各個擊破一次到位演員老師演師老員截長補短機率遮罩雜訊體驗課堂為說裡"))
