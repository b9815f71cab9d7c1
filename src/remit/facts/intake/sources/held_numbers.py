"""Numbers as the tables hold them: with six decimals, and never made equal to a limit.

To the nearest, 0.50000049 is 0.5: a value above a limit would stand at it, and a verdict flips.
So what has more decimals is rounded to odd: of the two numbers beside it, it takes the one whose
last digit is odd. A limit of up to five decimals has an even sixth one, so that the number stays
on its side of the limit, and the error is below one millionth (S. Boldo, G. Melquiond, "Emulation
of a FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE Transactions on
Computers 57(4), 2008, 462-471).

The last digit of 0.30000000000000004 was never measured: a binary computer wrote it for 0.3. So a
number is first held to the 15 digits that a double carries (DBL_DIG of the C standard, 5.2.4.2.2).
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal

from remit.facts.tables import NUMBER

MOST = Decimal(10) ** (NUMBER.precision - NUMBER.scale)
_DOUBLE = Context(prec=15, rounding=ROUND_HALF_EVEN)


def held_number(number: Decimal) -> Decimal | None:
    """The number that the tables hold for it; None where it is too large, or none.

    >>> held_number(Decimal("0.50000049")), held_number(Decimal("0.49999951"))
    (Decimal('0.500001'), Decimal('0.499999'))
    >>> held_number(Decimal("0.30000000000000004")), held_number(Decimal("1e12"))
    (Decimal('0.300000'), None)
    """
    if not number.is_finite() or abs(number) >= MOST:
        return None
    # A number that the tables hold whole may have 18 digits.
    if number.is_zero() or int(number.as_tuple().exponent) >= -NUMBER.scale:
        return number
    millionths = _DOUBLE.plus(number).scaleb(NUMBER.scale)
    below = math.floor(millionths)
    held = Decimal(below if below == millionths else below | 1).scaleb(-NUMBER.scale)
    return held if abs(held) < MOST else None
