(* The rules of the kernel, one lemma or more for each. *)
From Coq Require Import Reals ZArith Lra Lia Classical FunctionalExtensionality.
From Derive Require Import Operators.
Open Scope R_scope.

(* --- logic: assume, cut, discharge, mp, gen, spec and inst are application and abstraction ------------------------ *)

Lemma cases_prop (P Q : Prop) : (P -> Q) -> (~ P -> Q) -> Q.
Proof. destruct (classic P); auto. Qed.
Lemma cases_le (a b : R) (Q : Prop) : (a <= b -> Q) -> (b < a -> Q) -> Q.
Proof. destruct (Rle_lt_dec a b); auto. Qed.
Lemma cases_lt (a b : R) (Q : Prop) : (a < b -> Q) -> (b <= a -> Q) -> Q.
Proof. destruct (Rlt_le_dec a b); auto. Qed.
Lemma absurd_prop (P Q : Prop) : P -> ~ P -> Q.
Proof. tauto. Qed.
Lemma absurd_order (a b : R) (Q : Prop) : a < b -> b <= a -> Q.
Proof. intros; exfalso; lra. Qed.
Lemma integer_induction (P : Z -> Prop) (m : Z) (a : R) : IZR m = a -> P m ->
  (forall n : Z, a <= IZR n -> P n -> P (n + 1)%Z) -> forall n : Z, a <= IZR n -> P n.
Proof.
  intros <- base step n le; apply le_IZR in le; revert n le.
  assert (G : forall k : nat, P (m + Z.of_nat k)%Z).
  { induction k; [now rewrite Z.add_0_r|].
    replace (m + Z.of_nat (S k))%Z with (m + Z.of_nat k + 1)%Z by lia; apply step; [apply IZR_le; lia|exact IHk]. }
  intros n le; replace n with (m + Z.of_nat (Z.to_nat (n - m)))%Z by lia; apply G.
Qed.

(* --- equality ----------------------------------------------------------------------------------------------------- *)

Lemma app_cong {A B : Type} {f g : A -> B} {a b : A} : f = g -> a = b -> f a = g b.
Proof. now intros -> ->. Qed.
Lemma prop_cong {P Q : Prop} : P = Q -> P -> Q.
Proof. now intros ->. Qed.
Lemma fun_ext {A B : Type} (f g : A -> B) : (forall a, f a = g a) -> f = g.
Proof. apply functional_extensionality. Qed.
Lemma set_refl {A : Type} (S : SetOf A) : SetEq S S.
Proof. intros a; tauto. Qed.
Lemma set_of_eq {A : Type} {S T : SetOf A} : S = T -> SetEq S T.
Proof. intros ->; apply set_refl. Qed.
Lemma set_sym {A : Type} {S T : SetOf A} : SetEq S T -> SetEq T S.
Proof. intros h a; split; apply h. Qed.
Lemma set_trans {A : Type} {S T U : SetOf A} : SetEq S T -> SetEq T U -> SetEq S U.
Proof. intros h h' a; split; intros m; [apply h', h, m|apply h, h', m]. Qed.
Lemma set_member {A : Type} {a : A} {S T : SetOf A} : SetEq S T -> Member a S -> Member a T.
Proof. intros h; apply h. Qed.

Lemma sum_below (m : Z) (f g : Z -> R) (k : nat) :
  (forall i, (m <= i <= m - 1 + Z.of_nat k)%Z -> f i = g i) ->
  Sum m (m - 1 + Z.of_nat k) f = Sum m (m - 1 + Z.of_nat k) g /\
  Prod m (m - 1 + Z.of_nat k) f = Prod m (m - 1 + Z.of_nat k) g.
Proof.
  induction k; intros h.
  - rewrite !Sum_none, !Prod_none by lia; auto.
  - replace (m - 1 + Z.of_nat (S k))%Z with (m - 1 + Z.of_nat k + 1)%Z in * by lia.
    destruct IHk as [s p]; [intros; apply h; lia|].
    rewrite !Sum_more, !Prod_more, s, p, h by lia; auto.
Qed.
Lemma sum_prod_ext (m n : Z) (f g : Z -> R) :
  (forall i, (m <= i <= n)%Z -> f i = g i) -> Sum m n f = Sum m n g /\ Prod m n f = Prod m n g.
Proof.
  intros h; destruct (Z_lt_le_dec n m); [rewrite !Sum_none, !Prod_none by assumption; auto|].
  replace n with (m - 1 + Z.of_nat (Z.to_nat (n - m + 1)))%Z in * by lia; now apply sum_below.
Qed.
Lemma sum_ext (m n : Z) (a b : R) (f g : Z -> R) : IZR m = a -> IZR n = b ->
  (forall k : Z, a <= IZR k -> IZR k <= b -> f k = g k) -> Sum m n f = Sum m n g.
Proof. intros <- <- h; apply sum_prod_ext; intros i [lo hi]; apply h; now apply IZR_le. Qed.
Lemma prod_ext (m n : Z) (a b : R) (f g : Z -> R) : IZR m = a -> IZR n = b ->
  (forall k : Z, a <= IZR k -> IZR k <= b -> f k = g k) -> Prod m n f = Prod m n g.
Proof. intros <- <- h; apply sum_prod_ext; intros i [lo hi]; apply h; now apply IZR_le. Qed.

Lemma max_below (m : Z) (f g : Z -> R) (k : nat) :
  (forall i, (m <= i <= m + Z.of_nat k)%Z -> f i = g i) -> Max m (m + Z.of_nat k) f = Max m (m + Z.of_nat k) g.
Proof.
  induction k; intros h.
  - replace (m + Z.of_nat 0)%Z with m in * by lia; rewrite !Max_one; apply h; lia.
  - replace (m + Z.of_nat (S k))%Z with (m + Z.of_nat k + 1)%Z in * by lia.
    rewrite !Max_more, h by lia; f_equal; apply IHk; intros i b; apply h; lia.
Qed.
Lemma max_ext (m n : Z) (a b : R) (f g : Z -> R) : IZR m = a -> IZR n = b ->
  (forall k : Z, a <= IZR k -> IZR k <= b -> f k = g k) -> Max m n f = Max m n g.
Proof.
  intros <- <- h; destruct (Z_lt_le_dec n m); [now rewrite !Max_none by assumption|].
  replace n with (m + Z.of_nat (Z.to_nat (n - m)))%Z in * by lia.
  apply max_below; intros i [lo hi]; apply h; now apply IZR_le.
Qed.

(* --- integers among the reals ------------------------------------------------------------------------------------- *)

Lemma real_add (m n : Z) (a b : R) : IZR m = a -> IZR n = b -> IZR (m + n) = a + b.
Proof. intros <- <-; apply plus_IZR. Qed.
Lemma real_sub (m n : Z) (a b : R) : IZR m = a -> IZR n = b -> IZR (m - n) = a - b.
Proof. intros <- <-; apply minus_IZR. Qed.
Lemma real_mul (m n : Z) (a b : R) : IZR m = a -> IZR n = b -> IZR (m * n) = a * b.
Proof. intros <- <-; apply mult_IZR. Qed.
Lemma real_neg (m : Z) (a : R) : IZR m = a -> IZR (- m) = - a.
Proof. intros <-; apply opp_IZR. Qed.
Lemma real_pow (m n : Z) (a : R) : Z.leb 0 n = true -> IZR m = a -> IZR (ZPow m n) = Pow a (IZR n).
Proof. intros h <-; apply ZPow_IZR, Zle_bool_imp_le, h. Qed.
Lemma real_sum (m n : Z) (f : Z -> Z) (g : Z -> R) : (forall k, IZR (f k) = g k) -> IZR (ZSum m n f) = Sum m n g.
Proof. intros h; rewrite ZSum_IZR; f_equal; now apply functional_extensionality. Qed.
Lemma real_prod (m n : Z) (f : Z -> Z) (g : Z -> R) : (forall k, IZR (f k) = g k) -> IZR (ZProd m n f) = Prod m n g.
Proof. intros h; rewrite ZProd_IZR; f_equal; now apply functional_extensionality. Qed.
Lemma integer_eq (m n : Z) (a b : R) : IZR m = a -> IZR n = b -> a = b -> m = n.
Proof. intros <- <-; apply eq_IZR. Qed.
Lemma integer_eq1 {A : Type} (f g : A -> Z) (a b : A -> R) :
  (fun x => IZR (f x)) = a -> (fun x => IZR (g x)) = b -> a = b -> f = g.
Proof.
  intros <- <- e; apply functional_extensionality; intros x; apply eq_IZR.
  exact (f_equal (fun h => h x) e).
Qed.
Lemma integer_eq2 {A B : Type} (f g : A -> B -> Z) (a b : A -> B -> R) :
  (fun x y => IZR (f x y)) = a -> (fun x y => IZR (g x y)) = b -> a = b -> f = g.
Proof.
  intros <- <- e; do 2 (apply functional_extensionality; intro); apply eq_IZR.
  exact (f_equal (fun h => h x x0) e).
Qed.
Lemma integer_step (m n : Z) (a b : R) : IZR m = a -> IZR n = b -> a < b -> a + 1 <= b.
Proof. intros <- <- h; rewrite <- plus_IZR; apply IZR_le; apply lt_IZR in h; lia. Qed.

(* --- the ordered field -------------------------------------------------------------------------------------------- *)

Lemma literal_nonzero (p : Z) : Z.eqb p 0 = false -> IZR p <> 0.
Proof. intros h e; apply eq_IZR in e; subst; discriminate. Qed.
Lemma ratio_nonzero (p q : Z) : Z.eqb p 0 = false -> Z.ltb 0 q = true -> IZR p / IZR q <> 0.
Proof.
  intros h h'; apply Rmult_integral_contrapositive_currified; [now apply literal_nonzero|].
  apply Rinv_neq_0_compat, literal_nonzero; destruct q; easy.
Qed.
Lemma literal_nonneg (p : Z) : Z.leb 0 p = true -> 0 <= IZR p.
Proof. intros h; apply IZR_le; now apply Zle_bool_imp_le. Qed.
Lemma literal_pos (p : Z) : Z.ltb 0 p = true -> 0 < IZR p.
Proof. intros h; apply IZR_lt; now apply Z.ltb_lt. Qed.
Lemma ratio_nonneg (p q : Z) : Z.leb 0 p = true -> Z.ltb 0 q = true -> 0 <= IZR p / IZR q.
Proof.
  intros h h'; apply Rmult_le_pos; [now apply literal_nonneg|].
  apply Rlt_le, Rinv_0_lt_compat; now apply literal_pos.
Qed.
Lemma ratio_pos (p q : Z) : Z.ltb 0 p = true -> Z.ltb 0 q = true -> 0 < IZR p / IZR q.
Proof. intros h h'; apply Rdiv_lt_0_compat; now apply literal_pos. Qed.

Lemma mul_nonzero {a b : R} : a <> 0 -> b <> 0 -> a * b <> 0.
Proof. apply Rmult_integral_contrapositive_currified. Qed.
Lemma neg_nonzero {a : R} : a <> 0 -> - a <> 0.
Proof. apply Ropp_neq_0_compat. Qed.
Lemma div_nonzero {a b : R} : a <> 0 -> b <> 0 -> Div a b <> 0.
Proof. intros h h'; rewrite Div_Rdiv by assumption; apply mul_nonzero; auto using Rinv_neq_0_compat. Qed.
Lemma nonzero_to {a b : R} : a = b -> a <> 0 -> b <> 0.
Proof. now intros ->. Qed.
Lemma left_nonzero {a b : R} : a * b <> 0 -> a <> 0.
Proof. intros h ->; apply h; ring. Qed.
Lemma right_nonzero {a b : R} : a * b <> 0 -> b <> 0.
Proof. intros h ->; apply h; ring. Qed.
Lemma opposite_nonzero {a : R} : - a <> 0 -> a <> 0.
Proof. intros h ->; apply h; ring. Qed.
Lemma base_nonzero {a : R} (n : nat) : a ^ S n <> 0 -> a <> 0.
Proof. intros h ->; apply h; simpl; ring. Qed.
Lemma factor_nonzero {a b c : R} : a <> 0 -> a = b * c -> b <> 0.
Proof. intros h -> ->; apply h; ring. Qed.
Lemma times_inverse {a : R} : a <> 0 -> a * / a = 1.
Proof. apply Rinv_r. Qed.
Lemma inverse_times {a : R} : a <> 0 -> / a * a = 1.
Proof. apply Rinv_l. Qed.
Lemma one_of_product {a b c d : R} : a * c = 1 -> b * d = 1 -> (a * b) * (c * d) = 1.
Proof. intros h h'; replace (a * b * (c * d)) with ((a * c) * (b * d)) by ring; rewrite h, h'; ring. Qed.
Lemma one_of_opposites {a c : R} : a * c = 1 -> (- a) * (- c) = 1.
Proof. intros <-; ring. Qed.
Lemma one_of_powers {a c : R} (n : nat) : a * c = 1 -> a ^ n * c ^ n = 1.
Proof. intros h; rewrite <- Rpow_mult_distr, h; apply pow1. Qed.
Lemma one_of_equal {a b i : R} : a = b -> b * i = 1 -> a * i = 1.
Proof. now intros ->. Qed.
Lemma one_of_fraction {a b c d i : R} : a = b * c -> b * i = 1 -> d * c = 1 -> a * (d * i) = 1.
Proof. intros -> h h'; replace (b * c * (d * i)) with ((b * i) * (d * c)) by ring; rewrite h, h'; ring. Qed.
Lemma open_quotient {a b a' b' c : R} : a = a' -> b = b' -> b' * c = 1 -> Div a b = a' * c.
Proof.
  intros <- <- h.
  assert (n : b <> 0) by (intros ->; rewrite Rmult_0_l in h; now apply R1_neq_R0).
  rewrite Div_Rdiv by exact n; apply (Rmult_eq_reg_l b); [|exact n].
  replace (b * (a * c)) with (a * (b * c)) by ring; rewrite h; field; exact n.
Qed.
Lemma open_pow {a a' : R} (n : nat) : a = a' -> Pow a (IZR (Z.of_nat n)) = a' ^ n.
Proof. intros <-; apply Pow_nat. Qed.
Lemma through {a b a' b' : R} : a = a' -> b = b' -> a' = b' -> a = b.
Proof. now intros -> ->. Qed.

Lemma weighted_eq (w a b : R) : a = b -> w * (b - a) = 0.
Proof. intros ->; ring. Qed.
Lemma weighted_eq_le (w a b : R) : a = b -> 0 <= w * (b - a).
Proof. intros ->; right; ring. Qed.
Lemma weighted_le (w a b : R) : 0 <= w -> a <= b -> 0 <= w * (b - a).
Proof. intros; apply Rmult_le_pos; lra. Qed.
Lemma weighted_lt (w a b : R) : 0 < w -> a < b -> 0 < w * (b - a).
Proof. intros; apply Rmult_lt_0_compat; lra. Qed.
Lemma add_eq_eq (s t : R) : s = 0 -> t = 0 -> s + t = 0.
Proof. lra. Qed.
Lemma add_le_le (s t : R) : 0 <= s -> 0 <= t -> 0 <= s + t.
Proof. lra. Qed.
Lemma add_le_lt (s t : R) : 0 <= s -> 0 < t -> 0 < s + t.
Proof. lra. Qed.
Lemma add_lt_le (s t : R) : 0 < s -> 0 <= t -> 0 < s + t.
Proof. lra. Qed.
Lemma add_lt_lt (s t : R) : 0 < s -> 0 < t -> 0 < s + t.
Proof. lra. Qed.
Lemma le_of_combination (a b s : R) : 0 <= s -> b - a = s -> a <= b.
Proof. lra. Qed.
Lemma lt_of_combination (a b s : R) : 0 < s -> b - a = s -> a < b.
Proof. lra. Qed.
Lemma eq_of_combination (a b s : R) : s = 0 -> b - a = s -> a = b.
Proof. lra. Qed.

(* identities over plain variables; the conditions are hypotheses of the lemma *)
Ltac nonzero_part :=
  solve [ assumption | discrR | lra
        | match goal with H : ?b <> 0 |- ?a <> 0 =>
            let E := fresh in intro E; apply H; first [transitivity a | transitivity (- a)]; [ring | rewrite E; ring] end ].
Ltac by_ring := intros; ring.
Ltac by_field := intros; field; repeat split; nonzero_part.
