"""Greek letters, and ℓ, by their English names, and as each target spells them."""

from __future__ import annotations

SMALL = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "ell": "ℓ",
}  # fmt: skip
CAPITAL = {
    name.capitalize(): SMALL[name].upper()
    for name in ("gamma", "delta", "theta", "lambda", "xi", "pi", "sigma", "phi", "psi", "omega")
}


def signs(begin: str = "", **other: str) -> dict[str, str]:
    """The signs by their names, with ``begin`` before each; ``other`` has the names that differ from the English ones."""
    return {begin + other.get(name, name): sign for name, sign in (SMALL | CAPITAL).items()}
