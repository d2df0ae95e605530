(* The operators of the kernel.  Sums, products, the indicator and every partial operator are sealed: a proof can use
   only the facts listed here, so log of a number that is not positive, or a quotient by 0, is never known. *)
From Coq Require Import Reals ZArith Lra Lia Classical Ranalysis.
Open Scope R_scope.

(* sets are predicates; they are equal when they have the same members *)
Definition SetOf (A : Type) : Type := A -> Prop.
Definition Member {A : Type} (a : A) (S : SetOf A) : Prop := S a.
Definition SetEq {A : Type} (S T : SetOf A) : Prop := forall a : A, Member a S <-> Member a T.
Definition Argmin {A : Type} (f : A -> R) : SetOf A := fun a => forall b, f a <= f b.
Definition Argmax {A : Type} (f : A -> R) : SetOf A := fun a => forall b, f b <= f a.

(* F has at x the derivative l *)
Definition HasDeriv (F : R -> R) (x : R) (l : R) : Prop := derivable_pt_lim F x l.

Module Type OPERATORS.
  Parameter Sum Prod Max : Z -> Z -> (Z -> R) -> R.
  Parameter ZSum ZProd : Z -> Z -> (Z -> Z) -> Z.
  Parameter ZPow : Z -> Z -> Z.
  Parameter Delta : Z -> Z -> R.
  Parameter Ln : R -> R.
  Parameter Div Pow Xlogy : R -> R -> R.
  Parameter Deriv : (R -> R) -> R -> R.
  Axiom Sum_none : forall m n f, (n < m)%Z -> Sum m n f = 0.
  Axiom Sum_more : forall m n f, (m <= n + 1)%Z -> Sum m (n + 1) f = Sum m n f + f (n + 1)%Z.
  Axiom Prod_none : forall m n f, (n < m)%Z -> Prod m n f = 1.
  Axiom Prod_more : forall m n f, (m <= n + 1)%Z -> Prod m (n + 1) f = Prod m n f * f (n + 1)%Z.
  Axiom Max_none : forall m n f, (n < m)%Z -> Max m n f = 0.
  Axiom Max_one : forall m f, Max m m f = f m.
  Axiom Max_more : forall m n f, (m <= n)%Z -> Max m (n + 1) f = Rmax (Max m n f) (f (n + 1)%Z).
  Axiom ZSum_IZR : forall m n f, IZR (ZSum m n f) = Sum m n (fun k => IZR (f k)).
  Axiom ZProd_IZR : forall m n f, IZR (ZProd m n f) = Prod m n (fun k => IZR (f k)).
  Axiom ZPow_IZR : forall a n, (0 <= n)%Z -> IZR (ZPow a n) = Pow (IZR a) (IZR n).
  Axiom Delta_same : forall i, Delta i i = 1.
  Axiom Delta_diff : forall i j, i <> j -> Delta i j = 0.
  Axiom Ln_ln : forall x, 0 < x -> Ln x = ln x.
  Axiom Div_Rdiv : forall a b, b <> 0 -> Div a b = a / b.
  Axiom Pow_nat : forall x n, Pow x (IZR (Z.of_nat n)) = x ^ n.
  Axiom Pow_pos : forall x a, 0 < x -> Pow x a = Rpower x a.
  Axiom Xlogy_zero : forall x, Xlogy 0 x = 0.
  Axiom Xlogy_pos : forall a x, 0 < x -> Xlogy a x = a * ln x.
  Axiom Deriv_is : forall F x l, HasDeriv F x l -> Deriv F x = l.
End OPERATORS.

Module Operators : OPERATORS.
  Fixpoint sum_ (m : Z) (len : nat) (f : Z -> R) : R :=
    match len with O => 0 | S k => sum_ m k f + f (m + Z.of_nat k)%Z end.
  Fixpoint prod_ (m : Z) (len : nat) (f : Z -> R) : R :=
    match len with O => 1 | S k => prod_ m k f * f (m + Z.of_nat k)%Z end.
  Fixpoint max_ (m : Z) (len : nat) (f : Z -> R) : R :=
    match len with
    | O => 0
    | S O => f m
    | S (S _ as k) => Rmax (max_ m k f) (f (m + Z.of_nat k)%Z)
    end.
  Fixpoint zsum_ (m : Z) (len : nat) (f : Z -> Z) : Z :=
    match len with O => 0%Z | S k => (zsum_ m k f + f (m + Z.of_nat k))%Z end.
  Fixpoint zprod_ (m : Z) (len : nat) (f : Z -> Z) : Z :=
    match len with O => 1%Z | S k => (zprod_ m k f * f (m + Z.of_nat k))%Z end.
  Definition count (m n : Z) : nat := Z.to_nat (n - m + 1).
  Definition Sum m n f := sum_ m (count m n) f.
  Definition Prod m n f := prod_ m (count m n) f.
  Definition Max m n f := max_ m (count m n) f.
  Definition ZSum m n f := zsum_ m (count m n) f.
  Definition ZProd m n f := zprod_ m (count m n) f.
  Definition Delta i j := if Z.eq_dec i j then 1 else 0.
  Definition Ln := ln.
  Definition Div := Rdiv.
  Definition natural (a : R) : bool := if Req_EM_T (IZR (Z.of_nat (Z.to_nat (Int_part a)))) a then true else false.
  Definition Pow x a := if natural a then x ^ Z.to_nat (Int_part a) else Rpower x a.
  Definition ZPow a n := Z.pow a n.
  Definition Xlogy a x := a * ln x.

  Lemma count_none m n : (n < m)%Z -> count m n = O.
  Proof. unfold count; lia. Qed.
  Lemma count_more m n : (m <= n + 1)%Z -> count m (n + 1) = S (count m n) /\ (m + Z.of_nat (count m n) = n + 1)%Z.
  Proof. unfold count; lia. Qed.
  Lemma Sum_none m n f : (n < m)%Z -> Sum m n f = 0.
  Proof. intros h; unfold Sum; now rewrite count_none. Qed.
  Lemma Prod_none m n f : (n < m)%Z -> Prod m n f = 1.
  Proof. intros h; unfold Prod; now rewrite count_none. Qed.
  Lemma Sum_more m n f : (m <= n + 1)%Z -> Sum m (n + 1) f = Sum m n f + f (n + 1)%Z.
  Proof. intros h; unfold Sum; destruct (count_more m n h) as [-> e]; simpl; now rewrite e. Qed.
  Lemma Prod_more m n f : (m <= n + 1)%Z -> Prod m (n + 1) f = Prod m n f * f (n + 1)%Z.
  Proof. intros h; unfold Prod; destruct (count_more m n h) as [-> e]; simpl; now rewrite e. Qed.
  Lemma Max_none m n f : (n < m)%Z -> Max m n f = 0.
  Proof. intros h; unfold Max; now rewrite count_none. Qed.
  Lemma Max_one m f : Max m m f = f m.
  Proof. unfold Max, count; replace (m - m + 1)%Z with 1%Z by lia; reflexivity. Qed.
  Lemma Max_more m n f : (m <= n)%Z -> Max m (n + 1) f = Rmax (Max m n f) (f (n + 1)%Z).
  Proof.
    intros h; unfold Max; destruct (count_more m n ltac:(lia)) as [-> e].
    destruct (count m n) eqn:c; [unfold count in c; lia|].
    change (Rmax (max_ m (S n0) f) (f (m + Z.of_nat (S n0))%Z) = Rmax (max_ m (S n0) f) (f (n + 1)%Z)); now rewrite e.
  Qed.
  Lemma ZSum_IZR m n f : IZR (ZSum m n f) = Sum m n (fun k => IZR (f k)).
  Proof. unfold ZSum, Sum; induction (count m n); simpl; [reflexivity|now rewrite plus_IZR, IHn0]. Qed.
  Lemma ZProd_IZR m n f : IZR (ZProd m n f) = Prod m n (fun k => IZR (f k)).
  Proof. unfold ZProd, Prod; induction (count m n); simpl; [reflexivity|now rewrite mult_IZR, IHn0]. Qed.
  Lemma Delta_same i : Delta i i = 1.
  Proof. unfold Delta; now destruct (Z.eq_dec i i). Qed.
  Lemma Delta_diff i j : i <> j -> Delta i j = 0.
  Proof. unfold Delta; now destruct (Z.eq_dec i j). Qed.
  Lemma Ln_ln x : 0 < x -> Ln x = ln x.
  Proof. reflexivity. Qed.
  Lemma Div_Rdiv a b : b <> 0 -> Div a b = a / b.
  Proof. reflexivity. Qed.
  Lemma Int_part_IZR k : Int_part (IZR k) = k.
  Proof.
    unfold Int_part; rewrite <- (tech_up (IZR k) (k + 1)); [lia| |]; rewrite plus_IZR; lra.
  Qed.
  Lemma Pow_nat x n : Pow x (IZR (Z.of_nat n)) = x ^ n.
  Proof.
    unfold Pow, natural; rewrite Int_part_IZR, Nat2Z.id.
    now destruct (Req_EM_T (IZR (Z.of_nat n)) (IZR (Z.of_nat n))).
  Qed.
  Lemma Pow_pos x a : 0 < x -> Pow x a = Rpower x a.
  Proof.
    intros h; unfold Pow, natural.
    destruct (Req_EM_T (IZR (Z.of_nat (Z.to_nat (Int_part a)))) a) as [e|]; [|reflexivity].
    rewrite <- Rpower_pow by assumption; f_equal; now rewrite INR_IZR_INZ.
  Qed.
  Lemma ZPow_IZR a n : (0 <= n)%Z -> IZR (ZPow a n) = Pow (IZR a) (IZR n).
  Proof.
    intros h; rewrite <- (Z2Nat.id n h), Pow_nat; unfold ZPow; rewrite Z2Nat.id by assumption.
    rewrite pow_IZR; now rewrite Z2Nat.id.
  Qed.
  Lemma Xlogy_zero x : Xlogy 0 x = 0.
  Proof. unfold Xlogy; ring. Qed.
  Lemma Xlogy_pos a x : 0 < x -> Xlogy a x = a * ln x.
  Proof. reflexivity. Qed.

  (* the derivative where there is one, else 0; a least upper bound, so that no choice is made *)
  Definition below (F : R -> R) (x : R) (y : R) : Prop :=
    (exists l, HasDeriv F x l /\ y <= l) \/ ((~ exists l, HasDeriv F x l) /\ y <= 0).
  Lemma deriv_unique F x l l' : HasDeriv F x l -> HasDeriv F x l' -> l = l'.
  Proof. apply uniqueness_limite. Qed.
  Lemma below_bound F x : bound (below F x).
  Proof.
    destruct (classic (exists l, HasDeriv F x l)) as [[l h]|n].
    - exists l; intros y [[l' [h' le]]|[no _]].
      + now rewrite (deriv_unique _ _ _ _ h h').
      + destruct no; now exists l.
    - exists 0; intros y [[l' [h' le]]|[_ le]]; [destruct n; now exists l'|exact le].
  Qed.
  Lemma below_some F x : exists y, below F x y.
  Proof.
    destruct (classic (exists l, HasDeriv F x l)) as [[l h]|n].
    - exists l; left; exists l; split; [exact h|lra].
    - exists 0; right; split; [exact n|lra].
  Qed.
  Definition Deriv F x : R := proj1_sig (completeness (below F x) (below_bound F x) (below_some F x)).
  Lemma Deriv_is F x l : HasDeriv F x l -> Deriv F x = l.
  Proof.
    intros h; unfold Deriv; destruct (completeness _ _ _) as [s [up least]]; simpl; apply Rle_antisym.
    - apply least; intros y [[l' [h' le]]|[no _]].
      + now rewrite (deriv_unique _ _ _ _ h h').
      + destruct no; now exists l.
    - apply up; left; exists l; split; [exact h|lra].
  Qed.
End Operators.
Export Operators.
