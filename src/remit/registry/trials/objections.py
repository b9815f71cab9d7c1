"""What speaks against one trial in two records: contradictions, and questions for a person.

Trials of one sponsor share title, criteria and sites but for a dose, a product or an age, and a
false merge mixes their criteria without a trace. So a link without a shared number needs pages
that agree in every number and every telling word; where only one page says a thing, a person is
asked.
"""

from __future__ import annotations

from decimal import Decimal

from remit.registry.record import AgeLimit
from remit.registry.text.titles import sponsor_similarity
from remit.registry.trials.criteria_pairs import compare_criteria
from remit.registry.trials.link_grounds import Question, Veto, versus
from remit.registry.trials.profile import Profile, days_of
from remit.registry.trials.title_pairs import compare_titles, names_several_centres
from remit.registry.trials.treatment_words import compare_treatments

# From one registration to its copies an enrolment is corrected, not multiplied.
_ENROLMENTS_APART = Decimal("1.5")
_YEARS_APART = 2


def forbid(left: Profile, right: Profile) -> tuple[Veto, ...]:
    """Every contradiction between what two records state in their fields.

    None where they share their own registry id, except another id of the same registry.
    """
    if left.own_ids & right.own_ids:
        return _same_registry(left, right)
    found = [*_same_registry(left, right)]
    listed = {i.number for i in left.own_ids} & right.listed_ids
    listed |= {i.number for i in right.own_ids} & left.listed_ids
    if listed:
        found.append(Veto("listed_as_another_trial", ", ".join(sorted(listed))))
    if left.countries and right.countries and not left.countries & right.countries:
        found.append(Veto("countries", versus(left.countries, right.countries)))
    if left.substances and right.substances and not left.substances & right.substances:
        found.append(Veto("interventions", versus(left.substances, right.substances)))
    if left.follow_up != right.follow_up and left.titles and right.titles:
        found.append(Veto("follow_up", "only one title names a follow-up or extension"))
    if left.study_type and right.study_type and left.study_type != right.study_type:
        found.append(Veto("study_type", f"{left.study_type} / {right.study_type}"))
    if left.sex and right.sex and left.sex != right.sex:
        found.append(Veto("sex", f"{left.sex} / {right.sex}"))
    found += _ages(left, right)
    if left.phase and right.phase and not _bases(left) & _bases(right):
        found.append(Veto("phase", versus(left.phase, right.phase)))
    series = _other_member(left, right)
    if series:
        found.append(Veto("series", series))
    return tuple(found)


def object_to(left: Profile, right: Profile) -> tuple[Veto | Question, ...]:
    """What the texts of two records that look alike say differently, and what stays open.

    Nothing where they share their own registry id.
    """
    if left.own_ids & right.own_ids:
        return ()
    return (
        *compare_titles(left.titles, right.titles),
        *compare_criteria(
            left.criteria_words,
            right.criteria_words,
            lists_lost=left.lists_lost or right.lists_lost,
        ),
        *compare_treatments(left.treatment, right.treatment),
        *_open_phase(left, right),
        *_open_ages(left, right),
        *_open_details(left, right),
    )


def _same_registry(left: Profile, right: Profile) -> tuple[Veto, ...]:
    mine = {i.registry: i.number for i in left.own_ids}
    theirs = {i.registry: i.number for i in right.own_ids}
    return tuple(
        Veto("own_ids", f"{mine[r]} / {theirs[r]}")
        for r in sorted(mine.keys() & theirs.keys())
        if mine[r] != theirs[r]
    )


def _ages(left: Profile, right: Profile) -> list[Veto]:
    """Limits that both records state and state differently; inclusive or not is no difference."""
    for name, one, other in zip(("from", "up to"), left.ages, right.ages, strict=True):
        if one is None or other is None:
            continue
        mine, theirs = days_of(one), days_of(other)
        if mine is not None and theirs is not None and abs(mine - theirs) > 1:
            return [Veto("ages", f"{name} {one.text} / {name} {other.text}")]
    return []


def _open_ages(left: Profile, right: Profile) -> list[Veto | Question]:
    """Age limits of one page's fields that the other page's criteria do not name."""
    found: list[Veto | Question] = []
    for mine, theirs in ((left, right), (right, left)):
        stated = {value for limit in mine.ages if (value := _years(limit)) is not None}
        named = theirs.ages_in_criteria
        missing = stated - named
        if not missing or not named or all(limit is not None for limit in theirs.ages):
            continue
        said = f"{_listed(stated)} years / a criterion on age with {_listed(named)}"
        if missing == stated:
            found.append(Veto("ages", said))
        elif len(named) > 1:
            found.append(Question("ages", said))
    return found[:1]


def _years(limit: AgeLimit | None) -> Decimal | None:
    if limit is None or limit.value is None or limit.unit != "years":
        return None
    return limit.value


def _listed(numbers: set[Decimal] | frozenset[Decimal]) -> str:
    return ", ".join(f"{number:f}" for number in sorted(numbers))


def _bases(profile: Profile) -> frozenset[str]:
    return frozenset(phase[0] for phase in profile.phase)


def _open_phase(left: Profile, right: Profile) -> list[Question]:
    if left.phase == right.phase:
        return []
    if not left.phase or not right.phase:
        (named,) = (left.phase or right.phase,)
        return [Question("phase", f"only one page names phase {', '.join(sorted(named))}")]
    return [Question("phase", versus(left.phase, right.phase))]


def _open_details(left: Profile, right: Profile) -> list[Question]:
    """Fields that copies of one registration rarely have apart."""
    found = []
    if left.sponsor and right.sponsor and sponsor_similarity(left.sponsor, right.sponsor) < 0.5:
        found.append(Question("sponsor", f"{left.sponsor[:80]} / {right.sponsor[:80]}"))
    for one, other in ((left, right), (right, left)):
        if names_several_centres(one.titles) and other.sites == 1:
            found.append(Question("places", "one title says several centres, one page names one"))
    if left.cities and right.cities and not left.cities & right.cities:
        found.append(Question("places", versus(left.cities, right.cities)))
    if left.enrolment and right.enrolment:
        low, high = sorted((left.enrolment, right.enrolment))
        if high > _ENROLMENTS_APART * low:
            found.append(Question("enrolment", f"{left.enrolment} / {right.enrolment}"))
    if left.completion and right.completion:
        apart = abs(int(left.completion[:4]) - int(right.completion[:4]))
        if apart > _YEARS_APART:
            found.append(Question("date_completion", f"{left.completion} / {right.completion}"))
    if left.first_posted and right.first_posted:
        a, b = left.first_posted, right.first_posted
        if not (a.startswith(b) or b.startswith(a)):
            # The day on which a trial was first posted never changes.
            found.append(Question("date_first_posted", f"{a} / {b}"))
    for name in sorted(left.design.keys() & right.design.keys()):
        if left.design[name] != right.design[name]:
            found.append(Question(name, f"{left.design[name]} / {right.design[name]}"))
    for measure in sorted(left.outcome_times.keys() & right.outcome_times.keys()):
        mine, theirs = left.outcome_times[measure], right.outcome_times[measure]
        if mine and theirs and mine != theirs:
            said = f"{measure}: {' '.join(mine)} / {' '.join(theirs)}"
            found.append(Question("outcome", said[:200]))
            break
    return found


def _other_member(left: Profile, right: Profile) -> str | None:
    """Two members of one series, such as "EXAMPLE-1" and "EXAMPLE-2"."""
    for word in sorted({w for w, _ in left.series} & {w for w, _ in right.series}):
        mine = {n for w, n in left.series if w == word}
        theirs = {n for w, n in right.series if w == word}
        if not mine & theirs:
            return f"{word} {'/'.join(sorted(mine))} and {word} {'/'.join(sorted(theirs))}"
    return None
