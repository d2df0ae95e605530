(* The axioms of the kernel, each a fact of the standard reals.  The lemma ax_NAME states the axiom NAME; a test reads
   the statements back and compares them with the kernel's. *)
From Coq Require Import Reals ZArith Lra Lia FunctionalExtensionality Ranalysis.
From Derive Require Import Operators Rules.
Open Scope R_scope.

Lemma update_same (z : Z -> R) (j : Z) : update z j (z j) = z.
Proof.
  apply functional_extensionality; intros k; unfold update; destruct (Z.eq_dec k j); congruence.
Qed.
Lemma limit_near (f g : R -> R) (x l d : R) : 0 < d -> (forall s, Rabs (s - x) < d -> f s = g s) ->
  derivable_pt_lim f x l -> derivable_pt_lim g x l.
Proof.
  intros pos same h e e_pos; destruct (h e e_pos) as [r hr].
  exists (mkposreal (Rmin r d) (Rmin_pos _ _ (cond_pos r) pos)); simpl; intros u nz small.
  rewrite <- !same.
  - apply hr; [exact nz|apply (Rlt_le_trans _ _ _ small), Rmin_l].
  - unfold Rminus; rewrite Rplus_opp_r, Rabs_R0; exact pos.
  - replace (x + u - x) with u by ring; apply (Rlt_le_trans _ _ _ small), Rmin_r.
Qed.
Lemma near_value (f : R -> R) (x l e : R) : derivable_pt_lim f x l -> 0 < e ->
  exists d, 0 < d /\ forall s, Rabs (s - x) < d -> Rabs (f s - f x) < e.
Proof.
  intros h pos; assert (c : continuity_pt f x) by (apply derivable_continuous_pt; now exists l).
  destruct (c e pos) as [d [d_pos near]]; exists d; split; [exact d_pos|intros s small].
  destruct (Req_dec x s) as [<-|n]; [unfold Rminus; rewrite Rplus_opp_r, Rabs_R0; exact pos|].
  apply (near s); split; [split; [exact I|exact n]|exact small].
Qed.
Lemma limit_inv (y : R) : y <> 0 -> derivable_pt_lim Rinv y (- / (y * y)).
Proof.
  intros n; apply (limit_near (fun s => 1 / s) _ _ _ 1); [lra|intros s _; unfold Rdiv; ring|].
  replace (- / (y * y)) with ((0 * y - 1 * 1) / Rsqr y) by (unfold Rsqr; field; exact n).
  exact (derivable_pt_lim_div (fct_cte 1) id y 0 1 (derivable_pt_lim_const 1 y) (derivable_pt_lim_id y) n).
Qed.

Lemma ax_sum_empty : forall (n : Z) (m : Z) (f : (Z -> R)),
  ((IZR n) < (IZR m)) ->
  ((Sum m n (fun k : Z => (f k))) = 0).
Proof.
  intros n m f h; apply Sum_none; now apply lt_IZR.
Qed.
Lemma ax_sum_last : forall (m : Z) (n : Z) (f : (Z -> R)),
  ((IZR m) <= ((IZR n) + 1)) ->
  ((Sum m (n + 1%Z)%Z (fun k : Z => (f k))) = ((Sum m n (fun k : Z => (f k))) + (f (n + 1%Z)%Z))).
Proof.
  intros m n f h; apply Sum_more, le_IZR; now rewrite plus_IZR.
Qed.
Lemma ax_prod_empty : forall (n : Z) (m : Z) (f : (Z -> R)),
  ((IZR n) < (IZR m)) ->
  ((Prod m n (fun k : Z => (f k))) = 1).
Proof.
  intros n m f h; apply Prod_none; now apply lt_IZR.
Qed.
Lemma ax_prod_last : forall (m : Z) (n : Z) (f : (Z -> R)),
  ((IZR m) <= ((IZR n) + 1)) ->
  ((Prod m (n + 1%Z)%Z (fun k : Z => (f k))) = ((Prod m n (fun k : Z => (f k))) * (f (n + 1%Z)%Z))).
Proof.
  intros m n f h; apply Prod_more, le_IZR; now rewrite plus_IZR.
Qed.
Lemma ax_delta_same : forall (i : Z),
  ((Delta i i) = 1).
Proof.
  exact Delta_same.
Qed.
Lemma ax_delta_diff : forall (i : Z) (j : Z),
  ((IZR i) <> (IZR j)) ->
  ((Delta i j) = 0).
Proof.
  intros i j h; apply Delta_diff; intros ->; now apply h.
Qed.
Lemma ax_exp_add : forall (x : R) (y : R),
  ((exp (x + y)) = ((exp x) * (exp y))).
Proof.
  exact exp_plus.
Qed.
Lemma ax_exp_pos : forall (x : R),
  (0 < (exp x)).
Proof.
  exact exp_pos.
Qed.
Lemma ax_exp_gt_one_add : forall (x : R),
  (x <> 0) ->
  ((1 + x) < (exp x)).
Proof.
  exact exp_ineq1.
Qed.
Lemma ax_log_exp : forall (x : R),
  ((Ln (exp x)) = x).
Proof.
  intros x; rewrite Ln_ln by apply exp_pos; apply ln_exp.
Qed.
Lemma ax_exp_log : forall (x : R),
  (0 < x) ->
  ((exp (Ln x)) = x).
Proof.
  intros x h; rewrite Ln_ln by assumption; now apply exp_ln.
Qed.
Lemma ax_pow_eq_exp : forall (x : R) (a : R),
  (0 < x) ->
  ((Pow x a) = (exp (a * (Ln x)))).
Proof.
  intros x a h; rewrite Pow_pos, Ln_ln by assumption; reflexivity.
Qed.
Lemma ax_zero_log_zero : forall (x : R),
  ((Xlogy 0 x) = 0).
Proof.
  exact Xlogy_zero.
Qed.
Lemma ax_xlogy_eq_mul_log : forall (x : R) (a : R),
  (0 < x) ->
  ((Xlogy a x) = (a * (Ln x))).
Proof.
  intros x a h; rewrite Xlogy_pos, Ln_ln by assumption; reflexivity.
Qed.
Lemma ax_mul_pos : forall (x : R) (y : R),
  (0 < x) ->
  (0 < y) ->
  (0 < (x * y)).
Proof.
  exact Rmult_lt_0_compat.
Qed.
Lemma ax_le_antisymm : forall (x : R) (y : R),
  (x <= y) ->
  (y <= x) ->
  (x = y).
Proof.
  exact Rle_antisym.
Qed.
Lemma ax_partial_const : forall (c : R) (z : (Z -> R)) (j : Z),
  (HasPartial (fun z_2 : (Z -> R) => c) z j 0).
Proof.
  intros c z j; exact (derivable_pt_lim_const c (z j)).
Qed.
Lemma ax_partial_entry : forall (k : Z) (z : (Z -> R)) (j : Z),
  (HasPartial (fun z_2 : (Z -> R) => (z_2 k)) z j (Delta k j)).
Proof.
  intros k z j; unfold HasPartial, update; destruct (Z.eq_dec k j) as [->|n].
  - rewrite Delta_same; exact (derivable_pt_lim_id (z j)).
  - rewrite Delta_diff by assumption; exact (derivable_pt_lim_const (z k) (z j)).
Qed.
Lemma ax_partial_add : forall (F : ((Z -> R) -> R)) (z : (Z -> R)) (j : Z) (l1 : R) (G : ((Z -> R) -> R)) (l2 : R),
  (HasPartial (fun z_2 : (Z -> R) => (F z_2)) z j l1) ->
  (HasPartial (fun z_2 : (Z -> R) => (G z_2)) z j l2) ->
  (HasPartial (fun z_2 : (Z -> R) => ((F z_2) + (G z_2))) z j (l1 + l2)).
Proof.
  intros F z j l1 G l2 f g; exact (derivable_pt_lim_plus _ _ _ _ _ f g).
Qed.
Lemma ax_partial_mul : forall (F : ((Z -> R) -> R)) (z : (Z -> R)) (j : Z) (l1 : R) (G : ((Z -> R) -> R)) (l2 : R),
  (HasPartial (fun z_2 : (Z -> R) => (F z_2)) z j l1) ->
  (HasPartial (fun z_2 : (Z -> R) => (G z_2)) z j l2) ->
  (HasPartial (fun z_2 : (Z -> R) => ((F z_2) * (G z_2))) z j ((l1 * (G z)) + ((F z) * l2))).
Proof.
  intros F z j l1 G l2 f g.
  assert (h := derivable_pt_lim_mult _ _ _ _ _ f g); cbv beta in h; rewrite update_same in h; exact h.
Qed.
Lemma ax_partial_inv : forall (F : ((Z -> R) -> R)) (z : (Z -> R)) (j : Z) (l1 : R),
  (HasPartial (fun z_2 : (Z -> R) => (F z_2)) z j l1) ->
  ((F z) <> 0) ->
  (HasPartial (fun z_2 : (Z -> R) => (Div 1 (F z_2))) z j (- (Div l1 ((F z) * (F z))))).
Proof.
  intros F z j l1 f n.
  destruct (near_value _ _ _ (Rabs (F z)) f (Rabs_pos_lt _ n)) as [d [pos near]].
  apply (limit_near (fun s => / F (update z j s)) _ _ _ d pos).
  - intros s h; rewrite Div_Rdiv; [unfold Rdiv; ring|].
    intros e; specialize (near s h); rewrite update_same, e in near.
    replace (0 - F z) with (- F z) in near by ring; rewrite Rabs_Ropp in near; lra.
  - rewrite Div_Rdiv by now apply mul_nonzero.
    assert (h := derivable_pt_lim_comp _ Rinv _ _ (- / (F z * F z)) f); cbv beta in h; rewrite update_same in h.
    replace (- (l1 / (F z * F z))) with (- / (F z * F z) * l1) by (field; assumption).
    apply h, limit_inv; exact n.
Qed.
Lemma ax_partial_exp : forall (F : ((Z -> R) -> R)) (z : (Z -> R)) (j : Z) (l1 : R),
  (HasPartial (fun z_2 : (Z -> R) => (F z_2)) z j l1) ->
  (HasPartial (fun z_2 : (Z -> R) => (exp (F z_2))) z j ((exp (F z)) * l1)).
Proof.
  intros F z j l1 f.
  assert (h := derivable_pt_lim_comp _ exp _ _ _ f (derivable_pt_lim_exp _)); cbv beta in h.
  rewrite update_same in h; exact h.
Qed.
Lemma ax_partial_log : forall (F : ((Z -> R) -> R)) (z : (Z -> R)) (j : Z) (l1 : R),
  (HasPartial (fun z_2 : (Z -> R) => (F z_2)) z j l1) ->
  (0 < (F z)) ->
  (HasPartial (fun z_2 : (Z -> R) => (Ln (F z_2))) z j (Div l1 (F z))).
Proof.
  intros F z j l1 f pos.
  destruct (near_value _ _ _ (F z) f pos) as [d [d_pos near]].
  apply (limit_near (fun s => ln (F (update z j s))) _ _ _ d d_pos).
  - intros s h; symmetry; apply Ln_ln; specialize (near s h); rewrite update_same in near.
    apply Rabs_def2 in near; lra.
  - rewrite Div_Rdiv by lra.
    assert (h := derivable_pt_lim_comp _ ln _ _ (/ F z) f); cbv beta in h; rewrite update_same in h.
    replace (l1 / F z) with (/ F z * l1) by (field; lra).
    apply h, derivable_pt_lim_ln; exact pos.
Qed.
Lemma ax_partial_sum : forall (m : Z) (n : Z) (F : (Z -> ((Z -> R) -> R))) (z : (Z -> R)) (j : Z) (l : (Z -> R)),
  (forall k : Z, (((IZR m) <= (IZR k)) -> (((IZR k) <= (IZR n)) -> (HasPartial (fun z_2 : (Z -> R) => (F k z_2)) z j (l k))))) ->
  (HasPartial (fun z_2 : (Z -> R) => (Sum m n (fun k : Z => (F k z_2)))) z j (Sum m n (fun k : Z => (l k)))).
Proof.
  intros m n F z j l h; destruct (Z_lt_le_dec n m) as [none|le].
  - rewrite Sum_none by assumption; unfold HasPartial.
    apply (limit_near (fun _ => 0) _ _ _ 1); [lra| |exact (derivable_pt_lim_const 0 (z j))].
    intros s _; now rewrite Sum_none.
  - assert (G : forall k : nat, (m - 1 + Z.of_nat k <= n)%Z ->
      derivable_pt_lim (fun s => Sum m (m - 1 + Z.of_nat k) (fun i => F i (update z j s))) (z j)
        (Sum m (m - 1 + Z.of_nat k) l)).
    { induction k; intros b.
      - rewrite Sum_none by lia; apply (limit_near (fun _ => 0) _ _ _ 1); [lra| |exact (derivable_pt_lim_const 0 (z j))].
        intros s _; now rewrite Sum_none by lia.
      - replace (m - 1 + Z.of_nat (S k))%Z with (m - 1 + Z.of_nat k + 1)%Z in * by lia.
        rewrite Sum_more by lia.
        apply (limit_near (fun s => Sum m (m - 1 + Z.of_nat k) (fun i => F i (update z j s))
                                    + F (m - 1 + Z.of_nat k + 1)%Z (update z j s)) _ _ _ 1); [lra| |].
        + intros s _; now rewrite Sum_more by lia.
        + apply (derivable_pt_lim_plus _ (fun s => F (m - 1 + Z.of_nat k + 1)%Z (update z j s))).
          * apply IHk; lia.
          * apply h; apply IZR_le; lia. }
    specialize (G (Z.to_nat (n - m + 1))); replace (m - 1 + Z.of_nat (Z.to_nat (n - m + 1)))%Z with n in G by lia.
    exact (G (Z.le_refl n)).
Qed.
Lemma ax_partial_value : forall (F : ((Z -> R) -> R)) (z : (Z -> R)) (j : Z) (c : R),
  (HasPartial (fun z_2 : (Z -> R) => (F z_2)) z j c) ->
  ((Partial (fun z_2 : (Z -> R) => (F z_2)) z j) = c).
Proof.
  exact Partial_is.
Qed.
Lemma ax_argmin_mem : forall (A : Type) (a : A) (f : (A -> R)),
  ((Member a (Argmin (fun theta : A => (f theta)))) <-> (forall b : A, ((f a) <= (f b)))).
Proof.
  intros A a f; split; auto.
Qed.
Lemma ax_argmax_mem : forall (A : Type) (a : A) (f : (A -> R)),
  ((Member a (Argmax (fun theta : A => (f theta)))) <-> (forall b : A, ((f b) <= (f a)))).
Proof.
  intros A a f; split; auto.
Qed.
Lemma ax_set_ext : forall (U : Type) (A : (SetOf U)) (B : (SetOf U)),
  (forall a : U, ((Member a A) <-> (Member a B))) ->
  (SetEq A B).
Proof.
  auto.
Qed.
