"""Integers are not factored: small primes are divided out, and what remains stays whole.

Where two such remainders could share a factor, both are refined to a coprime base by greatest common divisors, which
is cheap for numbers of any size and is all that unique factorisation needs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Final


def _primes_below(limit: int) -> tuple[int, ...]:
    sieve = bytearray([1]) * limit
    sieve[:2] = b"\0\0"
    for p in range(2, math.isqrt(limit) + 1):
        if sieve[p]:
            sieve[p * p :: p] = bytes(len(range(p * p, limit, p)))
    return tuple(n for n in range(limit) if sieve[n])


SMALL: Final = 4096
_PRIMES: Final = _primes_below(SMALL)
PRIME_BELOW: Final = SMALL * SMALL  # an integer below this without a prime factor below SMALL is prime
ROOT_BITS: Final = 8192  # larger integers are not tested for being perfect powers


def valuation(n: int, p: int) -> tuple[int, int]:
    """(k, n / p^k) with the largest k such that p^k divides n != 0."""
    k = 0
    while n % p == 0:
        power, e = p, 1
        while n % (power * power) == 0:
            power, e = power * power, 2 * e
        n, k = n // power, k + e
    return k, n


def _integer_root(n: int, k: int) -> int:
    """The largest r with r^k <= n, by Newton's iteration from above."""
    r = 1 << -(-n.bit_length() // k)
    while True:
        better = ((k - 1) * r + n // r ** (k - 1)) // k
        if better >= r:
            return r
        r = better


def as_power(n: int) -> tuple[int, int]:
    """(r, k) with r^k = n and k as large as possible, for n without a prime factor below SMALL."""
    k = 1
    if n < PRIME_BELOW or n.bit_length() > ROOT_BITS:
        return n, 1
    for p in _PRIMES:
        while p * (SMALL.bit_length() - 1) <= n.bit_length() and (r := _integer_root(n, p)) ** p == n:
            n, k = r, k * p
        if p * (SMALL.bit_length() - 1) > n.bit_length():
            break
    return n, k


@lru_cache(maxsize=1 << 14)
def split(n: int) -> tuple[tuple[int, int], ...]:
    """n >= 1 as powers of primes below SMALL and of at most one further base, which need not be prime."""
    found: list[tuple[int, int]] = []
    for p in _PRIMES:
        if p * p > n:
            break
        if n % p == 0:
            k, n = valuation(n, p)
            found.append((p, k))
    if n > 1:
        found.append(as_power(n))
    return tuple(found)


def coprime_base(numbers: Iterable[int]) -> list[int]:
    """Pairwise coprime integers > 1 of which all the numbers are products: gcds only, no factoring.

    It ends because each step that finds a common factor g makes the product of all numbers smaller by g.
    """
    base: list[int] = []
    waiting = sorted(set(numbers))
    while waiting:
        n = waiting.pop()
        if n == 1:
            continue
        for i, b in enumerate(base):
            if (g := math.gcd(n, b)) > 1:
                del base[i]
                waiting += [g, b // g, n // g]
                break
        else:
            base.append(n)
    return base
