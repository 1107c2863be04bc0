"""The class's album: which cards it holds, that they stay data, and what its script counts."""

import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from minigen.course.album import album_page
from minigen.course.game import Round
from minigen.errors import UserError

KINDS, STRATEGIES = ("sprite", "poem"), ("AR", "NAR", "real")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
VILE = ['</script><script>alert(1)</script>', '<img src=x onerror="alert(1)">', "<!--<script>", "]]>'\"`${alert(1)}\\", "a\u2028b\u2029c\0",
        "\ud800 \udfff", "{{ 7 * 7 }}{% raw %}", "&lt;b&gt;", '" onerror="alert(1)', ""]


def a_card(kind, strategy, i, content=None):
    """A card that no other card is equal to."""
    return {"kind": kind, "strategy": strategy, "content": f"{kind}-{strategy}-{i}" if content is None else content}


def some_cards(sprites, poems):
    """So many made ones of each kind, AR and NAR in turn."""
    return [a_card(kind, ("AR", "NAR")[i % 2], i) for kind, n in zip(KINDS, (sprites, poems)) for i in range(n)]


def some_reals(sprites, poems):
    return [a_card(kind, "real", i) for kind, n in zip(KINDS, (sprites, poems)) for i in range(n)]


class Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and the text of its JSON block."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.scripts, self.values = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.values += [value for name, value in attrs if name not in ("content", "class")]
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self.tags.append("/" + tag)

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.scripts[-1] += data


def album_of(page):
    """What stands in the JSON block."""
    return json.loads(Tags(page).scripts[0])


def cards_of(page):
    return album_of(page)["cards"]


def of(cards, kind, *strategies):
    return sorted(card["content"] for card in cards if card["kind"] == kind and card["strategy"] in strategies)


# Which cards

def test_every_made_card_and_as_many_reals_of_each_kind():
    """Nothing is added, nothing changed, nothing doubled; the reals are some of the given ones."""
    made, reals = some_cards(6, 4), some_reals(20, 30)
    cards = cards_of(album_page(made, reals, 0))
    for kind, n in zip(KINDS, (6, 4)):
        assert of(cards, kind, "AR") == of(made, kind, "AR") and of(cards, kind, "NAR") == of(made, kind, "NAR")
        shown = of(cards, kind, "real")
        assert len(shown) == len(set(shown)) == n and set(shown) < set(of(reals, kind, "real"))
    assert len(cards) == 20


@pytest.mark.parametrize("sprites, poems", [(3, 2), (0, 9), (1, 0)])
def test_with_few_reals_fewer_cards_are_used(sprites, poems):
    """Half the cards of each kind are real all the same, and which are left out depends on the seed."""
    pages = [cards_of(album_page(some_cards(9, 9), some_reals(sprites, poems), seed)) for seed in range(20)]
    for kind, n in zip(KINDS, (sprites, poems)):
        assert all(len(of(cards, kind, "real")) == len(of(cards, kind, "AR", "NAR")) == n for cards in pages)
        left_in = {tuple(of(cards, kind, "AR", "NAR")) for cards in pages}
        assert len(left_in) > 1 or n in (0, 9)


def test_a_page_holds_nothing_but_the_three_keys():
    """The grader may know who drew a card; the page does not."""
    page = album_page([{**card, "name": "王小明", "digest": "d1ge57"} for card in some_cards(2, 2)], some_reals(2, 2), 0)
    assert "王小明" not in page and "d1ge57" not in page
    assert all(set(card) == {"kind", "strategy", "content"} for card in cards_of(page))


def test_the_order_depends_on_the_seed_and_says_nothing():
    """The same seed gives the same page; over 400 seeds every place is held by a real one, and by each strategy, about as often as it should."""
    made, reals = some_cards(4, 4), some_reals(4, 4)
    pages = [album_page(made, reals, seed) for seed in range(400)]
    assert pages[0] == album_page(made, reals, 0) and len(set(pages)) == 400
    orders = [[card["strategy"] for card in cards_of(page)] for page in pages]
    for place in range(16):
        held = [order[place] for order in orders]
        # Five standard deviations, 48 times: false alarm below 1e-4, and the seeds are fixed.
        assert all(abs(held.count(one) - 400 * share) < 5 * (400 * share * (1 - share)) ** 0.5
                   for one, share in zip(STRATEGIES, (1 / 4, 1 / 4, 1 / 2)))
    assert sum(order == sorted(order) for order in orders) == 0


@pytest.mark.parametrize("card", [a_card("sound", "AR", 0), a_card("poem", "real", 0), a_card("poem", "<b>", 0)])
def test_a_card_of_another_kind_or_strategy_is_refused(card):
    """A real one among the made ones would be counted wrongly."""
    with pytest.raises(UserError, match="kind|strategy"):
        album_page([card], some_reals(1, 1), 0)
    with pytest.raises(UserError, match="strategy"):
        album_page([], some_cards(1, 0), 0)


# A page

def test_hostile_contents_stay_data():
    """html.parser sees the same tags as with harmless cards, JSON gives back every character, and the page can be saved."""
    def page(contents):
        return album_page([a_card(kind, "AR", 0, content) for kind in KINDS for content in contents],
                          [a_card(kind, "real", 0, content) for kind in KINDS for content in contents], 0)
    vile = page(VILE)
    assert Tags(vile).tags == Tags(page([PIXEL] * len(VILE))).tags
    assert of(cards_of(vile), "poem", "AR") == of(cards_of(vile), "sprite", "real") == sorted(VILE)
    block = re.search(r'<script type="application/json" id="album">(.*?)</script>', vile, re.S).group(1)
    assert block.isascii() and not set("<>&'") & set(block)
    vile.encode("utf-8")


def test_no_outside_resource_and_nothing_that_tells():
    """The policy forbids all but what stands in the page; outside the JSON block nothing depends on the cards."""
    page = album_page(some_cards(3, 3), some_reals(3, 3), 0)
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page
    assert not re.search(r"https?:|//[a-z]|@import|url\(|\b(src|href|action)=", page)
    seen = Tags(page)
    assert {tag[0] for tag in seen.tags} <= set("html head meta title style body header main section h1 h2 p b small span div figure button textarea footer "
                                                "noscript script br".split()) | {"/"}
    without = [re.sub(r'(id="album">).*?(</script>)', r"\1\2", one, flags=re.S) for one in (page, album_page(some_cards(9, 0), some_reals(9, 0), 5))]
    assert without[0] == without[1]
    assert "fetch" not in page and "XMLHttpRequest" not in page and "innerHTML" not in page


@pytest.mark.parametrize("made, reals", [([], []), (some_cards(2, 0), some_reals(0, 5)), ([], some_reals(2, 2))])
def test_without_any_card_the_page_says_so(made, reals):
    """And it has no script."""
    page = album_page(made, reals, 0)
    assert "沒有卡片" in page and "there is no card" in page and "<script" not in page and "<button" not in page
    assert "沒有卡片" not in album_page(some_cards(1, 0), some_reals(1, 0), 0)


# The script, in a browser

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
CELLS = [(kind, strategy, what) for kind in KINDS for strategy in STRATEGIES for what in ("n", "fooled", "told") if (strategy, what) != ("real", "told")]
# What is pressed, one button a turn, so that the page is what a player sees. "said" is one guess for each card.
PLAY = """<script>
  const texts = [];
  for (const guess of SAID) {
    texts.push([document.getElementById("place").textContent, document.getElementById("card").textContent]);
    const press = name => { const b = document.querySelector(`.buttons:not([hidden]) [data-do="${name}"]`); if (!b) throw Error(name); b.click(); };
    if (guess !== "real") press("made");
    press(guess);
    texts[texts.length - 1].push(document.getElementById("say").textContent);
    press("next");
  }
  const end = document.createElement("pre");
  end.id = "end";
  const lines = id => [...document.querySelectorAll(`#${id} .row`)].map(row => [...row.children].map(one => one.textContent).filter(Boolean));
  const box = document.getElementById("codes");
  const paste = text => { box.value = text; box.dispatchEvent(new Event("input")); return lines("class"); };
  const shown = id => !document.getElementById(id).closest("[hidden]");
  end.textContent = JSON.stringify({ texts, yours: lines("yours"), score: document.getElementById("score").textContent, code: document.getElementById("code").value,
    closed: shown("code"), pasted: PASTED.map(text => [paste(text), shown("class"), document.getElementById("read").textContent, document.getElementById("bad").textContent]),
    tags: [...document.querySelectorAll("#card, #card *")].map(one => one.tagName), wide: document.documentElement.scrollWidth > innerWidth });
  document.body.append(end);
</script>"""
REFUSED = '<script>Object.defineProperty(window, "localStorage", { get() { throw new DOMException("refused", "SecurityError"); } });</script>'


@pytest.fixture(scope="module")
def chromium(request):
    """The name of a browser; only --all starts one, and where CI runs it has to be there."""
    if not request.config.getoption("all"):
        pytest.skip("a browser: with --all")
    found = shutil.which("chromium")
    if not found and os.environ.get("CI"):
        pytest.fail("chromium is not on PATH")
    return found or pytest.skip("chromium is not on PATH")


@pytest.fixture
def dump(chromium, tmp_path):
    """A page as it stands after its scripts have run."""
    def run(page):
        path = tmp_path / "album.html"
        path.write_bytes(page.encode("utf-8"))
        done = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
                               "--virtual-time-budget=5000", "--dump-dom", path.as_uri()], capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
        return done.stdout.decode("utf-8")
    return run


class Told(HTMLParser):
    """What PLAY wrote at the end of a page."""

    def __init__(self, page):
        super().__init__()
        self.text, self.inside = "", False
        self.feed(page)
        self.close()
        assert self.text, "the script did not reach its end"
        self.said = json.loads(self.text)

    def handle_starttag(self, tag, attrs):
        self.inside = tag == "pre"

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        self.text += data if self.inside else ""


def with_script(page, script, **values):
    """The page with one more script at its end. Values stand in it as JSON."""
    for name, value in values.items():
        script = script.replace(name, json.dumps(value).replace("<", "\\u003c"))
    return page.replace("</body>", script + "</body>")


def tally(cards, said):
    """The counts of a player, card by card."""
    counts = dict.fromkeys(CELLS, 0)
    for card, guess in zip(cards, said):
        kind, truth = card["kind"], card["strategy"]
        counts[kind, truth, "n"] += 1
        if truth == "real" and guess != "real" or truth != "real" and guess == "real":
            counts[kind, truth, "fooled"] += 1
        if truth != "real" and guess == truth:
            counts[kind, truth, "told"] += 1
    return counts


def base36(number, wide=1):
    return (base36(number // 36, wide - 1) if number >= 36 or wide > 1 else "") + DIGITS[number % 36]


def check(name, body):
    """Two digits that change with any one character, and with two neighbours exchanged."""
    value = 0
    for digit in (name + body).lower():
        value = (37 * value + DIGITS.index(digit)) % 1291
    return base36(value, 2).upper()


def coded(name, nonce, counts):
    """The code of a result, written a second time."""
    wide = max(len(base36(count)) for count in counts.values())
    body = (nonce + str(wide) + "".join(base36(counts[cell], wide) for cell in CELLS)).upper()
    return "MG1-" + body + check(name, body)


def rows(counts, kinds=KINDS):
    """The lines of a report: for AR, NAR, real ones and telling apart, each kind and then both."""
    def line(label, k, n):
        if not n:
            return [label, "–"]
        low, high = Round("", n - k, k).interval()
        share, low, high = (int(100 * one + 0.5) for one in (k / n, low, high))
        return [label, f"{k} / {n}", f"{share}% ({low}%–{high}%)"]
    labels = [({"sprite": "小圖 sprites", "poem": "詩 poems"}[kind], [kind]) for kind in kinds] + ([("合計 both", KINDS)] if len(kinds) > 1 else [])
    for strategies in (["AR"], ["NAR"], ["real"], ["AR", "NAR"]):
        for label, some in labels:
            n, fooled, told = (sum(counts.get((kind, one, what), 0) for kind in some for one in strategies) for what in ("n", "fooled", "told"))
            yield line(label, told, n - fooled) if len(strategies) == 2 else line(label, fooled, n)


def added(*all_counts):
    return {cell: sum(counts[cell] for counts in all_counts) for cell in CELLS}


def test_a_class_plays_and_counts(dump, rng):
    """Clicking through all cards shows the counts and Wilson intervals of Python; codes come back as they were, each once, bad ones not at all."""
    page = album_page(some_cards(9, 7), some_reals(9, 7), 3)
    album = album_of(page)
    name, cards = album["name"], album["cards"]
    guesses = [[str(one) for one in rng.choice(STRATEGIES, len(cards))] for _ in range(4)]
    said, *others = guesses
    mine, first, second, third = (tally(cards, one) for one in guesses)
    codes = [coded(name, nonce, counts) for nonce, counts in zip(("AAAAAA", "0ZZZZ9", "MG1MG1"), (first, second, third))]
    again = coded(name, "BBBBBB", first)
    spoiled = codes[0][:8] + ("1" if codes[0][8] == "0" else "0") + codes[0][9:]
    swapped = next(codes[1][:i] + codes[1][i + 1] + codes[1][i] + codes[1][i + 2:] for i in range(4, 20) if codes[1][i] != codes[1][i + 1])
    too_many = coded(name, "CCCCCC", {**first, ("poem", "real", "n"): 8})
    more_than_all = coded(name, "CCCCCC", {**first, ("poem", "AR", "fooled"): first["poem", "AR", "n"] + 1})
    bad = [spoiled, swapped, too_many, more_than_all, coded("0123abcd", "DDDDDD", first), codes[2][:-1], codes[2] + "0", codes[2].replace("MG1-", "MG2-"), "MG1-"]
    pasted = [("\n".join(codes), added(first, second, third), 0),
              ("".join(codes), added(first, second, third), 0),
              (f"王：{codes[0]}，李 {codes[1].lower()};{codes[2].replace('-', '－')}、{codes[1]}", added(first, second, third), 0),
              (f"{codes[0]} {again}", added(first, first), 0),
              (f"{codes[0]},{codes[0]}", first, 0),
              (" ".join([codes[1], *bad]), second, len(bad)),
              (coded(name, "EEEEEE", tally(cards, others[0][:5])), tally(cards, others[0][:5]), 0),
              (" ".join(bad[:3]), None, 3), ("nothing <b>here</b>", None, 0), ("", None, 0)]
    told = Told(dump(with_script(page, PLAY, SAID=said, PASTED=[text for text, *_ in pasted]))).said
    assert [where for where, *_ in told["texts"]] == [f"{i} / {len(cards)}" for i in range(1, len(cards) + 1)]
    for card, guess, (_, text, verdict) in zip(cards, said, told["texts"]):
        made = card["strategy"] != "real"
        assert text.replace("\n", "") == (card["content"] if card["kind"] == "poem" else "")
        assert verdict[0] == ("✓" if guess == card["strategy"] else "△" if made and guess != "real" else "✗")
        assert {"AR": "各個擊破", "NAR": "一次到位", "real": "真的。"}[card["strategy"]] in verdict
    assert told["yours"] == list(rows(mine))
    right = sum(mine[cell] * (1 if cell[2] == "n" else -1) for cell in CELLS if cell[2] != "told")
    assert told["score"].startswith(f"{right} / {len(cards)} ") and told["closed"] and not told["wide"]
    assert told["code"] == coded(name, told["code"][4:10], mine)
    for (text, counts, n_bad), (lines, shown, read, complaint) in zip(pasted, told["pasted"], strict=True):
        assert shown == (counts is not None) and complaint.startswith(f"{n_bad} " if n_bad else ""), text
        assert bool(complaint) == bool(n_bad)
        if shown:
            assert lines == list(rows(counts)), text
            assert f"guesses: {sum(counts[cell] for cell in CELLS if cell[2] == 'n')}" in read
    assert "Codes: 2," in told["pasted"][3][2] and "Codes: 1," in told["pasted"][4][2] and "重複 1 個" in told["pasted"][4][2]
    assert "No code" in told["pasted"][8][2] and told["pasted"][9][2] == ""


def test_more_than_35_of_a_kind_make_a_longer_code(dump):
    """Two digits a number; one kind alone has no line for both; a phone that stores nothing plays all the same."""
    page = album_page(some_cards(0, 80), some_reals(0, 80), 0)
    album = album_of(page)
    said = ["real"] * len(album["cards"])
    counts = tally(album["cards"], said)
    code = coded(album["name"], "AAAAAA", counts)
    told = Told(dump(with_script(page.replace("<head>", "<head>" + REFUSED), PLAY, SAID=said, PASTED=[code]))).said
    assert told["yours"] == list(rows(counts, ["poem"])) == told["pasted"][0][0]
    assert told["code"] == coded(album["name"], told["code"][4:10], counts) and len(code) == 4 + 6 + 1 + 32 + 2


def test_hostile_cards_in_a_browser(dump):
    """A card is a text or the source of a picture: nothing in it becomes a tag."""
    page = album_page([a_card(kind, "NAR", 0, content) for kind in KINDS for content in VILE], [a_card(kind, "real", 0, content) for kind in KINDS for content in VILE], 1)
    seen = """<script>
      const tags = cards.map(card => { play(); const found = [...document.querySelectorAll("#card *")].map(one => one.outerHTML.replace(/="[^"]*"/g, "")); judge("NAR"); return [card.kind, ...found.map(one => one.match(/^<[^>]*>/)[0])]; });
      const end = document.createElement("pre"); end.textContent = JSON.stringify(tags); document.body.append(end);</script>"""
    for kind, *tags in Told(dump(with_script(page, seen))).said:
        assert tags == (["<p class style>"] if kind == "poem" else ["<img src alt>"]), (kind, tags)


def test_the_state_survives_a_reload_and_a_code_ends_the_game(dump):
    """Three guesses, a reload: the fourth card; the code is there only after "done", and then stays, also after a reload."""
    page = album_page(some_cards(4, 0), some_reals(4, 0), 0)
    press = "const press = name => document.querySelector(`[data-do=${name}]`).click(); const end = () => { const pre = document.createElement('pre'); document.body.append(pre); return pre; };"
    state = "JSON.stringify([document.getElementById('place').textContent, document.getElementById('code').value, !!document.querySelector('#closed[hidden]'), !!document.querySelector('#play[hidden]')])"
    steps = f"""<script>{press}
      const turn = Number(sessionStorage.getItem("turn") || 0), kept = JSON.parse(sessionStorage.getItem("kept") || "[]");
      const on = () => {{ kept.push({state}); sessionStorage.setItem("kept", JSON.stringify(kept)); sessionStorage.setItem("turn", turn + 1); }};
      if (turn === 0) {{ for (let i = 0; i < 3; i++) {{ press("real"); press("next"); }} on(); location.reload(); }}
      if (turn === 1) {{ on(); press("stop"); on(); press("close"); on(); location.reload(); }}
      if (turn === 2) {{ on(); end().textContent = JSON.stringify(kept.map(one => JSON.parse(one))); }}
    </script>"""
    played, reloaded, stopped, closed, again = Told(dump(with_script(page, steps))).said
    assert played[0] == reloaded[0] == "4 / 8" and not played[3] and not reloaded[3]
    assert stopped[2:] == [True, True] and closed[2:] == [False, True]
    assert again[1:] == closed[1:] and re.fullmatch(r"MG1-[0-9A-Z]{25}", closed[1])
    album = album_of(page)
    assert closed[1] == coded(album["name"], closed[1][4:10], tally(album["cards"], ["real"] * 3))
