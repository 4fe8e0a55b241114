//! The compression function of SM3 (GB/T 32905-2016, 5.3), written once for every width.
//!
//! The macro expands inside a module that has a vector type `V` and the functions `splat`, `add`, `xor`, `xor3`,
//! `majority`, `choose`, `rotate`, `transposed`, `from_array` and `into_array`. It is a macro and not a generic
//! function because instructions of a kernel may be used only in functions that name the same processor features.

/// Defines `compress` for one kernel: `$n` lanes, in functions with the processor features `$features`.
macro_rules! define_compress {
    ($features:literal, $n:literal) => {
        /// Advances every lane by one block.
        #[target_feature(enable = $features)]
        fn compress_lanes(state: &mut super::State<$n>, blocks: [&super::Block; $n]) {
            let w = transposed(blocks);
            let before = state.map(|word| from_array(word));
            let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = before;

            // One round on the words W_j, W_j+3, W_j+4, W_j+7, W_j+10 and W_j+13; in a round that expands, the place of
            // W_j, which nobody needs any more, takes W_j+16.
            macro_rules! round {
                ($t:expr, $mix:ident, $pick:ident, $w0:ident, $w3:ident, $w4:ident, $w7:ident, $w10:ident, $w13:ident, $expand:ident) => {
                    let a12 = rotate::<12>(a);
                    let ss1 = rotate::<7>(add(add(a12, e), splat($t)));
                    let ss2 = xor(ss1, a12);
                    let tt1 = add(add($mix(a, b, c), d), add(ss2, xor($w0, $w4)));
                    let tt2 = add(add($pick(e, f, g), h), add(ss1, $w0));
                    (a, b, c, d) = (tt1, a, rotate::<9>(b), c);
                    (e, f, g, h) = (xor3(tt2, rotate::<9>(tt2), rotate::<17>(tt2)), e, rotate::<19>(f), g);
                    round!(@$expand $w0, $w3, $w7, $w10, $w13);
                };
                (@yes $w0:ident, $w3:ident, $w7:ident, $w10:ident, $w13:ident) => {
                    let x = xor3($w0, $w7, rotate::<15>($w13));
                    let p = xor3(x, rotate::<15>(x), rotate::<23>(x));
                    $w0 = xor3(p, rotate::<7>($w3), $w10);
                };
                (@no $w0:ident, $w3:ident, $w7:ident, $w10:ident, $w13:ident) => {};
            }

            let [mut w0, mut w1, mut w2, mut w3, mut w4, mut w5, mut w6, mut w7, ..] = w;
            let [.., mut w8, mut w9, mut w10, mut w11, mut w12, mut w13, mut w14, mut w15] = w;
            macro_rules! sixteen {
                ($t:expr, $turn:literal, $mix:ident, $pick:ident, $expand:ident) => {
                    round!($t.rotate_left($turn + 0), $mix, $pick, w0, w3, w4, w7, w10, w13, yes);
                    round!($t.rotate_left($turn + 1), $mix, $pick, w1, w4, w5, w8, w11, w14, yes);
                    round!($t.rotate_left($turn + 2), $mix, $pick, w2, w5, w6, w9, w12, w15, yes);
                    round!($t.rotate_left($turn + 3), $mix, $pick, w3, w6, w7, w10, w13, w0, yes);
                    round!($t.rotate_left($turn + 4), $mix, $pick, w4, w7, w8, w11, w14, w1, $expand);
                    round!($t.rotate_left($turn + 5), $mix, $pick, w5, w8, w9, w12, w15, w2, $expand);
                    round!($t.rotate_left($turn + 6), $mix, $pick, w6, w9, w10, w13, w0, w3, $expand);
                    round!($t.rotate_left($turn + 7), $mix, $pick, w7, w10, w11, w14, w1, w4, $expand);
                    round!($t.rotate_left($turn + 8), $mix, $pick, w8, w11, w12, w15, w2, w5, $expand);
                    round!($t.rotate_left($turn + 9), $mix, $pick, w9, w12, w13, w0, w3, w6, $expand);
                    round!($t.rotate_left($turn + 10), $mix, $pick, w10, w13, w14, w1, w4, w7, $expand);
                    round!($t.rotate_left($turn + 11), $mix, $pick, w11, w14, w15, w2, w5, w8, $expand);
                    round!($t.rotate_left($turn + 12), $mix, $pick, w12, w15, w0, w3, w6, w9, $expand);
                    round!($t.rotate_left($turn + 13), $mix, $pick, w13, w0, w1, w4, w7, w10, $expand);
                    round!($t.rotate_left($turn + 14), $mix, $pick, w14, w1, w2, w5, w8, w11, $expand);
                    round!($t.rotate_left($turn + 15), $mix, $pick, w15, w2, w3, w6, w9, w12, $expand);
                };
            }
            // The constants are T_j <<< j (4.2), and turning by 32 is not turning at all.
            const EARLY: u32 = 0x79cc_4519;
            const LATE: u32 = 0x7a87_9d8a;
            sixteen!(EARLY, 0, xor3, xor3, yes);
            sixteen!(LATE, 16, majority, choose, yes);
            sixteen!(LATE, 0, majority, choose, yes);
            // The last word that a round reads is W_67, so the last twelve rounds need not expand.
            sixteen!(LATE, 16, majority, choose, no);
            let after = [a, b, c, d, e, f, g, h];
            for (word, (before, after)) in state.iter_mut().zip(before.into_iter().zip(after)) {
                *word = into_array(xor(before, after));
            }
        }
    };
}
pub(super) use define_compress;
