scenario=scenarios/papers/kubernetes-client-go.yaml
rates=scenarios/papers/kubernetes-clock-rate.yaml

# ---- Failover after a crash ----------------------------------------------------------------------------

# The exact distribution for m candidates, computed on a grid of 10 ms and not simulated. The holder renewed
# last at 0. A candidate looks every U[2, 4.4] s: it sees that renewal after R, the remainder of such a wait, and
# leads at its first look later than R + 15 s. The crash came at U(0, 2). Prints seconds and share, then the mean.
cat >"$work/exact.awk" <<'AWK'
BEGIN {
    h = 0.01; low = 2 / h; high = 4.4 / h; lease = 15 / h; top = 26 / h
    # u: how likely a look falls into a cell, when one was made at 0
    for (i = 0; i <= lease; i++) {
        u[i] = i >= low && i <= high ? 1 / (high - low + 1) : 0
        if (i > low) u[i] += (U[i - low] - (i > high ? U[i - high - 1] : 0)) / (high - low + 1)
        U[i + 1] = U[i] + u[i]
    }
    # f: the first look after the lease ran out
    for (i = lease + 1; i <= lease + high; i++) {
        from = i - high > 0 ? i - high : 0
        to = i - low < lease ? i - low : lease
        f[i] = to >= from ? (U[to + 1] - U[from]) / (high - low + 1) : 0
    }
    # r: the remainder of a wait
    for (i = 0; i < high; i++) r[i] = (i < low ? 1 : (high - i) / (high - low)) / (3.2 / h)
    for (i in f) for (k in r) a[i + k] += f[i] * r[k]
    for (i = 0; i <= top; i++) { sum += a[i]; A[i] = sum }
    # the crash, and the first of m
    mean = 0
    for (i = 0; i <= top; i++) {
        above = 0
        for (c = 0; c < 2 / h; c++) {
            left = 1 - (i + c <= top ? A[i + c] / sum : 1)
            above += left ^ m
        }
        above /= 2 / h
        mean += above * h
        if (i % 5 == 0 && i * h > 12) printf "%.2f %.5f\n", i * h, 100 * (1 - above)
    }
    printf "%.4f\n", mean >"/dev/stderr"
}
AWK

for candidates in 1 2 4; do
    awk -v m=$candidates -f "$work/exact.awk" >"$work/exact-$candidates" 2>"$work/exact-mean-$candidates"
    sweep crash "$scenario" --variant $candidates --seeds 1..20000
    sql crash "SELECT (decided_ns - vacant_ns) / 1e9 FROM election WHERE trigger = 'crash' ORDER BY 1" >"$work/crash-$candidates"
    cdf "$work/crash-$candidates" >"$work/cdf-$candidates"
done
forget crash
check K8S-1 "1 candidate: mean failover" 17.35 1% "$(calc "$(mean "$work/crash-1")" %.3f)" s
check K8S-1 "1 candidate: shortest" 13 least "$(calc "$(quantile "$work/crash-1" 0)" %.3f)" s
check K8S-1 "1 candidate: longest" 23.8 most "$(calc "$(quantile "$work/crash-1" 1)" %.3f)" s
for candidates in 1 2 4; do
    check K8S-n "$candidates: mean, against the exact distribution" "$(calc "$(cat "$work/exact-mean-$candidates")" %.3f)" \
        "$(calc "4 * $(standard_error "$work/crash-$candidates") + 0.01" %.2g)" "$(calc "$(mean "$work/crash-$candidates")" %.3f)" s
    # The whole distribution, at each 50 ms; the grid of 10 ms is worth 0.002.
    check K8S-cdf "$candidates: farthest from the exact distribution" "$(calc "$(farthest 20000) + 0.002" %.4f)" most \
        "$(awk 'FILENAME ~ /exact/ { at[++n] = $1; share[n] = $2 / 100; next }
            { v[++count] = $1 }
            END { i = 1; for (k = 1; k <= n; k++) { while (i <= count && v[i] <= at[k]) i++
                d = (i - 1) / count - share[k]; if (d < 0) d = -d; if (d > worst) worst = d }
                printf "%.4f", worst }' "$work/exact-$candidates" "$work/crash-$candidates")"
done

# ---- Cut off from the API server --------------------------------------------------------------------------

sweep cut "$scenario" --variant cut --seeds 1..5000
# The holder begins at 0 and renews every 2 s; the cut lies between two renewals.
sql cut "SELECT l.end_ns / 1e9 - 2 * (f.begin_ns / 2000000000) FROM leadership l JOIN fault f USING (run_id)
    WHERE l.term = 1 ORDER BY 1" >"$work/held"
sql cut "SELECT (n.begin_ns - l.end_ns) / 1e9 FROM leadership l JOIN leadership n USING (run_id)
    WHERE l.term = 1 AND n.term = 2 ORDER BY 1" >"$work/gap"
forget cut
check K8S-part "cut off: stops after its last renewal, least" 12 0 "$(calc "$(quantile "$work/held" 0)" %.6f)" s
check K8S-part "cut off: stops after its last renewal, most" 12 0 "$(calc "$(quantile "$work/held" 1)" %.6f)" s
check K8S-part "cut off: from its stop to the next leader, least" 3 least "$(calc "$(quantile "$work/gap" 0)" %.3f)" s

# ---- Released ------------------------------------------------------------------------------------------------

sweep release "$scenario" --variant release --seeds 1..5000
sql release "SELECT (decided_ns - vacant_ns) / 1e9 FROM election WHERE trigger = 'stop' ORDER BY 1" >"$work/release"
forget release
check K8S-rel "released: longest takeover" 4.4 most "$(calc "$(quantile "$work/release" 1)" %.3f)" s
check K8S-rel "released: mean takeover" 1.675 "$(calc "4 * $(standard_error "$work/release")" %.2g)" \
    "$(calc "$(mean "$work/release")" %.3f)" s

# ---- Clock rates -----------------------------------------------------------------------------------------------

# The two clocks overlap when the rival saw the last renewal at once and looks again just when the lease has run
# out: each is off by U(0, 1.6 retry periods), the sum below x with a chance of x^2 / 2 (1.6 retry)^2. So of 4000
# seeds one is nearly sure (95 %) within x = 1.6 retry * sqrt(6 / 4000) of the bound, and none below it.
: >"$work/rates"
while IFS='|' read -r variant lease deadline retry range; do
    "$conclave" threshold "$rates" --variant "$variant" --vary "faults.0.to=$range" --for 'split_brain_events > 0' \
        --level any --seeds 1..4000 --json >"$work/threshold"
    awk -v variant="$variant" -v lease="$lease" -v deadline="$deadline" -v retry="$retry" '
        /"confident_low":/ { gsub(/[^-0-9]/, ""); low = $0 }
        /"confident_high":/ { gsub(/[^-0-9]/, ""); high = $0 }
        END {
            rate = 1 + (low + high) / 2e6
            near = low < 0 ? 1 / (1 + high / 1e6) : 1 + low / 1e6
            ratio = rate < 1 ? 1 / rate : rate
            bound = lease / (deadline + retry)
            slack = 1.6 * retry * sqrt(6 / 4000) / (deadline + retry)
            printf "%s|%.4f|%.4f|%.4f|%.4f\n", variant, lease / deadline, bound, ratio, bound + slack
        }' "$work/threshold" >>"$work/rates"
done <<'END'
15/10/2 slow holder|15|10|2|-400000ppm..0ppm
15/10/2 fast rival|15|10|2|0ppm..800000ppm
60/40/5 slow holder|60|40|5|-400000ppm..0ppm
137/107/26 slow holder|137|107|26|-400000ppm..100000ppm
END
while IFS='|' read -r variant documented bound measured most; do
    check K8S-rate "$variant: first overlap at a ratio of" "$bound" least "$measured"
    check K8S-rate "$variant: and soon after" "$most" most "$measured"
    check K8S-doc "$variant: well before the documented ratio of" "$documented" most "$measured"
done <"$work/rates"

# ---- Picture and page ---------------------------------------------------------------------------------------------

picture kubernetes-failover 830 500 "Kubernetes: from a crash of the holder to the next" \
    "client-go, lease 15 s, deadline 10 s, retry 2 s; 20 000 crashes each; black: the exact distribution" <<'GP'
set xrange [12.5:24.2]
set xtics 1
set yrange [0:101]
set ytics 25 format "%g %%"
set xlabel "time without a holder (s)"
set ylabel "share of failovers"
set key below maxcols 4
set label 1 "13 s: bound" at 13, 8 left offset 0.3, 0 textcolor rgb '#555555'
set label 2 "23.8 s: bound" at 23.8, 8 right offset -0.3, 0 textcolor rgb '#555555'
set arrow 1 from 13, 0 to 13, 101 nohead linecolor rgb '#999999' dashtype 3
set arrow 2 from 23.8, 0 to 23.8, 101 nohead linecolor rgb '#999999' dashtype 3
count(i) = int(word("1 2 4", i))
plot for [i = 1:3] sprintf("%s/cdf-%d", work, count(i)) using 1:2 with lines linetype i dashtype 1 linewidth 6 \
         title sprintf("%d candidate%s", count(i), count(i) > 1 ? "s" : ""), \
     for [i = 1:3] sprintf("%s/exact-%d", work, count(i)) using 1:2 with lines linecolor rgb black linewidth 1 dashtype 1 \
         title i == 1 ? "exact" : ""
GP

cat <<'MD'
# Kubernetes' client-go

kubernetes/client-go, `tools/leaderelection/leaderelection.go` (commit 32ce75a7), with its defaults: lease duration 15 s, renew
deadline 10 s, retry period 2 s, jitter 1.2. There is no paper; the code and its comments are what is compared.

**What we ran.** A crash of the holder at a random instant of its renewing, 20 000 times for 1, 2 and 4 candidates; a cut
between holder and API server and a release, 5000 times each; and `threshold` for the clock rates. The API server answers at
once, so that nothing but client-go's own waits is seen.

    conclave sweep scenarios/papers/kubernetes-client-go.yaml --variant 1 --seeds 1..20000
    conclave threshold scenarios/papers/kubernetes-clock-rate.yaml --variant '15/10/2 slow holder' \
        --vary faults.0.to=-400000ppm..0ppm --for 'split_brain_events > 0' --level any --seeds 1..4000

![Failover](kubernetes-failover.svg)

| candidates | mean | exact mean | shortest | median | p99 | longest |
| --- | --- | --- | --- | --- | --- | --- |
MD
for candidates in 1 2 4; do
    file=$work/crash-$candidates
    printf '| %d | %s s | %s s | %s s | %s s | %s s | %s s |\n' $candidates "$(calc "$(mean "$file")" %.3f)" \
        "$(calc "$(cat "$work/exact-mean-$candidates")" %.3f)" "$(calc "$(quantile "$file" 0)" %.2f)" \
        "$(calc "$(quantile "$file" 0.5)" %.2f)" "$(calc "$(quantile "$file" 0.99)" %.2f)" "$(calc "$(quantile "$file" 1)" %.2f)"
done
cat <<'MD'

The ratio of two clocks' rates at which holder and rival first overlap:

| lease / deadline / retry, whose clock | documented: lease / deadline | by the code: lease / (deadline + retry) | found by `threshold` |
| --- | --- | --- | --- |
MD
awk -F'|' '{ printf "| %s | %.3f | %.3f | %.3f |\n", $1, $2, $3, $4 }' "$work/rates"
tell default_found "$(awk -F'|' 'NR == 1 { printf "%.3f", $4 }' "$work/rates")"
tell openshift_found "$(awk -F'|' '/^137/ { printf "%.3f", $4 }' "$work/rates")"
tell openshift_slow "$(awk -F'|' '/^137/ { printf "%.0f", 100 * (1 - 1 / $4) }' "$work/rates")"
tell four_sooner "$(calc "$(mean "$work/crash-1") - $(mean "$work/crash-4")" %.1f)"
tell release_mean "$(calc "$(mean "$work/release")" %.1f)"
tell release_most "$(calc "$(quantile "$work/release" 1)" %.1f)"
findings
printf '\n## Checks\n\n'
checks_table "$checks"
