# Every connected graph of n nodes up to isomorphism, one a line: number of nodes, one-way or two-way, and the
# directed links as ab,cd,… of the labelling that is written with the least number. -v nodes=5; -v oneway=1 also counts
# links in one direction, keeps graphs that hang together when directions are ignored, and leaves out those of
# two-way links only.
function permute(prefix, left,   i) {
    if (left == "") { permutations[++permutation_count] = prefix; return }
    for (i = 1; i <= length(left); i++)
        permute(prefix substr(left, i, 1), substr(left, 1, i - 1) substr(left, i + 1))
}
function links(code, has,   i, a, b) { # into has[a, b]
    for (a = 1; a <= nodes; a++) for (b = 1; b <= nodes; b++) has[a, b] = 0
    for (i = 1; i <= slots; i++) {
        if (code % 2) { has[from[i], to[i]] = 1; if (!oneway) has[to[i], from[i]] = 1 }
        code = int(code / 2)
    }
}
function connected(has,   reached, grown, count, a, b) {
    reached[1] = 1; count = 1
    do {
        grown = 0
        for (a = 1; a <= nodes; a++) if (reached[a]) for (b = 1; b <= nodes; b++)
            if (!reached[b] && (has[a, b] || has[b, a])) { reached[b] = 1; count++; grown = 1 }
    } while (grown)
    return count == nodes
}
function code_of(has, order,   i, code, bit) {
    code = 0; bit = 1
    for (i = 1; i <= slots; i++) {
        if (has[substr(order, from[i], 1), substr(order, to[i], 1)]) code += bit
        bit *= 2
    }
    return code
}
BEGIN {
    permute("", substr("12345", 1, nodes))
    for (a = 1; a <= nodes; a++) for (b = 1; b <= nodes; b++)
        if (oneway ? a != b : a < b) { from[++slots] = a; to[slots] = b }
    for (code = 0; code < 2 ^ slots; code++) {
        links(code, has)
        if (!connected(has)) continue
        least = code
        for (p = 1; p <= permutation_count && least == code; p++) {
            other = code_of(has, permutations[p])
            if (other < least) least = other
        }
        if (least != code) continue
        text = ""; symmetric = 1; count = 0
        for (a = 1; a <= nodes; a++) for (b = 1; b <= nodes; b++) if (has[a, b]) {
            text = text (text == "" ? "" : ",") a b
            count++
            if (!has[b, a]) symmetric = 0
        }
        if (oneway && symmetric) continue
        printf "%d %s %d %s\n", nodes, oneway ? "one-way" : "two-way", count, text
    }
}
