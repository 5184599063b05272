splits=scenarios/papers/ongaro-split-votes.yaml
times=scenarios/papers/ongaro-election-time.yaml
wan=scenarios/papers/ongaro-wan.yaml

# Pr(D_{c,s} <= l) with c = s - floor(n/2) + 1, the dissertation's closed formula, as awk functions.
formula='
function choose(n, k,   r, i) { r = 1; for (i = 1; i <= k; i++) r = r * (n - k + i) / i; return r }
function share_split(n, s, l,   c, k, p) {
    c = s - int(n / 2) + 1
    for (k = c - 1; k <= s; k++) p += choose(s, k) * l ^ k * (1 - l) ^ (s - k)
    return p
}'
split_formula() { awk "$formula BEGIN { printf \"%.5f\", share_split($1, $2, $3) }"; }

# ---- The earliest timeout, and split votes with constant latency ---------------------------------------

first_round="FROM run LEFT JOIN election ON run_id = id AND number = 1"
latencies=5ms,10ms,20ms,30ms,40ms,50ms
sweep splits "$splits" --vary "network.latency=$latencies" --seeds 1..2000
sql splits "SELECT substr(variant, 1, 1), substr(variant, 1, 1) - substr(variant, 3, 1),
        replace(substr(variant, 22), 'ms', '') / 100.0,
        count(*), sum(NOT (rounds = 1 AND election.outcome = 'won'))
    $first_round GROUP BY variant ORDER BY 1, 2 DESC, 3" >"$work/splits"
forget splits
# One variant for each s: servers draw the same timeouts in all of them, so that more variants would be no more draws.
for variant in 3-1 3-0 5-1 5-0 7-1 7-0 9-1 9-0; do
    sweep earliest "$splits" --variant $variant --seeds 1..10000
    s=$((${variant%-*} - ${variant#*-}))
    sql earliest "SELECT (started_ns - 100e6) / 100e6 $first_round ORDER BY 1" >"$work/earliest-$s"
    cdf "$work/earliest-$s" 200 >"$work/earliest-cdf-$s"
done
forget earliest

# A mean of N uniform minima has standard deviation sqrt(s / (s + 2)) / (s + 1) / sqrt(N).
for s in 2 3 4 5 6 7 8 9; do
    n=$(wc -l <"$work/earliest-$s")
    check MIN-s "earliest of $s timeouts, mean" "$(calc "1 / ($s + 1)" %.5f)" \
        "$(calc "4 * sqrt($s / ($s + 2)) / ($s + 1) / sqrt($n)" %.2g)" "$(calc "$(mean "$work/earliest-$s")" %.5f)" ranges
    check MIN-s "earliest of $s timeouts: farthest from 1 - (1 - t)^$s" "$(farthest "$n")" most \
        "$(distance "$work/earliest-$s" "1 - (1 - x) ^ $s")"
done
n=$(wc -l <"$work/earliest-4")
check MIN-s "earliest of 4 timeouts within a quarter" .6836 "$(calc "4 * sqrt(.6836 * .3164 / $n)" %.2g)" \
    "$(calc "$(share_below "$work/earliest-4" 0.25)" %.4f)"

# All cells at once in which five are expected: how many standard errors the farthest is off. Of 84, none is beyond 4 in
# 199 of 200 sweeps.
awk "$formula"' { p = share_split($1, $2, $3); if ($4 * p < 5) next; z = ($5 / $4 - p) / sqrt(p * (1 - p) / $4); if (z < 0) z = -z
    if (z > worst) worst = z; n++ } END { print n, worst }' "$work/splits" >"$work/worst"
read -r cells worst <"$work/worst"
check SPLIT "split votes in $cells combinations of n, s and l: standard errors off, worst" 4 most "$(calc "$worst" %.2f)"

sweep printed "$splits" --variant 5-1 --vary network.latency=1ms,10ms,20ms --seeds 1..20000
while read -r latency printed; do
    p=$(split_formula 5 4 "$(calc "$latency / 100")")
    measured=$(sql printed "SELECT avg(NOT (rounds = 1 AND election.outcome = 'won')) $first_round
        WHERE variant LIKE '%=${latency}ms'")
    check SPLIT-5 "n = 5, s = 4, l = $(calc "$latency / 100"), printed as $printed %" "$(calc "100 * $p" %.3f)" \
        "$(calc "400 * sqrt($p * (1 - $p) / 20000)" %.2g)" "$(calc "100 * $measured" %.3f)" "%"
done <<'END'
1 0.06
10 5.2
20 18.1
END
forget printed

# What section 9.2 reads off its graphs, in round numbers; half of the last place, and four standard errors.
while read -r n down l read half; do
    measured=$(awk -v n="$n" -v s=$((n - down)) -v l="$l" '$1 == n && $2 == s && $3 + 0 == l { print 100 * $5 / $4 }' "$work/splits")
    check SPLIT-read "n = $n, $down down, l = $l, read off as about $read %" "$read" \
        "$(calc "$half + 400 * sqrt($read / 100 * (1 - $read / 100) / 2000)" %.2g)" "$(calc "$measured" %.1f)" "%"
done <<'END'
5 2 0.2 50 2.5
9 2 0.2 15 2.5
9 4 0.2 70 5
9 3 0.2 35 2.5
7 1 0.2 10 2.5
9 4 0.1 40 2.5
END

# Latency drawn for each message. The dissertation reads about 16 % and nearly 40 % off contour lines of 1 %: half of one, and
# four standard errors of ours.
for variant in 5-1:16 5-2:39; do
    sweep variable "$splits" --variant "${variant%:*}" --set 'network.latency=uniform(10ms,20ms)' --seeds 1..20000
    measured=$(sql variable "SELECT 100 * avg(NOT (rounds = 1 AND election.outcome = 'won')) $first_round")
    share=${variant#*:}
    check SPLIT-var "latency U[.1, .2], n = 5, ${variant:2:1} down: split votes" "$share" \
        "$(calc "0.5 + 4 * sqrt($share * (100 - $share) / 20000)" %.2g)" "$(calc "$measured" %.2f)" "%"
done
# n, s, least and greatest latency, elections, split ones
drawn="uniform(0ms,10ms),uniform(10ms,20ms),uniform(20ms,30ms),uniform(0ms,20ms),uniform(10ms,30ms),uniform(20ms,40ms)"
sweep variable "$splits" --vary "network.latency=$drawn" --seeds 1..2000
sql variable "SELECT substr(variant, 1, 1), substr(variant, 1, 1) - substr(variant, 3, 1), substr(variant, 30),
        count(*), sum(NOT (rounds = 1 AND election.outcome = 'won'))
    $first_round GROUP BY variant" | sed 's/ms,\([0-9]*\)ms)/ \1/' \
    | awk '{ print $1, $2, $3 / 100, $4 / 100, $5, $6 }' | sort -k1,1n -k2,2nr -k3,3n -k4,4n >"$work/variable"
forget variable
# "In clusters with only a bare majority of servers available ... the fixed latency model using the average".
while read -r n s low high runs split; do
    [ "$((2 * s - n)) $low $high" = "1 0.1 0.2" ] || continue
    p=$(split_formula "$n" "$s" 0.15)
    check SPLIT-mean "U[.1, .2], n = $n, bare majority: as with its mean, l = .15" "$(calc "100 * $p" %.1f)" \
        "$(calc "400 * sqrt($p * (1 - $p) / $runs)" %.2g)" "$(calc "100 * $split / $runs" %.1f)" "%"
done <"$work/variable"
# "In a five-server cluster with no failures ... a similar split vote rate as a fixed latency of about 0.2".
check SPLIT-five "U[.1, .2], n = 5, none down: as with l = .2" "$(calc "100 * $(split_formula 5 5 0.2)" %.1f)" \
    "$(calc "400 * sqrt(.058 * .942 / 2000)" %.2g)" \
    "$(awk '$1 == 5 && $2 == 5 && $3 == 0.1 && $4 == 0.2 { printf "%.1f", 100 * $6 / $5 }' "$work/variable")" "%"
# "can be bounded with our fixed latency model using the maximum ... true for about 78 % of the data points shown".
bounded=$(awk "$formula"'{ of++; n += $6 / $5 <= share_split($1, $2, $4) } END { printf "%.0f", 100 * n / of }' "$work/variable")
check SPLIT-max "clusters and latencies of the table that the formula of the greatest latency bounds" 78 report "$bounded" "%"
tell bounded "$bounded"
tell cells_variable "$(wc -l <"$work/variable")"

# ---- How long an election takes ------------------------------------------------------------------------

sweep times "$times" --vary network.latency=2ms,5ms,10ms,15ms,20ms,30ms,40ms,50ms --seeds 1..2000
# n, s, l, elections, mean and its error in ranges, and how often the second term splits as well, where the first did;
# elections that the run cut off are counted apart
sql times "SELECT substr(variant, 1, 1), substr(variant, 3, 1), replace(substr(variant, 22), 'ms', '') / 100.0,
        count(d), avg(d), sqrt((avg(d * d) - avg(d) * avg(d)) / count(d)), sum(d IS NULL),
        1.0 * sum(r > 2) / max(sum(r > 1), 1), sum(r > 1)
    FROM (SELECT variant, (decided_ns - vacant_ns) / 100e6 AS d, rounds AS r FROM run JOIN election ON run_id = id
        WHERE trigger = 'crash' AND winner IS NOT previous_leader
        GROUP BY run.id HAVING number = min(number))
    GROUP BY variant ORDER BY 1, 2 DESC, 3" >"$work/times"
forget times
awk "$formula"' { p = share_split($1, $2, $3); e = (1 + 1 / ($2 + 1) + $3) / (1 - p) + $3 - 1 / 4
    print $1, $2, $3, $4, $5, $6, $7, e, p, $8, $9 }' "$work/times" >"$work/times-formula"

# Where the range is at least ten latencies: the formula, and one latency for the last heartbeat on its way, which
# the formula leaves out. Four standard errors.
while read -r n s l _ measured error _ expected _; do
    if awk "BEGIN { exit !($l <= 0.1) }"; then
        check ELECTION "n = $n, s = $s, l = $l: mean" "$(calc "$expected + $l" %.3f)" \
            "$(calc "4 * $error" %.2g)" "$(calc "$measured" %.3f)" ranges
    fi
done <"$work/times-formula"
# Where it stops being exact: for each cluster the least l at which it is more than a twentieth too high.
off() { awk -v n="$1" -v s="$2" '$1 == n && $2 == s && ($8 + $3) / $5 > 1.05 { printf "%.2f", $3; exit }' "$work/times-formula"; }
cell() { awk -v n="$1" -v s="$2" -v l="$3" -v f="$4" '$1 == n && $2 == s && $3 == l { print '"$5"' }' "$work/times-formula"; }
tell within_tenth "$(awk '$3 <= 0.1 { d = 100 * (($8 + $3) / $5 - 1); if (d < 0) d = -d; if (d > worst) worst = d } END { printf "%.0f", worst }' "$work/times-formula")"
for cluster in 5-4 5-3 9-8 9-5; do tell "off_${cluster/-/_}" "$(off "${cluster%-*}" "${cluster#*-}")"; done
tell high_95_half "$(cell 9 5 0.5 0 'sprintf("%.1f", ($8 + $3) / $5)')"
tell p_95_half "$(cell 9 5 0.5 0 'sprintf("%.0f", 100 * $9)')"
tell second_95_half "$(cell 9 5 0.5 0 'sprintf("%.0f", 100 * $10)')"
tell p_95_third "$(cell 9 5 0.3 0 'sprintf("%.0f", 100 * $9)')"
tell second_95_third "$(cell 9 5 0.3 0 'sprintf("%.0f", 100 * $10)')"
tell p_98_half "$(cell 9 8 0.5 0 'sprintf("%.0f", 100 * $9)')"
tell second_98_half "$(cell 9 8 0.5 0 'sprintf("%.0f", 100 * $10)')"
# The reason given for it, as a gate: second terms split less often than first ones wherever l is 0.3 or more.
check ELECTION-2 "second terms that split, over the formula's share, largest for l of 0.3 and more" 1 most \
    "$(awk '$3 >= 0.3 { q = $10 / $9; if (q > worst) worst = q } END { printf "%.3f", worst }' "$work/times-formula")"

# ---- Over a wide-area network ----------------------------------------------------------------------------

for variant in same-0 same-1 same-2 different-0 different-1 different-2; do
    sweep wan "$wan" --variant $variant --seeds 1..10000
    sql wan "SELECT min(begin_ns) / 1e6 FROM leadership WHERE end_ns - begin_ns >= 16 * 150e6 OR end_reason = 'run_ended'
        GROUP BY run_id ORDER BY 1" >"$work/wan-$variant"
    cdf "$work/wan-$variant" >"$work/wan-cdf-$variant"
    awk '{ v[NR] = $1 } END { for (i = 1; i <= NR; i += (i < NR - 300 ? 50 : 1)) print v[i], (NR - i + 0.5) / NR }' \
        "$work/wan-$variant" >"$work/wan-tail-$variant"
done
forget wan
wan_published() { # LOGS DOWN COLUMN
    awk -F, -v logs="$1" -v down="$2" -v column="$3" '/^#/ { next }
        !names { for (i = 1; i <= NF; i++) at[$i] = i; names = 1; next }
        $1 == logs && $2 == down { print $(at[column]) }' "$papers/ongaro-wan.csv"
}
# Two samples of 10 000: four standard errors of the difference of the means, and of the shares.
for logs in same different; do
    for down in 0 1 2; do
        file=$work/wan-$logs-$down share=$(wan_published $logs $down share)
        check WAN-mean "$logs logs, $down down: mean" "$(wan_published $logs $down mean)" \
            "$(calc "4 * sqrt(2) * $(standard_error "$file")" %.2g)" "$(calc "$(mean "$file")" %.1f)" ms
        check WAN-share "$logs logs, $down down: within the published mean" "$share" \
            "$(calc "4 * sqrt(2 * $share * (1 - $share) / 10000)" %.2g)" \
            "$(calc "$(share_below "$file" "$(wan_published $logs $down mean)")" %.4f)"
    done
    # A quantile of 10 000 is known to sqrt(q (1 - q) / 10 000), as shares: our share beyond the published quantile.
    for tail in p99:0.01 p999:0.001; do
        check WAN-tail "$logs logs, 2 down: longer than the published ${tail%:*}" "${tail#*:}" \
            "$(calc "4 * sqrt(2 * ${tail#*:} / 10000)" %.2g)" \
            "$(calc "1 - $(share_below "$work/wan-$logs-2" "$(wan_published $logs 2 "${tail%:*}")")" %.4f)"
    done
done
check WAN-text "same logs, 1 down: 99.9 %, text: within 1.5 s" 1500 most "$(calc "$(quantile "$work/wan-same-1" 0.999)" %.0f)" ms
check WAN-text "same logs, 2 down: 99.9 %, text: within 3 s" 3000 most "$(calc "$(quantile "$work/wan-same-2" 0.999)" %.0f)" ms
for down in 0 1 2; do
    more=$(calc "100 * ($(mean "$work/wan-different-$down") / $(mean "$work/wan-same-$down") - 1)" %.0f)
    theirs=$(calc "100 * ($(wan_published different $down mean) / $(wan_published same $down mean) - 1)" %.0f)
    check WAN-diff "$down down: what different logs add to the mean" "$theirs" report "$more" "%"
    tell more_$down "$more"
    tell their_more_$down "$theirs"
    tell median_more_$down "$(calc "100 * ($(quantile "$work/wan-different-$down" 0.5) / $(quantile "$work/wan-same-$down" 0.5) - 1)" %.0f)"
done
for logs in same different; do
    for down in 0 1 2; do
        file=$work/wan-$logs-$down
        calc "($(mean "$file") - $(wan_published $logs $down mean))" %.2f
        echo " $(calc "($(mean "$file") - $(wan_published $logs $down mean)) / (sqrt(2) * $(standard_error "$file"))" %.2f)"
    done
done | awk '{ for (i = 1; i <= 2; i++) if ($i < 0) $i = -$i; near += $1 <= 1; if ($2 > worst) worst = $2 }
    END { print near, worst }' >"$work/wan-near"
tell near "$(awk '{ split("none one two three four five six", word, " "); print word[$1 + 1] }' "$work/wan-near")"
tell errors "$(awk '{ printf "%.1f", $2 }' "$work/wan-near")"
tell same_2 "$(calc "$(mean "$work/wan-same-2")" %.0f)"
# What an empty log does: a server without entries begins in an earlier term.
for down in 0 2; do
    case $down in 0) faults='[]' ;; 2) faults='[{at: 0s, crash: random}, {at: 0s, crash: random}]' ;; esac
    sweep empty "$wan" --variant different-0 --set raft.initial_log=distinct --set "faults=$faults" --seeds 1..10000
    tell empty_$down "$(calc "$(sql empty "SELECT avg(b) FROM (SELECT min(begin_ns) / 1e6 AS b FROM leadership
        WHERE end_ns - begin_ns >= 16 * 150e6 OR end_reason = 'run_ended' GROUP BY run_id)")" %.0f)"
    tell different_$down "$(calc "$(mean "$work/wan-different-$down")" %.0f)"
done
forget empty

# ---- Pictures ----------------------------------------------------------------------------------------------

picture ongaro-earliest 830 470 "When does the first of s servers time out?" \
    "black: 1 − (1 − t)ˢ, section 9.1; colours: Conclave, 10 000 elections each" <<'GP'
set xrange [0:1]
set yrange [0:101]
set ytics 25 format "%g %%"
set xlabel "t: time after the base timeout, in timeout ranges"
set ylabel "share of elections with a candidate by then"
set key below maxcols 4
set samples 200
set linetype 7 linecolor rgb '#7f4f24' linewidth 2 # black is the formula
plot for [s = 2:9] sprintf("%s/earliest-cdf-%d", work, s) using 1:2 with lines linetype s - 1 dashtype 1 \
         linewidth 5 title sprintf("s = %d", s), \
     for [s = 2:9] 100 * (1 - (1 - x) ** s) with lines linecolor rgb black linewidth 1 dashtype 1 \
         title s == 2 ? "the formula" : ""
GP

awk '{ p = $5 / $4; e = sqrt(p * (1 - p) / $4); print $1, $2, $3, 100 * p, 200 * e }' "$work/splits" >"$work/splits-drawn"
picture ongaro-splits 830 640 "How often do votes split? Constant latency l" \
    "lines: the closed formula, section 9.2; points: Conclave, 2000 elections each, with two standard errors" <<'GP'
set title ""
set multiplot layout 2, 2 title headline."\n".subtitle margins 0.11, 0.97, 0.2, 0.88 spacing 0.1, 0.12
set xrange [0:0.52]
set yrange [0:101]
set ytics 25 format "%g %%"
choose(n, k) = gamma(n + 1) / gamma(k + 1) / gamma(n - k + 1)
down(n, s) = n - s
vote(n, s, l) = 100 * (sum [k = s - int(n / 2) : s] choose(s, k) * l ** k * (1 - l) ** (s - k))
do for [n = 3:9:2] {
    set label 1 sprintf("n = %d servers", n) at graph 0.03, graph 0.93
    set xlabel n > 5 ? "latency l, in timeout ranges" : ""
    set ylabel n == 3 || n == 7 ? "terms with a split vote" : ""
    if (n == 9) { set key at screen 0.5, screen 0.015 center bottom horizontal maxcols 6 } else { unset key }
    plot for [f = 0:(n - 1) / 2] vote(n, n - f, x) with lines linetype f + 1 dashtype 1 title sprintf("%d down", f), \
         for [f = 0:(n - 1) / 2] work.'/splits-drawn' using ($1 == n && $2 == n - f ? $3 : NaN):4:5 with yerrorbars \
             linetype f + 1 dashtype 1 pointtype 7 pointsize 0.7 notitle
}
unset multiplot
GP

awk '{ p = $6 / $5; print $1, $2, ($3 + $4) / 2, 100 * p, 200 * sqrt(p * (1 - p) / $5), $4 - $3 }' "$work/variable" >"$work/variable-drawn"
picture ongaro-variable 830 640 "How often do votes split when latency varies?" \
    "lines: formula for the mean latency; points: 2000 elections each, latencies drawn from 0.1 (filled) or 0.2 ranges (open)" <<'GP'
set title ""
set multiplot layout 2, 2 title headline."\n".subtitle margins 0.11, 0.97, 0.2, 0.88 spacing 0.1, 0.12
set xrange [0:0.35]
set yrange [0:101]
set ytics 25 format "%g %%"
choose(n, k) = gamma(n + 1) / gamma(k + 1) / gamma(n - k + 1)
vote(n, s, l) = 100 * (sum [k = s - int(n / 2) : s] choose(s, k) * l ** k * (1 - l) ** (s - k))
do for [n = 3:9:2] {
    set label 1 sprintf("n = %d servers", n) at graph 0.03, graph 0.93
    set xlabel n > 5 ? "mean latency, in timeout ranges" : ""
    set ylabel n == 3 || n == 7 ? "terms with a split vote" : ""
    if (n == 9) { set key at screen 0.5, screen 0.015 center bottom horizontal maxcols 6 } else { unset key }
    plot for [f = 0:(n - 1) / 2] vote(n, n - f, x) with lines linetype f + 1 dashtype 1 title sprintf("%d down", f), \
         for [f = 0:(n - 1) / 2] work.'/variable-drawn' using ($1 == n && $2 == n - f && $6 < 0.15 ? $3 : NaN):4:5 with yerrorbars \
             linetype f + 1 dashtype 1 pointtype 7 pointsize 0.8 notitle, \
         for [f = 0:(n - 1) / 2] work.'/variable-drawn' using ($1 == n && $2 == n - f && $6 > 0.15 ? $3 : NaN):4:5 with yerrorbars \
             linetype f + 1 dashtype 1 pointtype 8 pointsize 1.1 notitle
}
unset multiplot
GP

picture ongaro-election-time 830 500 "How long does an election take, with split votes?" \
    "thin lines: the formula of section 9.3 as printed; thick: with one latency l more; points: Conclave, 2000 crashes" <<'GP'
set logscale x
set xrange [1.8:60]
set yrange [0:60]
set xtics (2, 2.5 2.5, "3.3" 3.333, 5, "6.7" 6.667, 10, 20, 50)
set xlabel "timeout range, in latencies l"
set ylabel "mean time from crash to leader, in latencies l"
set key below maxcols 4
choose(n, k) = gamma(n + 1) / gamma(k + 1) / gamma(n - k + 1)
p(n, s, l) = sum [k = s - int(n / 2) : s] choose(s, k) * l ** k * (1 - l) ** (s - k)
printed(n, s, l) = (1 + 1.0 / (s + 1) + l) / (1 - p(n, s, l)) + l - 0.25
n(i) = int(word("5 5 9 9", i))
s(i) = int(word("4 3 8 5", i))
plot for [i = 1:4] (printed(n(i), s(i), 1 / x) + 1 / x) * x with lines linetype i dashtype 1 \
         title sprintf("n = %d, s = %d", n(i), s(i)), \
     for [i = 1:4] printed(n(i), s(i), 1 / x) * x with lines linetype i dashtype 3 linewidth 1 notitle, \
     for [i = 1:4] work.'/times-formula' using ($1 == n(i) && $2 == s(i) ? 1 / $3 : NaN):($5 / $3):(2 * $6 / $3) \
         with yerrorbars linetype i dashtype 1 pointtype 7 pointsize 0.8 notitle
GP

awk -F, '/^#/ || /^logs/ { next }
    { print $3, $4, $2, $1 == "same" ? 1 : 2 }
    $5 { print $5, 0.99, $2, $1 == "same" ? 1 : 2; print $6, 0.999, $2, $1 == "same" ? 1 : 2
        print $7, 0.9999, $2, $1 == "same" ? 1 : 2 }' "$papers/ongaro-wan.csv" >"$work/wan-points"
picture ongaro-wan 830 520 "Elections over a wide-area network: 30–40 ms one way, timeouts 300–600 ms" \
    "lines: Conclave, five servers, 10 000 elections each; points: on the published curves, at their means and tails" <<'GP'
set title ""
set multiplot layout 1, 2 title headline."\n".subtitle margins 0.11, 0.97, 0.13, 0.86 spacing 0.13, 0
set xlabel "time to elect a leader (ms)"
set xrange [300:1600]
set yrange [0:101]
set ytics 25 format "%g %%"
set ylabel "share of elections"
unset key
plot for [f = 0:2] sprintf("%s/wan-cdf-same-%d", work, f) using 1:2 with lines linetype f + 1 dashtype 1, \
     for [f = 0:2] sprintf("%s/wan-cdf-different-%d", work, f) using 1:2 with lines linetype f + 1 dashtype 2, \
     work.'/wan-points' using ($4 == 1 ? $1 : NaN):(100 * $2):($3 + 1) with points linecolor variable pointtype 7 pointsize 1, \
     work.'/wan-points' using ($4 == 2 ? $1 : NaN):(100 * $2):($3 + 1) with points linecolor variable pointtype 6 pointsize 1
set xrange [300:4500]
set yrange [0.0001:1]
set logscale y
set ytics ("100 %%" 1, "10 %%" 0.1, "1 %%" 0.01, "0.1 %%" 0.001, "0.01 %%" 0.0001)
set format y "%g"
set ylabel "share of elections that take longer"
set key at graph 0.99, graph 0.99 right top vertical Left reverse
plot for [f = 0:2] sprintf("%s/wan-tail-same-%d", work, f) using 1:2 with lines linetype f + 1 dashtype 1 \
         title sprintf("%d down, same logs", f), \
     for [f = 0:2] sprintf("%s/wan-tail-different-%d", work, f) using 1:2 with lines linetype f + 1 dashtype 2 \
         title sprintf("%d down, different logs", f), \
     work.'/wan-points' using ($4 == 1 ? $1 : NaN):(1 - $2):($3 + 1) with points linecolor variable pointtype 7 pointsize 1 notitle, \
     work.'/wan-points' using ($4 == 2 ? $1 : NaN):(1 - $2):($3 + 1) with points linecolor variable pointtype 6 pointsize 1 notitle, \
     NaN with points linecolor rgb black pointtype 7 title "published, same logs", \
     NaN with points linecolor rgb black pointtype 6 title "published, different logs"
unset multiplot
GP

# ---- The page ------------------------------------------------------------------------------------------------

cat <<'MD'
# Ongaro's dissertation, chapter 9

Ongaro, *Consensus: Bridging Theory and Practice*, Stanford 2014, chapter 9, sections 9.1 to 9.5: what Raft's election
time should be by theory, and by AvailSim, his simulator.

**What we ran.** Timeouts of 100 to 200 ms, so that the range (100 ms) is the unit of the chapter; constant latency l.

    conclave sweep scenarios/papers/ongaro-split-votes.yaml --vary network.latency=5ms,10ms,20ms,30ms,40ms,50ms --seeds 1..2000
    conclave sweep scenarios/papers/ongaro-split-votes.yaml --vary 'network.latency=uniform(0ms,10ms),uniform(10ms,20ms)' --seeds 1..2000
    conclave sweep scenarios/papers/ongaro-election-time.yaml \
        --vary network.latency=2ms,5ms,10ms,15ms,20ms,30ms,40ms,50ms --seeds 1..2000
    conclave sweep scenarios/papers/ongaro-wan.yaml --seeds 1..10000

## The earliest timeout

![Earliest timeout](ongaro-earliest.svg)

| servers s | mean by formula, 1/(s+1) | measured |
| --- | --- | --- |
MD
for s in 2 3 4 5 6 7 8 9; do
    printf '| %d | %s | %s |\n' $s "$(calc "1 / ($s + 1)" %.4f)" "$(calc "$(mean "$work/earliest-$s")" %.4f)"
done
cat <<'MD'

Here whole elections, 10 000 each, to four standard errors. The draws themselves, a million for s = 2, 4 and 8, are held to half a
percent of the mean, and to 0.002 of Pr(M₄ ≤ ¼) = 0.6836, by a test (`tests/sim/rng.c`).

## Split votes

Of n servers s are left, and one way takes l of the range. A term's vote is split when the c-th of the s times out within l of the
first, c = s − ⌊n/2⌋ + 1: then fewer than ⌊n/2⌋ + 1 are left to vote for one.

    Pr(split) = Pr(D_{c,s} ≤ l) = Σ_{k = c−1 … s} C(s, k) l^k (1 − l)^(s − k)

![Split votes](ongaro-splits.svg)

| n | down | l = 0.05: formula | measured | 0.1 | | 0.2 | | 0.3 | | 0.4 | | 0.5 | |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
MD
awk "$formula"' $1 != n || $2 != s { if (n) print ""; n = $1; s = $2; printf "| %d | %d |", n, n - s }
    { printf " %.2f %% | %.2f %% |", 100 * share_split($1, $2, $3), 100 * $5 / $4 } END { print "" }' "$work/splits"
cat <<'MD'

### With variable latency

Each message's latency is drawn anew from [a, b]; a request may overtake an earlier one. There is no formula, and the
dissertation simulates (figure 9.6). Split votes, measured:

![Variable latency](ongaro-variable.svg)

| n | down | [0, .1] | [.1, .2] | [.2, .3] | [0, .2] | [.1, .3] | [.2, .4] |
| --- | --- | --- | --- | --- | --- | --- | --- |
MD
awk '{ key = $1 " | " $1 - $2; if (!(key in row)) order[++count] = key; value = sprintf("%.1f %%", 100 * $6 / $5)
    cell[key, $3 "-" $4] = value; row[key] = 1 }
    END { columns = split("0-0.1 0.1-0.2 0.2-0.3 0-0.2 0.1-0.3 0.2-0.4", column, " ")
        for (i = 1; i <= count; i++) { printf "| %s |", order[i]
            for (c = 1; c <= columns; c++) printf " %s |", cell[order[i], column[c]]
            print "" } }' "$work/variable"
cat <<'MD'

## Expected time

In ranges, from the crash, with a durable write W (none here), a heartbeat each half least timeout, and p the share of split votes:

    no split:    E[E_s] = 1 + 1/(s + 1) + 2 E[L] + E[W] − 1/4
    with splits: E[E_s] = (1 + 1/(s + 1) + E[L]) / (1 − p) + E[L] + E[W] − 1/4

![Expected time](ongaro-election-time.svg)

| n | s | l | split votes p | second terms that split | formula as printed | and one l | measured | standard error | off by | still open |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
MD
awk '{ printf "| %d | %d | %.2f | %.1f %% | %s | %.3f | %.3f | %.3f | %.3f | %+.1f %% | %d |\n", $1, $2, $3, 100 * $9,
    $11 < 20 ? "(" $11 " runs)" : sprintf("%.1f %%", 100 * $10), $8, $8 + $3, $5, $6, 100 * ($5 / ($8 + $3) - 1), $7 }' \
    "$work/times-formula"
cat <<MD

## A wide-area network

![Wide-area network](ongaro-wan.svg)

| logs | down | mean: published curve | ours | p99: published curve | ours | p99.9: published curve | ours | the text |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
MD
for logs in same different; do
    for down in 0 1 2; do
        file=$work/wan-$logs-$down p99=$(wan_published $logs $down p99) p999=$(wan_published $logs $down p999)
        case $logs-$down in
            same-1) said="mean about 475 ms, 99.9 % within 1.5 s" ;;
            same-2) said="mean about 650 ms, 99.9 % within 3 s" ;;
            different-*) said="very similar to the same logs" ;;
            *) said="–" ;;
        esac
        printf '| %s | %d | %s ms | %s ms | %s | %s ms | %s | %s ms | %s |\n' $logs $down "$(wan_published $logs $down mean)" \
            "$(calc "$(mean "$file")" %.1f)" "${p99:-–}${p99:+ ms}" "$(calc "$(quantile "$file" 0.99)" %.0f)" \
            "${p999:-–}${p999:+ ms}" "$(calc "$(quantile "$file" 0.999)" %.0f)" "$said"
    done
done
cat <<'MD'

The published curves are in the dissertation's repository as vector graphics; `ongaro-wan.csv` has what was read from them
(Diego Ongaro, CC BY 4.0).
MD
findings
printf '\n## Checks\n\n'
checks_table "$checks"
