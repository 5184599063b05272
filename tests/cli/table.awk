# table.awk CSV README: the README's table of compare-all holds the estimates of compare-all.csv, each rounded to as many
# digits as it shows. Prints what does not, and fails.
function plain(cell) { gsub(/^ +| +$/, "", cell); return cell }

# What a cell says, in base units, into `said`, and half a unit of its last digit into `half`.
function read_cell(cell,    number, unit, scale, dot) {
    sub(/ \(.*\)$/, "", cell)
    number = cell; sub(/ .*/, "", number)
    unit = cell; sub(/^[^ ]* ?/, "", unit)
    scale = unit == "ms" ? 1e-3 : unit == "min" ? 60 : unit == "h" ? 3600 : unit == "%" ? 1e-2 : 1
    dot = index(number, ".")
    half = 0.5 * scale / 10 ^ (dot == 0 ? 0 : length(number) - dot)
    said = number * scale
}

BEGIN {
    split("downtime.mean downtime.max availability effective_split_brain_time stale_writes needless_elections messages_per_second", metrics, " ")
}
FNR == NR {
    if (FNR == 1)
        next
    variant = $0; sub(/^[^"]*"/, "", variant); sub(/".*/, "", variant)
    rest = $0; sub(/^[^"]*"[^"]*",/, "", rest); split(rest, field, ",")
    metric = $0; sub(/,.*/, "", metric)
    estimate[metric, variant] = field[5]
    if (!(variant in known)) { known[variant] = 1; wanted++ }
    next
}
/^\| \| downtime, mean \|/ { inside = 1; next }
inside && !/^\|/ { inside = 0 }
inside && !/^\| ---/ {
    count = split($0, cell, "|")
    name = plain(cell[2])
    if (name == "raft, pre-vote and check-quorum") name = "raft with pre-vote"
    if (!(name in known)) { print "README.md: a row of `" name "`, which compare-all has not"; bad = 1; next }
    rows++
    for (i = 1; i <= 7; i++) {
        read_cell(plain(cell[i + 2]))
        value = estimate[metrics[i], name]
        off = said > value ? said - value : value - said
        if (off > half * 1.0001) {
            printf "README.md: %s, %s: `%s`, but compare-all.csv has %s\n", name, metrics[i], plain(cell[i + 2]), value
            bad = 1
        }
    }
}
END {
    if (rows != wanted) { print "README.md has " rows + 0 " rows of compare-all, not " wanted; bad = 1 }
    exit bad
}
