"""What the losses of ``audit_repository_cases`` are, for the tests and for the figures: name, inputs, what is asked, what is answered.

An answer is "proved", "refuted: " and how the difference begins, "unknown", or "unread: " and a part of the message.
"""

from typing import NamedTuple

ROWS, BATCH = "logits=T,V labels=T", "logits=B,T,V labels=B,T"
PAIRS = "policy_chosen_logps=B policy_rejected_logps=B"
FOUR = f"{PAIRS} reference_chosen_logps=B reference_rejected_logps=B"
BATCHES = "batches.0.logits=T,V batches.0.labels=T batches.1.logits=S,V batches.1.labels=S"
KEPT = "one-hot, mean over kept"


class Case(NamedTuple):
    name: str
    shapes: str
    wanted: str
    answer: str = "proved"
    ignore: int | None = -100


CASES = [
    Case("gpt2", "lm_logits=B,T,V labels=B,T", "next-token one-hot, mean over kept"),
    Case("nanogpt", "logits=B,T,V targets=B,T", KEPT, ignore=-1),
    Case("nanogpt_unpack", "logits=B,T,V targets=B,T", KEPT),
    Case("t5_z", "logits=B,T,V targets=B,T", "one-hot + z-loss(coef=1/10000), mean"),
    Case("palm_masked", f"{BATCH} mask=B,T:flags", "one-hot + z-loss(coef=1/10000), mean over kept"),
    Case("dpo", FOUR, "dpo(beta=1/10), mean"),
    Case("simpo", PAIRS, "simpo(beta=2, gamma=1), mean"),
    Case("orpo", "policy_chosen_logps=B:logp policy_rejected_logps=B:logp", "1/10 odds-ratio, mean"),
    Case("kto", f"{FOUR} kl=", "kto(beta=1/10), mean"),
    Case("grpo", "logps=B,T old_logps=B,T ref_logps=B,T advantages=B mask=B,T:flags", "grpo(eps=1/5, beta=1/25), mean of rows"),
    Case("ppo_clip", "new_logprobs=B,T old_logprobs=B,T advantages=B,T mask=B,T", "ppo(eps=1/5), mean over kept"),
    Case("reward_model", "chosen_rewards=B rejected_rewards=B", "bradley-terry, mean"),
    Case("hinton", "student_logits=B,V teacher_logits=B,V labels=B", "1/2 one-hot + 1/2 distillation(tau=4), mean", ignore=None),
    Case("hinton_soft", "student_logits=B,V teacher_logits=B,V", "distillation(tau=4), mean"),
    Case("hinton_log", "student_logits=B,V teacher_logits=B,V", "distillation(tau=2), mean"),
    Case("minillm", "student_logits=B,T,V teacher_logits=B,T,V mask=B,T", "reverse-kl, mean over kept"),
    Case("seq_kl", "logits=B,T,V ref_logits=B,T,V mask=B,T", "reverse-kl, mean of row sums"),
    Case("focal", ROWS, "focal(gamma=2), mean"),
    Case("focal_alpha", "inputs=B targets=B:probability", "binary focal, mean"),
    Case("unlikelihood", ROWS, "unlikelihood, mean", "refuted: it is what was asked for only where its bounds do nothing"),
    Case("clip_symmetric", "logits=V,V", "clip, mean"),
    Case("poly1", ROWS, "poly1(eps=1), mean", ignore=None),
    Case("confidence_penalty", ROWS, "one-hot - 1/10 entropy, mean", ignore=None),
    Case("soft_bootstrap", ROWS, "19/20 one-hot + 1/20 entropy, mean", ignore=None),
    Case("fused_linear_ce", "hidden=T,D weight=V,D labels=T", KEPT),
    Case("chunked_time", ROWS, KEPT, "unread: how many parts there are depends on the size T"),
    Case("chunked_rows", "logits=B,4,V labels=B,4", KEPT),
    Case("inverse_count", ROWS, KEPT),
    Case("z_over_all", ROWS, "one-hot + z-loss(coef=1/10000), mean over kept", "refuted: the z-loss is a mean over all positions"),
    Case("forward_kl", "student_logits=B,V teacher_logits=B,V", "distillation(tau=1), mean", "refuted: a cross-entropy: the entropy of the teacher"),
    Case("policy_gradient", "logprobs=B,T advantages=B,T mask=B,T:flags", "reinforce, mean over mask"),
    Case("k3_clamped", "logprob=T ref_logprob=T", "k3, mean", "refuted: it is what was asked for only where its bounds do nothing"),
    Case("multi_label", "logits=B,V target=B,V:probability", "binary, mean of row sums"),
    Case("mlm", "prediction_scores=B,T,V labels=B,T", KEPT),
    Case("class_weighted", f"{ROWS} weight=V", "weighted one-hot, mean over weights"),
    Case("none_then_mask", f"{BATCH} attention_mask=B,T", "one-hot, mean over mask"),
    Case("none_then_mask", f"{BATCH} attention_mask=B,T", KEPT, "refuted: another reduction: mean over mask"),
    Case("by_eye", ROWS, "one-hot, mean"),
    Case("by_len", ROWS, "one-hot, mean"),
    Case("by_numel", ROWS, "one-hot, mean"),
    Case("by_range", ROWS, "one-hot, mean", "unread: the program needs it as a number"),
    Case("max_subtract", ROWS, "one-hot, mean"),
    Case("compiled", ROWS, KEPT),
    Case("LMHead", BATCH, KEPT),
    Case("Trainer.compute_loss", "batch.logits=T,V batch.labels=T", "smoothed(eps=1/10), mean over kept"),
    Case("smoothed_partial", "input=T,V target=T", "smoothed(eps=1/10), mean over kept"),
    Case("fairseq", "logits=T,V target=T", "smoothed-off(eps=1/10), sum"),
    Case("hf_smoother", BATCH, "smoothed(eps=1/10), mean over kept"),
    Case("annotated_transformer", ROWS, "smoothed-off(eps=1/10), sum", "refuted: a divergence: the entropy of the target"),
    Case("accumulate", BATCHES, KEPT),
    Case("bce_sum", "logits=B target=B:probability", "binary, mean", "refuted: it is what was asked for only where its bounds do nothing"),
    Case("bce_hand", "logits=B target=B:probability", "binary, mean"),
    Case("bce_stable", "logits=B target=B:probability", "binary, mean"),
    Case("mask_where", ROWS, KEPT),
    Case("loss_per_row", BATCH, "one-hot, mean of rows"),
    Case("loss_eps_denominator", ROWS, KEPT, "unknown: 1/100000000 is added to the number by which it is divided"),
    Case("boolean_index", BATCH, KEPT),
    Case("nonzero_index", ROWS, KEPT),
    Case("hinge", ROWS, "one-hot, mean", "unread: there is no reading of it"),
    Case("zipped", BATCH, "one-hot, mean of rows", "unread: its length may be any number"),
]  # fmt: skip
