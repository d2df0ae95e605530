"""The theorems, by subject, in the order in which a course teaches them; every one is a test."""

SUBJECTS = (
    "probability",
    "cross_entropy",
    "objectives",
    "information",
    "label_smoothing",
    "softmax",
    "curvature",
    "extrema",
    "binary",
    "losses",
    "policy",
    "perplexity",
    "averages",
    "exercises",
)
