"""What both languages say, written out for ehrQL: the head of each definition that it runs.

Where ehrQL means something else by its plain word, the rule of the criterion language is written
out with its own words (`PLAIN` leaves that away, to count what it is worth):

- months: ehrQL moves 31 March less a month on to 1 March, the language clips to 29 February;
- anchor: ehrQL finds no event in a window without a date, which is a no; here it is unknown;
- unusable: ehrQL's highest and lowest leave out records without a number; here one that could
  decide leaves the answer open;
- end: ehrQL compares with a missing end, which leaves the row out; here a chronic condition lasts
  on, and an episode without an end may have ended.
"""

TABLES = """
from datetime import date

from ehrql import case, create_dataset, days, months, weeks, when, years
from ehrql.tables import EventFrame, PatientFrame, Series, table


@table
class people(PatientFrame):
    birth = Series(date)
    sex = Series(str)
    consent = Series(date)
    screening = Series(date)
    baseline = Series(date)


@table
class values(EventFrame):
    record = Series(int)
    code = Series(int)
    day = Series(date)
    minute = Series(int)
    number = Series(float)
    unit = Series(int)
    answer = Series(int)


@table
class events(EventFrame):
    record = Series(int)
    code = Series(int)
    start = Series(date)
    end = Series(date)
"""

RULES = '''
SURE_IF_MET = {"highest": (">", ">="), "lowest": ("<", "<=")}


def compared(series, sign, number):
    if sign == ">":
        return series > number
    if sign == ">=":
        return series >= number
    if sign == "<":
        return series < number
    if sign == "<=":
        return series <= number
    return series == number


def by_months(day, number):
    moved = day + months(number)
    if PLAIN:
        return moved
    last = moved.to_first_of_month() - days(1)
    return case(when(moved.day == day.day).then(moved), otherwise=last)


class Window:
    """Two days, and whether each counts. Without a first day: None."""

    def __init__(self, first, last, first_counts=True, last_counts=True):
        if isinstance(first, str):
            first = case(when(people.exists_for_patient()).then(date.fromisoformat(first)))
        self.first = first if first is None or first_counts else first + days(1)
        self.last = last if last_counts else last - days(1)

    def of_values(self, name):
        rows = values.where(values.code.is_in(CODES[name]))
        rows = rows.where(rows.day <= self.last)
        return rows if self.first is None else rows.where(rows.day >= self.first)

    def known(self, answer):
        """The answer where the window has its days."""
        if PLAIN:
            return answer
        there = self.last.is_not_null()
        if self.first is not None:
            there = there & self.first.is_not_null()
        return case(when(there).then(answer))


def number_of(rows, name):
    if not UNITS[name]:
        return rows.number
    cases = [when(rows.unit.is_in(ids)).then(rows.number / by) for by, ids in UNITS[name]]
    return case(*cases)


def in_order(rows):
    return rows.sort_by(rows.day, rows.minute, rows.record)


def latest(name, window):
    return number_of(in_order(window.of_values(name)).last_for_patient(), name)


def earliest(name, window):
    return number_of(in_order(window.of_values(name)).first_for_patient(), name)


def extreme(which, name, window, sign, number):
    rows = window.of_values(name)
    numbers = number_of(rows, name)
    if which == "highest":
        found = compared(numbers.maximum_for_patient(), sign, number)
    else:
        found = compared(numbers.minimum_for_patient(), sign, number)
    if PLAIN:
        return found
    sure = sign in SURE_IF_MET[which]
    all_usable = ~rows.where(numbers.is_null()).exists_for_patient()
    return case(when(found if sure else ~found).then(sure), when(all_usable).then(found))


def some_value(name, window, sign, number):
    rows = window.of_values(name)
    numbers = number_of(rows, name)
    met = rows.where(compared(numbers, sign, number)).exists_for_patient()
    if PLAIN:
        return met
    all_usable = ~rows.where(numbers.is_null()).exists_for_patient()
    return case(when(met).then(True), when(rows.exists_for_patient() & all_usable).then(False))


def each_value(name, window, sign, number):
    rows = window.of_values(name)
    numbers = number_of(rows, name)
    failed = rows.where(~compared(numbers, sign, number)).exists_for_patient()
    if PLAIN:
        return ~failed
    all_usable = ~rows.where(numbers.is_null()).exists_for_patient()
    return case(when(failed).then(False), when(rows.exists_for_patient() & all_usable).then(True))


def answer(which, name, window, wanted):
    rows = in_order(window.of_values(name))
    row = rows.last_for_patient() if which == "latest" else rows.first_for_patient()
    if PLAIN:
        return row.answer.is_in(wanted)
    return case(when(row.answer.is_in(ANSWERS[name])).then(row.answer.is_in(wanted)))


def recorded(name, window):
    return window.known(window.of_values(name).exists_for_patient())


def count_of_values(name, window, sign, number):
    found = window.of_values(name).count_for_patient()
    return window.known(compared(found, sign, number))


def of_events(name, window):
    """The records that share a day with the window, and those that may."""
    rows = events.where(events.code.is_in(CODES[name]))
    rows = rows.where(rows.start <= window.last)
    if window.first is None:
        return rows, rows.where(rows.record.is_null())
    rows = rows.where(window.first <= window.last)
    shares = (rows.end >= window.first) | (rows.start >= window.first)
    if PLAIN:
        return rows.where(shares), rows.where(rows.record.is_null())
    if name in CHRONIC:
        return rows.where(shares | rows.end.is_null()), rows.where(rows.record.is_null())
    return rows.where(shares), rows.where((rows.start < window.first) & rows.end.is_null())


def event(name, window):
    sure, possible = of_events(name, window)
    met = sure.exists_for_patient()
    if PLAIN:
        return met
    found = case(when(met).then(True), when(~possible.exists_for_patient()).then(False))
    return window.known(found)


def count_of_events(name, window, sign, number):
    sure, possible = of_events(name, window)
    least = sure.count_for_patient()
    most = least + possible.count_for_patient()
    if PLAIN:
        return compared(least, sign, number)
    low, high = compared(least, sign, number), compared(most, sign, number)
    if sign == "=":
        found = case(
            when(low & high).then(True),
            when((least > number) | (most < number)).then(False),
        )
    else:
        found = case(when(low & high).then(True), when(~low & ~high).then(False))
    return window.known(found)


def at_least(number, operands):
    met = sum(case(when(one).then(1), otherwise=0) for one in operands)
    open_ones = sum(case(when(one.is_null()).then(1), otherwise=0) for one in operands)
    return case(when(met >= number).then(True), when(met + open_ones < number).then(False))


def first_known(operands):
    found = operands[0]
    for one in operands[1:]:
        found = case(when(found.is_not_null()).then(found), otherwise=one)
    return found


dataset = create_dataset()
dataset.define_population(people.exists_for_patient())
'''
