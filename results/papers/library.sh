# What every page uses; read by make and by tests/cli/papers.sh, which set:
#   conclave   the program          work   a folder for what is thrown away
#   out        where pages and pictures go
#   page       its name             checks   the file of its rows
export LC_ALL=C.UTF-8 TZ=UTC0

papers=results/papers

# ---- Running ---------------------------------------------------------------------------------------

# sweep NAME ARGUMENT… : a fresh database $work/NAME.db of `conclave sweep ARGUMENT…`.
sweep() {
    local db=$work/$1.db
    shift
    rm -f "$db"
    "$conclave" sweep "$@" --db "$db" --quiet 2>"$work/said" || { cat "$work/said" >&2; return 1; }
}

# sql NAME STATEMENT : its rows, columns parted by a blank.
sql() {
    sqlite3 -batch -noheader -separator ' ' "$work/$1.db" "$2"
}

# forget NAME… : databases are large.
forget() {
    local name
    for name in "$@"; do rm -f "$work/$name.db"; done
}

# agreement NAME VARIANT : `agreement_time` of its runs in ms, ascending; into $work/NAME.ms.
agreement() {
    sql "$1" "SELECT value * 1e3 FROM metric WHERE name = 'agreement_time' AND value NOT NULL ORDER BY value" \
        >"$work/$1.ms"
}

# ---- Figures of a file of numbers, one a line, ascending ----------------------------------------------

# quantile FILE SHARE : by nearest rank.
quantile() {
    awk -v q="$2" '{ v[NR] = $1 } END { k = int(q * NR); if (k < q * NR) k++; print v[k < 1 ? 1 : k] }' "$1"
}

mean() {
    awk '{ s += $1 } END { printf "%.9g\n", s / NR }' "$1"
}

# Of the mean.
standard_error() {
    awk '{ s += $1; q += $1 * $1 } END { m = s / NR; printf "%.9g\n", sqrt((q / NR - m * m) / NR) }' "$1"
}

# cdf FILE [POINTS] : value and share in percent, a step for each of so many points.
cdf() {
    awk -v points="${2:-400}" '{ v[NR] = $1 } END {
        for (i = 0; i <= points; i++) {
            k = int(i * NR / points + 0.5)
            if (k < 1) k = 1
            printf "%.6g %.4f\n", v[k], 100 * k / NR
        } }' "$1"
}

# distance FILE FORMULA : largest distance of the distribution to an awk expression of x, Kolmogorov and Smirnov's.
distance() {
    awk "function cdf(x) { return $2 }"'
        { v[NR] = $1 }
        END {
            for (i = 1; i <= NR; i++) {
                f = cdf(v[i])
                if (i / NR - f > d) d = i / NR - f
                if (f - (i - 1) / NR > d) d = f - (i - 1) / NR
            }
            printf "%.5f\n", d
        }' "$1"
}

# farthest N : how far a sample of N may be from what it is drawn from, but for once in a thousand times.
farthest() {
    calc "1.95 / sqrt($1)" %.3g
}

# share_below FILE VALUE : of the numbers that are at most VALUE.
share_below() {
    awk -v x="$2" '$1 <= x { n++ } END { printf "%.6f\n", n / NR }' "$1"
}

calc() { # EXPRESSION [FORMAT]
    awk "BEGIN { printf \"${2:-%.6g}\", ($1) }"
}

# ---- Checks -------------------------------------------------------------------------------------------

# check ID WHAT EXPECTED TOLERANCE MEASURED [UNIT] : one row; the tolerance is
#   6%     of the expected value          0.5    in its unit             exact    the same text
#   most   at most what is expected       least  at least               report   no gate: told, not judged
check() {
    local id=$1 what=$2 expected=$3 tolerance=$4 measured=$5 unit=${6:-} result
    result=$(awk -v e="$expected" -v t="$tolerance" -v m="$measured" 'BEGIN {
        if (t == "report") { print "told"; exit }
        if (t == "exact") { print (e "" == m "" ? "PASS" : "FAIL"); exit }
        if (m !~ /^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$/) { print "FAIL"; exit }
        if (t == "most") good = m + 0 <= e + 0
        else if (t == "least") good = m + 0 >= e + 0
        else {
            width = t ~ /%$/ ? substr(t, 1, length(t) - 1) / 100 * (e < 0 ? -e : e) : t
            gap = m - e
            good = (gap < 0 ? -gap : gap) <= width
        }
        print (good ? "PASS" : "FAIL") }')
    printf '%s|%s|%s|%s|%s|%s|%s\n' "$id" "$what" "$expected" "$tolerance" "$measured" "$unit" "$result" >>"$checks"
    [ "$result" != FAIL ] || printf '%s: FAIL %s (%s): %s %s, expected %s (%s)\n' "$page" "$id" "$what" "$measured" \
        "$unit" "$expected" "$tolerance" >&2
}

# The rows of a file of checks as a table; with a column for the page where there are several files.
checks_table() {
    printf '| id | what | expected | tolerance | measured | |\n| --- | --- | --- | --- | --- | --- |\n'
    awk -F'|' '{
        t = $4 == "exact" || $4 == "report" ? $4 : $4 == "most" ? "at most" : $4 == "least" ? "at least" : "±" $4
        if (t == "report") t = "–"
        unit = $6 == "" ? "" : " " $6
        printf "| %s | %s | %s%s | %s | %s%s | %s |\n", $1, $2, $3, unit, t, $5, unit, $7 == "FAIL" ? "**FAIL**" : $7
    }' "$@"
}

# ---- Prose --------------------------------------------------------------------------------------------

# tell NAME VALUE : a figure that the page's findings speak of.
tell() {
    printf '%s=%s\n' "$1" "$2" >>"$work/told"
}

# findings : pages/$page.findings with each {NAME} in it replaced by what was told. A name that nobody told is an error, and
# so is a figure that no sentence uses: so that the prose has no figure of ours that is not of this run.
findings() {
    awk -v page="$page" '
        FNR == NR { at = index($0, "="); told[substr($0, 1, at - 1)] = substr($0, at + 1); next }
        {
            line = ""
            while (match($0, /\{[a-z0-9_]+\}/)) {
                name = substr($0, RSTART + 1, RLENGTH - 2)
                if (!(name in told)) { print page ": nobody told {" name "}" >"/dev/stderr"; wrong = 1 }
                line = line substr($0, 1, RSTART - 1) told[name]
                used[name] = 1
                $0 = substr($0, RSTART + RLENGTH)
            }
            print line $0
        }
        END {
            for (name in told) if (!(name in used)) { print page ": no sentence uses {" name "}" >"/dev/stderr"; wrong = 1 }
            exit wrong
        }' "$work/told" "$papers/pages/$page.findings"
}

# ---- Pictures -----------------------------------------------------------------------------------------

# picture NAME WIDTH HEIGHT TITLE SUBTITLE < PROGRAM : $out/NAME.svg in the style of the program's own plots.
picture() {
    local name=$1 width=$2 height=$3 title=$4 subtitle=$5
    {
        printf "set terminal svg noenhanced size %s,%s font 'DejaVu Sans,sans-serif,12' background '#ffffff'\n" \
            "$width" "$height"
        printf "set output '%s/%s.svg'\nheadline = '%s'\nsubtitle = '%s'\nwork = '%s'\n" \
            "$out" "$name" "${title//\'/\'\'}" "${subtitle//\'/\'\'}" "$work"
        cat analysis/plot/style.gp -
    } >"$work/$name.gp"
    gnuplot --default-settings "$work/$name.gp" 2>"$work/gnuplot" || { cat "$work/gnuplot" >&2; return 1; }
}
