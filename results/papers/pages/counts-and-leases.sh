bully=scenarios/papers/bully-counts.yaml
ring=scenarios/papers/ring-counts.yaml
tight=scenarios/papers/lease-tight.yaml

# ---- Bully -------------------------------------------------------------------------------------------------

sweep bully "$bully" --seeds 1..1
sql bully "SELECT replace(variant, ' ', '|'), election.messages, (recognized_ns - started_ns) / 5e6,
        (SELECT value FROM metric WHERE run_id = id AND name = 'agreement_time')
    FROM run JOIN election ON run_id = id WHERE trigger = 'crash' ORDER BY id" | tr ' ' '|' >"$work/bully"
while IFS='|' read -r n kind messages delays _; do
    if [ "$kind" = best ]; then
        check BUL-best "n = $n: messages, n - 1" $((n - 1)) 0 "$messages"
        check BUL-best "n = $n: time from detection, in delays" 3 0.001 "$(calc "$delays" %.4f)"
    else
        check BUL-worst "n = $n: messages, (n - 1)² + n - 2" $(((n - 1) * (n - 1) + n - 2)) 0 "$messages"
        check BUL-worst "n = $n: time from detection, in delays" 4 0.001 "$(calc "$delays" %.4f)"
    fi
done <"$work/bully"
forget bully

# ---- Ring --------------------------------------------------------------------------------------------------

# Every order of n numbers up to rotation, or so many random ones, a line each: {n1: 2, n2: 5, …}.
orders() { # N COUNT
    awk -v n="$1" -v count="$2" '
        function write(   i, text) { # the numbers in place[]
            text = ""
            for (i = 1; i <= n; i++) text = text (i > 1 ? ", " : "") "n" i ": " place[i]
            print "{" text "}"
        }
        function permute(at,   i, t) {
            if (at > n) { write(); return }
            for (i = at; i <= n; i++) {
                t = place[at]; place[at] = place[i]; place[i] = t
                permute(at + 1)
                t = place[at]; place[at] = place[i]; place[i] = t
            }
        }
        function draw(below) { state = (state * 16807) % 2147483647; return state % below } # Park and Miller
        BEGIN {
            for (i = 1; i <= n; i++) place[i] = n + 1 - i
            if (!count) { permute(2); exit }
            state = 1979
            for (k = 0; k < count; k++) {
                for (i = n; i > 1; i--) { j = 1 + draw(i); t = place[i]; place[i] = place[j]; place[j] = t }
                write()
            }
        }'
}
: >"$work/ring"
for line in 3:0 4:0 5:0 6:0 8:4000 16:4000; do
    n=${line%:*}
    : >"$work/sent"
    orders "$n" "${line#*:}" | split -l 1000 - "$work/orders-" # a scenario takes so many variants
    for part in "$work"/orders-*; do
        {
            sed '/^  priorities:/d; s/nodes: 3/nodes: '"$n"'/' "$ring"
            printf '\nvariants:\n'
            awk '{ printf "  - {name: \"%d\", set: {cluster.priorities: %s}}\n", NR, $0 }' "$part"
        } >"$work/ring.yaml"
        sweep ring "$work/ring.yaml" --seeds 1..1
        sql ring "SELECT e.sent, w.sent FROM traffic e JOIN traffic w USING (run_id)
            WHERE e.message = 'Election' AND w.message = 'Elected'" >>"$work/sent"
        rm "$part"
    done
    awk -v n="$n" '{ s += $1; q += $1 * $1; w += $2; if (NR == 1 || $1 < low) low = $1; if ($1 > high) high = $1 }
        END { printf "%d %d %.9g %d %d %.6g %.6g\n", n, NR, s / NR, low, high, q / NR - (s / NR) ^ 2, w / NR }' "$work/sent" >>"$work/ring"
done
forget ring
awk '{ h = 0; for (i = 1; i <= $1; i++) h += 1 / i; printf "%s %.9f\n", $0, $1 * h }' "$work/ring" >"$work/ring-formula"
while read -r n count average least most variance elected expected; do
    if [ "$n" -le 6 ]; then
        check RING "n = $n: mean over all $count orders, n H_n" "$(calc "$expected" %.6f)" 0.000001 "$(calc "$average" %.6f)"
        check RING "n = $n: best, 2n - 1" $((2 * n - 1)) 0 "$least"
        check RING "n = $n: worst, n(n + 1)/2" $((n * (n + 1) / 2)) 0 "$most"
    elif [ "$n" = 8 ]; then
        check RING "n = 8: mean over $count random orders" 21.743 1% "$(calc "$average" %.3f)"
    else
        check RING "n = $n: mean over $count random orders" "$(calc "$expected" %.3f)" \
            "$(calc "4 * sqrt($variance / $count)" %.2g)" "$(calc "$average" %.3f)"
    fi
    check RING "n = $n: messages to announce the winner, n" "$n" 0 "$(calc "$elected")"
done <"$work/ring-formula"

# ---- Leases ------------------------------------------------------------------------------------------------

for variant in "8.18181 s" "8.19 s" delayed often; do
    sweep tight "$tight" --variant "$variant" --seeds 1..40
    sql tight "SELECT max(value) FROM metric WHERE name = 'split_brain_time'" >"$work/overlap-${variant%% *}"
done
forget tight
check LEASE-tight "D = 8.18181 s, e = 10 %: longest overlap in 40 runs" 0 0 "$(cat "$work/overlap-8.18181")" s
check LEASE-tight "D = 8.19 s: longest overlap" 0.001 least "$(cat "$work/overlap-8.19")" s
# The rival looks every 1 to 2.2 ms of its own clock: twice that is how far the bound can be missed.
: >"$work/rates"
for e in 1 5 10 20; do
    bound=$(calc "10 * (1 - $e / 100) / (1 + $e / 100)" %.4f)
    middle=$(calc "($bound - 1) * 1000" %.0f) # the holder stops renew_deadline + 1 s after its last renewal
    "$conclave" threshold "$tight" --vary "lease.renew_deadline=$((middle - 500))ms..$((middle + 500))ms" \
        --set "faults.1.to=-${e}0000ppm" --set "faults.2.to=${e}0000ppm" \
        --for 'split_brain_events > 0' --level any --seeds 1..40 --json >"$work/threshold"
    first=$(awk '/"confident_high":/ { gsub(/[^0-9]/, ""); print 1 + $0 / 1000 }' "$work/threshold")
    echo "$e $bound $first" >>"$work/rates"
    [ $e != 10 ] || found=$first
    check LEASE-tight "e = $e %: first overlap at D" "$bound" 0.005 "$first" s
    check LEASE-safe "e = $e %: and not before the bound" "$bound" least "$first" s
done
check LEASE-delay "D = 8.19 s, 10 ms one way: longest overlap in 40 runs" 0 0 "$(cat "$work/overlap-delayed")" s
# With a delay the rival sees a renewal two delays late at most, and needs two more to write its own.
: >"$work/delays"
for delay in 10 50 100; do
    "$conclave" threshold "$tight" --vary "lease.renew_deadline=7000ms..8000ms" --set "network.latency=${delay}ms" \
        --for 'split_brain_events > 0' --level any --seeds 1..40 --json >"$work/threshold"
    first=$(awk '/"confident_high":/ { gsub(/[^0-9]/, ""); print 1 + $0 / 1000 }' "$work/threshold")
    echo "$delay $first" >>"$work/delays"
    check LEASE-delay "e = 10 %, $delay ms one way: first overlap, not before the bound" 8.1818 least "$first" s
done
check LEASE-often "renewing every millisecond, D = 8.181 s: longest overlap" 0 report "$(calc "$(cat "$work/overlap-often")" %.2f)" s

# ---- The page ------------------------------------------------------------------------------------------------

awk -F'|' '{ print $1, $2, $3 }' "$work/bully" >"$work/bully-drawn"
picture counts 830 480 "How many messages does an election take?" "points: Conclave; lines: the formulas" <<'GP'
set logscale xy
set xrange [2.7:18]
set yrange [1.7:200]
set xtics (3, 4, 5, 6, 7, 8, 9, 16)
set ytics (2, 5, 10, 20, 50, 100, 200)
set xlabel "members n"
set ylabel "messages of an election"
set key below maxcols 2
harmonic(x) = x * (sum [k = 1:int(x)] 1.0 / k)
plot (x - 1) ** 2 + x - 2 with lines linetype 2 dashtype 1 title "Bully, worst: (n − 1)² + n − 2", \
     x - 1 with lines linetype 1 dashtype 1 title "Bully, best: n − 1", \
     work.'/ring-formula' using 1:(harmonic($1)) with lines linetype 3 dashtype 1 title "ring, mean: n H(n)", \
     x * (x + 1) / 2 with lines linetype 3 dashtype 3 linewidth 1.5 title "ring, worst: n(n + 1)/2", \
     2 * x - 1 with lines linetype 3 dashtype 4 linewidth 1.5 title "ring, best: 2n − 1", \
     work.'/bully-drawn' using (int($0) % 2 == 0 ? $1 : NaN):3 with points linetype 1 pointtype 7 notitle, \
     work.'/bully-drawn' using (int($0) % 2 == 1 ? $1 : NaN):3 with points linetype 2 pointtype 5 notitle, \
     work.'/ring-formula' using 1:3:4:5 with yerrorbars linetype 3 dashtype 1 linewidth 1 pointtype 9 \
         title "ring: mean, least and most of the orders that were run"
GP

cat <<'MD'
# Counts and bounds that are exact

- Garcia-Molina, *Elections in a Distributed Computing System*, IEEE Transactions on Computers C-31(1), 1982 (messages as
  in the textbooks; the counts are derived, not quoted).
- Chang and Roberts, *An Improved Algorithm for Decentralized Extrema-Finding in Circular Configurations of Processes*,
  CACM 22(5), 1979.
- Gray and Cheriton, *Leases*, SOSP 1989. Theirs: the dangerous pair is a slow holder's clock and a fast grantor's, and a term of t at
  the grantor is max(0, t − (delay of the grant + 2 × processing) − ε) at the holder. Derived here: with rates within 1 ± e in
  place of ε, and a holder that counts from when it asked, so that no delay is to be taken off, two never hold a lease of L
  exactly if the holder stops after D ≤ L (1 − e) / (1 + e) on its own clock.

**What we ran.** Constant delays, so that nothing is drawn; for the ring every order of n numbers up to rotation (n = 3
to 6), and 4000 random ones for 8 and 16.

    conclave sweep scenarios/papers/bully-counts.yaml --seeds 1..1
    conclave run scenarios/papers/ring-counts.yaml --set 'cluster.priorities={n1: 3, n2: 2, n3: 1}'
    conclave threshold scenarios/papers/lease-tight.yaml --vary lease.renew_deadline=6682ms..7682ms \
        --for 'split_brain_events > 0' --level any --seeds 1..40

![Messages](counts.svg)

| Bully, n | best: formula | measured | delays | worst: formula | measured | delays |
| --- | --- | --- | --- | --- | --- | --- |
MD
awk -F'|' '$2 == "best" { printf "| %d | %d | %d | %.3f", $1, $1 - 1, $3, $4 }
    $2 == "worst" { printf " | %d | %d | %.3f |\n", ($1 - 1) ^ 2 + $1 - 2, $3, $4 }' "$work/bully"
printf '\n| Ring, n | orders | mean: n H(n) | measured | least: 2n − 1 | measured | most: n(n + 1)/2 | measured |\n'
printf '| --- | --- | --- | --- | --- | --- | --- | --- |\n'
awk '{ printf "| %d | %d%s | %.4f | %.4f | %d | %d | %d | %d |\n", $1, $2, ($1 > 6 ? " random" : ", all"), $8, $3, 2 * $1 - 1, $4,
    $1 * ($1 + 1) / 2, $5 }' "$work/ring-formula"
cat <<MD

With clocks within e = 10 % and a lease of L = 10 s, the holder must stop after L (1 − e) / (1 + e) = 8.18182 s on its own clock:

| holder stops after | longest overlap in 40 runs |
| --- | --- |
| 8.18181 s | $(cat "$work/overlap-8.18181") s |
| 8.19 s | $(cat "$work/overlap-8.19") s |
| 8.19 s, 10 ms one way | $(cat "$work/overlap-delayed") s |
| 8.181 s, renewing every millisecond | $(calc "$(cat "$work/overlap-often")" %.3f) s |

The first D at which two act, found by \`threshold\` to the millisecond, for other clocks:

| e | bound L (1 − e) / (1 + e) | first overlap |
| --- | --- | --- |
$(awk '{ printf "| %d %% | %s s | %s s |\n", $1, $2, $3 }' "$work/rates")

With e = 10 % and messages that take time:

| one way | bound | first overlap |
| --- | --- | --- |
$(awk '{ printf "| %d ms | 8.1818 s | %s s |\n", $1, $2 }' "$work/delays")

## Findings

- All counts are exact, and so are the times: Bully's best election takes three delays until a majority follows, its worst
  four, whatever n is. The worst is quadratic in messages, not in time.
- The mean of the ring is n H(n) to the last digit where all orders are run.
- **The bound is tight without delays**, to two milliseconds for clocks of 1 to 20 %: with 10 % two act from $found s on, and never below
  8.1818 s. With delays it is safe and no longer tight: the rival sees each renewal late, and two act from $(awk '$1 == 10 { print $2 }' "$work/delays") s on with
  10 ms one way, from $(awk '$1 == 100 { print $2 }' "$work/delays") s with 100 ms.
- **client-go must not renew more than once a second.** The times in its record are whole seconds, and a candidate counts from when it
  saw the record change: it does not see the second renewal of a second. Who sets a retry period below a second for a quicker failover
  gives away up to a second of the lease, here enough for two leaders inside the bound (last row). This is how our lease writes
  its record, after client-go's; with the default of 2 s it does not show.

## Checks

MD
checks_table "$checks"
