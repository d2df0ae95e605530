(* The axioms of the kernel, each a fact of the standard reals.  The lemma ax_NAME states the axiom NAME; a test reads
   the statements back and compares them with the kernel's. *)
From Coq Require Import Reals ZArith Lra Lia FunctionalExtensionality Ranalysis.
From Derive Require Import Operators Rules.
Open Scope R_scope.

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
Lemma max_grows (m : Z) (f : Z -> R) (k : nat) :
  (forall i, (m <= i <= m + Z.of_nat k)%Z -> f i <= Max m (m + Z.of_nat k) f) /\
  (forall c, (forall i, (m <= i <= m + Z.of_nat k)%Z -> f i <= c) -> Max m (m + Z.of_nat k) f <= c).
Proof.
  induction k.
  - replace (m + Z.of_nat 0)%Z with m by lia; rewrite Max_one; split.
    + intros i b; replace i with m by lia; lra.
    + intros c h; apply h; lia.
  - replace (m + Z.of_nat (S k))%Z with (m + Z.of_nat k + 1)%Z by lia; rewrite Max_more by lia.
    destruct IHk as [up least]; split.
    + intros i b; destruct (Z.eq_dec i (m + Z.of_nat k + 1)) as [->|n]; [apply Rmax_r|].
      apply (Rle_trans _ (Max m (m + Z.of_nat k) f)); [apply up; lia|apply Rmax_l].
    + intros c h; apply Rmax_lub; [apply least; intros i b; apply h; lia|apply h; lia].
Qed.
Lemma ax_max_upper : forall (m : Z) (j : Z) (n : Z) (f : (Z -> R)),
  ((IZR m) <= (IZR j)) ->
  ((IZR j) <= (IZR n)) ->
  ((f j) <= (Max m n (fun k : Z => (f k)))).
Proof.
  intros m j n f lo hi; apply le_IZR in lo; apply le_IZR in hi.
  destruct (max_grows m f (Z.to_nat (n - m))) as [up _]; replace (m + Z.of_nat (Z.to_nat (n - m)))%Z with n in up by lia.
  apply up; lia.
Qed.
Lemma ax_max_least : forall (m : Z) (n : Z) (f : (Z -> R)) (c : R),
  ((IZR m) <= (IZR n)) ->
  (forall k : Z, (((IZR m) <= (IZR k)) -> (((IZR k) <= (IZR n)) -> ((f k) <= c)))) ->
  ((Max m n (fun k : Z => (f k))) <= c).
Proof.
  intros m n f c le h; apply le_IZR in le.
  destruct (max_grows m f (Z.to_nat (n - m))) as [_ least].
  replace (m + Z.of_nat (Z.to_nat (n - m)))%Z with n in least by lia.
  apply least; intros i [lo hi]; apply h; now apply IZR_le.
Qed.
Lemma ax_derivative_const : forall (c : R) (x : R),
  (HasDeriv (fun x_2 : R => c) x 0).
Proof.
  exact derivable_pt_lim_const.
Qed.
Lemma ax_derivative_id : forall (x : R),
  (HasDeriv (fun x_2 : R => x_2) x 1).
Proof.
  exact derivable_pt_lim_id.
Qed.
Lemma ax_derivative_add : forall (F : (R -> R)) (x : R) (l1 : R) (G : (R -> R)) (l2 : R),
  (HasDeriv (fun x_2 : R => (F x_2)) x l1) ->
  (HasDeriv (fun x_2 : R => (G x_2)) x l2) ->
  (HasDeriv (fun x_2 : R => ((F x_2) + (G x_2))) x (l1 + l2)).
Proof.
  intros F x l1 G l2 f g; exact (derivable_pt_lim_plus _ _ _ _ _ f g).
Qed.
Lemma ax_derivative_mul : forall (F : (R -> R)) (x : R) (l1 : R) (G : (R -> R)) (l2 : R),
  (HasDeriv (fun x_2 : R => (F x_2)) x l1) ->
  (HasDeriv (fun x_2 : R => (G x_2)) x l2) ->
  (HasDeriv (fun x_2 : R => ((F x_2) * (G x_2))) x ((l1 * (G x)) + ((F x) * l2))).
Proof.
  intros F x l1 G l2 f g; exact (derivable_pt_lim_mult _ _ _ _ _ f g).
Qed.
Lemma ax_derivative_div : forall (F : (R -> R)) (x : R) (l1 : R) (G : (R -> R)) (l2 : R),
  (HasDeriv (fun x_2 : R => (F x_2)) x l1) ->
  (HasDeriv (fun x_2 : R => (G x_2)) x l2) ->
  ((G x) <> 0) ->
  (HasDeriv (fun x_2 : R => (Div (F x_2) (G x_2))) x (Div ((l1 * (G x)) - ((F x) * l2)) ((G x) * (G x)))).
Proof.
  intros F x l1 G l2 f g n.
  destruct (near_value _ _ _ (Rabs (G x)) g (Rabs_pos_lt _ n)) as [d [pos near]].
  apply (limit_near (fun s => F s / G s) _ _ _ d pos).
  - intros s h; symmetry; apply Div_Rdiv; intros e; specialize (near s h); rewrite e in near.
    replace (0 - G x) with (- G x) in near by ring; rewrite Rabs_Ropp in near; lra.
  - rewrite Div_Rdiv by now apply mul_nonzero.
    replace ((l1 * G x - F x * l2) / (G x * G x)) with ((l1 * G x - l2 * F x) / Rsqr (G x))
      by (unfold Rsqr; field; exact n).
    exact (derivable_pt_lim_div F G x l1 l2 f g n).
Qed.
Lemma ax_derivative_exp : forall (x : R),
  (HasDeriv (fun x_2 : R => (exp x_2)) x (exp x)).
Proof.
  exact derivable_pt_lim_exp.
Qed.
Lemma ax_derivative_log : forall (x : R),
  (0 < x) ->
  (HasDeriv (fun x_2 : R => (Ln x_2)) x (Div 1 x)).
Proof.
  intros x pos; apply (limit_near ln _ _ _ x pos).
  - intros s h; symmetry; apply Ln_ln; apply Rabs_def2 in h; lra.
  - rewrite Div_Rdiv by lra; replace (1 / x) with (/ x) by (field; lra); now apply derivable_pt_lim_ln.
Qed.
Lemma ax_derivative_chain : forall (G : (R -> R)) (x : R) (l1 : R) (F : (R -> R)) (l2 : R),
  (HasDeriv (fun x_2 : R => (G x_2)) x l1) ->
  (HasDeriv (fun x_2 : R => (F x_2)) (G x) l2) ->
  (HasDeriv (fun x_2 : R => (F (G x_2))) x (l2 * l1)).
Proof.
  intros G x l1 F l2 g f; exact (derivable_pt_lim_comp G F x l1 l2 g f).
Qed.
Lemma ax_derivative_local : forall (a : R) (c : R) (F : (R -> R)) (G : (R -> R)) (x : R) (l1 : R),
  (forall y : R, ((a < y) -> ((y < c) -> ((F y) = (G y))))) ->
  (a < x) ->
  (x < c) ->
  (HasDeriv (fun x_2 : R => (F x_2)) x l1) ->
  (HasDeriv (fun x_2 : R => (G x_2)) x l1).
Proof.
  intros a c F G x l1 same low high f.
  apply (limit_near F _ _ _ (Rmin (x - a) (c - x))); [apply Rmin_pos; lra| |exact f].
  intros s h; assert (l := Rmin_l (x - a) (c - x)); assert (r := Rmin_r (x - a) (c - x)).
  apply Rabs_def2 in h; apply same; lra.
Qed.
Lemma ax_derivative_value : forall (F : (R -> R)) (x : R) (c : R),
  (HasDeriv (fun x_2 : R => (F x_2)) x c) ->
  ((Deriv (fun x_2 : R => (F x_2)) x) = c).
Proof.
  exact Deriv_is.
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
