"""The theorems, by subject, in the order in which a course teaches them; every one is a test."""

SUBJECTS = (
    "probability",
    "cross_entropy",
    "objectives",
    "information",
    "maximum_likelihood",
    "label_smoothing",
    "softmax",
    "curvature",
    "confidence",
    "distillation",
    "parallel",
    "extrema",
    "binary",
    "losses",
    "policy",
    "perplexity",
    "units",
    "averages",
    "batches",
    "exercises",
)
