"""The theorems, by subject, in the order in which a course teaches them; every one is a test."""

SUBJECTS = (
    "probability",
    "joint",
    "cross_entropy",
    "objectives",
    "next_token",
    "information",
    "label_smoothing",
    "softmax",
    "curvature",
    "concatenation",
    "extrema",
    "binary",
    "losses",
    "policy",
    "estimators",
    "preferences",
    "perplexity",
    "averages",
    "exercises",
)
