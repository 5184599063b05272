# leadership: who led when in one run.
#   $bars         row, begin, end, term, part (0 acting, 1 paused, 2 split brain)
#   $faults       begin, end: shaded
#   $fault_names  begin, height, text; named_faults: how many, 0 to leave them out; fault_count
#   $violations   time, row; violation_count
#   $stale        time, row; stale_count: stale writes
#   paused_count, split_count: how many such bars
#   more: the last line of the title
#   name[1…rows], duration in time_unit, split: seconds of split brain
set title headline."\n".subtitle."\n".more
set xrange [0:duration]
top = named_faults > 0 ? -0.75 : 0.3
set yrange [rows + 0.6 : top]
set ytics () scale 0
do for [i = 1:rows] { set ytics add (name[i] i) }
set xlabel "simulated time (".time_unit.")"
set ylabel "node"
set style fill solid 1 noborder
set grid noxtics ytics
set key below left maxcols 5
array term_colour[5] = [0x0072B2, 0x009E73, 0x56B4E9, 0xE69F00, 0xCC79A7]
colour(term) = term_colour[int(term) % 5 + 1]
ink(term, part) = part == 0 && int(term) % 5 > 1 && int(term) % 5 < 4 ? 0x000000 : 0xffffff
wide(begin, end) = (end - begin) / duration > 0.03
# A short split brain is drawn wide enough to be seen.
seen(begin, end) = end - begin < duration / 400 ? begin + duration / 400 : end
only(part, wanted, middle) = part == wanted ? middle : NaN
plot $faults using (0.5 * ($1 + $2)):(rows / 2.0):1:2:(rows + 0.6):(top) \
         with boxxyerror linecolor rgb '#e4e4e4' title fault_count > 0 ? "a fault at work" : "", \
     keyentry with boxes linecolor rgb blue title "leads (a colour a term)", \
     $bars using (only($5, 0, 0.5 * ($2 + $3))):1:2:3:($1 - 0.32):($1 + 0.32):(colour($4)) \
         with boxxyerror linecolor rgb variable notitle, \
     $bars using (only($5, 1, 0.5 * ($2 + $3))):1:2:3:($1 - 0.32):($1 + 0.32) \
         with boxxyerror linecolor rgb '#999999' title paused_count > 0 ? "leader, but paused" : "", \
     $bars using (only($5, 2, 0.5 * ($2 + $3))):1:2:(seen($2, $3)):($1 - 0.38):($1 + 0.38) \
         with boxxyerror linecolor rgb vermillion title split_count > 0 ? "split brain: two or more lead" : "", \
     $bars using (0.5 * ($2 + $3)):1:(wide($2, $3) ? sprintf("%d", $4) : ""):(ink($4, $5)) \
         with labels textcolor rgb variable notitle, \
     $violations using 1:2 with points linecolor rgb black pointtype 2 pointsize 1.5 \
         title violation_count > 0 ? "a promise broken" : "", \
     $stale using 1:($2 + 0.46) with points linecolor rgb black pointtype 9 pointsize 0.9 \
         title stale_count > 0 ? "a stale write" : "", \
     $fault_names using 1:(top + 0.25 + 0.3 * $2):(named_faults > 0 ? strcol(3) : "") \
         with labels left textcolor rgb '#555555' notitle
