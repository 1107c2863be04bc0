"""Data + model + strategy for one result each, in sizes "tiny", "small" and "full"."""

from minigen.recipes import english, pinyin
from minigen.recipes.answers import ANSWERS
from minigen.recipes.pictures import DIGITS, SPRITES
from minigen.recipes.text import NAMES, POEMS, TEXT

RECIPES = {recipe.name: recipe for recipe in (TEXT, POEMS, NAMES, SPRITES, DIGITS, ANSWERS, pinyin.PINYIN, english.ENGLISH)}
PAGES = {"pinyin": pinyin.PAGE, "english": english.PAGE}        # questions whose answers are all known: what is shown of them
