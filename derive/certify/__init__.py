"""Certificates: the recorded proof of a theorem as a Rocq development, which a second proof checker replays.

``write_certificates(entries, folder)`` writes them, ``run_certificates(folder)`` has Rocq replay them, and
``claim_rocq(entry)`` is the claim alone, for readers.
"""

from derive.certify.certificate import Certificate, certificate, claim_rocq
from derive.certify.result import Result
from derive.certify.run import run_certificates, write_certificates

__all__ = ["Certificate", "Result", "certificate", "claim_rocq", "run_certificates", "write_certificates"]
