"""Which RSA keys we accept: RFC 7518 section 3.3, and what is known to be weak beyond it."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from specs.jose.errors import InvalidJwk

_MIN_BITS: Final = 2048
_MAX_BITS: Final = 8192  # checking a signature grows with the square of it
_MIN_EXPONENT: Final = 65537
_MAX_EXPONENT: Final = 2**32 - 1

_SMALL_PRIMES: Final = tuple(n for n in range(3, 168) if all(n % divisor for divisor in range(2, n)))
# Keys of certain chips (CVE-2017-15361, "ROCA") can be factored. Their modulus is a power of 65537 modulo
# each small prime; that another modulus is so for all of these happens once in a hundred million times.
_POWERS: Final = {prime: frozenset(pow(65537, n, prime) for n in range(prime)) for prime in _SMALL_PRIMES}


def check_rsa_key(numbers: RSAPublicNumbers) -> None:
    """Raises InvalidJwk for less than 2048 or more than 8192 bits, even exponents, and factorable moduli."""
    if not _MIN_BITS <= numbers.n.bit_length() <= _MAX_BITS:
        raise InvalidJwk("size of the modulus")
    if not _MIN_EXPONENT <= numbers.e <= _MAX_EXPONENT or numbers.e % 2 == 0 or numbers.n % 2 == 0:
        raise InvalidJwk("exponent or modulus")
    if all(numbers.n % prime in powers for prime, powers in _POWERS.items()):
        raise InvalidJwk("factorable modulus")
