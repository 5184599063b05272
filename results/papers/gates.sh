# The checks that both a page and a quick test make.

figure_16=scenarios/papers/raft-figure-16.yaml
refloated=scenarios/papers/raft-refloated.yaml

# published RANGE COLUMN : of the published quantiles.
published() {
    awk -F, -v range="$1" -v column="$2" '
        /^#/ { next }
        !names { for (i = 1; i <= NF; i++) at[$i] = i; names = 1; next }
        $1 == range { print $(at[column]) }' "$papers/raft-figure-16.csv"
}

# within SHARE FILE SEEDS_OF_THE_GATE : tolerance SHARE % of the gate, widened where fewer runs than it asks
# for give a larger error: by three standard errors of the mean in percent.
within() {
    if [ "$(wc -l <"$2")" -ge "$3" ]; then
        echo "$1%"
    else
        awk -v share="$1" -v se="$(standard_error "$2")" -v mean="$(mean "$2")" \
            'BEGIN { printf "%.2g%%", share + 300 * se / mean }'
    fi
}

# f16 RANGE SEEDS : runs one range into $work/f16-RANGE.ms, and holds mean and median against the figure.
f16() {
    local range=$1 seeds=$2 mean_share=6 median_share=5 file=$work/f16-$1.ms id=F16
    sweep "f16-$range" "$figure_16" --variant "$range" --seeds "1..$seeds"
    agreement "f16-$range"
    forget "f16-$range"
    [ "$range" != 150-155 ] || { mean_share=15 median_share=15 id=F16-155; }
    check "$id" "$range: mean" "$(published "$range" mean)" "$(within $mean_share "$file" 15000)" \
        "$(calc "$(mean "$file")" %.1f)" ms
    check "$id" "$range: median" "$(published "$range" p50)" "$(within $median_share "$file" 15000)" \
        "$(calc "$(quantile "$file" 0.5)" %.1f)" ms
}

# refloated_order SEEDS : Original, Fixed, Expo and Combo at 150-155 ms into $work/refloated-*.ms, in order at p95.
refloated_order() {
    local seeds=$1 variant original fixed expo combo
    for variant in Original Fixed Expo Combo; do
        sweep "refloated-$variant" "$refloated" --variant "$variant" --seeds "1..$seeds"
        agreement "refloated-$variant"
        forget "refloated-$variant"
    done
    original=$(quantile "$work/refloated-Original.ms" 0.95)
    fixed=$(quantile "$work/refloated-Fixed.ms" 0.95)
    expo=$(quantile "$work/refloated-Expo.ms" 0.95)
    combo=$(quantile "$work/refloated-Combo.ms" 0.95)
    check REF-ord "p95, Original / Fixed" 3 least "$(calc "$original / $fixed" %.2f)"
    check REF-ord "p95, Expo / Fixed: between" 1 least "$(calc "$expo / $fixed" %.2f)"
    check REF-ord "p95, Expo / Original: between" 1 most "$(calc "$expo / $original" %.2f)"
    check REF-ord "p95, Combo / Fixed" 1 15% "$(calc "$combo / $fixed" %.3f)"
}
