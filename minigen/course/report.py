"""What a student reads: reports of units and a picture of progress, as lines of text in English and 繁體中文."""

from minigen.course.units import BY_NUMBER, HOMEWORKS, UNITS

STATES = {"done": "done 完成", "wrong": "not yet 還沒過", "to do": "to do 待填", "missing": "missing 找不到檔案",
          "broken": "cannot be used 無法使用", "stopped": "stopped 中斷"}


def unit_lines(report, states, whole, folder="exercises"):
    """One unit: its state, what fails and why; with ``whole`` every check and where to look.

    ``folder`` is where the file is. ``states`` maps unit numbers to the states of those that are known: a needed unit that is missing is named.
    """
    unit = report.unit
    lines = [f"{unit.name}: {STATES[report.state]}" + (f" ({len(report.failed)} of {len(report.checks)} checks fail)"
                                                       if report.state == "wrong" else "")]
    if report.said:
        lines.append(f"    {report.said}")
    if whole and report.state == "to do":
        lines += [f"    {unit.sentence}", f"    {unit.sentence_zh}"]
    if report.state in ("wrong", "stopped"):
        shown = report.checks if whole else [check for check in report.checks if not check.passed][:1]
        lines += [f"    {'ok  ' if check.passed else 'FAIL'}  {check.line}" + ("" if check.passed else f"\n          {check.said}")
                  for check in shown]
    if len(report.hints) > 1:
        lines.append("    one of these / 可能是其中之一：")
    lines += [f"    {hint}" for hint in report.hints[:3]]
    if report.state == "wrong" and (whole or not report.hints):
        lines += [f"    where to look: {unit.hint}", f"    提示：{unit.hint_zh}"]
    if report.state == "done" and whole and unit.see:
        lines.append(f"    see it at work 看看你的程式碼：{unit.see.replace('exercises/', f'{folder}/')}")
    lacking = [BY_NUMBER[number] for number in unit.needs if states.get(number, "done") != "done"]
    if lacking and (report.state in ("wrong", "stopped", "broken") or whole and report.state != "done"):
        names = ", ".join(other.name for other in lacking)
        lines.append(f"    it builds on {names}: do that first / 先完成 {names}")
    return lines


def progress_lines(states):
    """A picture of progress: one bar a homework, then the next unit. ``states`` as above, for all units."""
    lines = []
    for homework, (title, title_zh) in HOMEWORKS.items():
        units = [unit for unit in UNITS if unit.homework == homework]
        done = [states.get(unit.number) == "done" for unit in units]
        bar = "".join("#" if one else "." for one in done)
        lines.append(f"{homework:5s} {f'[{bar}]':9s} {sum(done)} of {len(units)}   {title} {title_zh}")
    left = [unit for unit in UNITS if states.get(unit.number) != "done"]
    ready = [unit for unit in left if all(states.get(number) == "done" for number in unit.needs)]
    if left:
        unit = (ready or left)[0]
        lines += [f"next 下一個：{unit.name}: {unit.sentence}", f"    {unit.sentence_zh}"]
    else:
        lines.append("everything is done 全部完成！")
    return lines
