# Who leads when: a lane for each node.
#   $leaderships  node number, begin, end (seconds), term
#   $overlaps     node number, begin, end of each time in which another node leads as well
#   $faults       begin and end of each fault, seconds
#   title, nodes, end
set title title noenhanced
set xlabel "simulated time (s)"
set ylabel "node"
set xrange [0:end]
set yrange [nodes + 0.6:0.4]
set ytics 1 format "n%g"
set key outside top center horizontal
set style fill solid 1.0 noborder
plot $faults using 1:(0):1:2:(0.4):(nodes + 0.6) with boxxyerror fs solid 0.25 lc rgb '#999999' title "fault", \
     $leaderships using (int($4) % 2 == 1 ? $2 : NaN):1:2:3:($1 - 0.32):($1 + 0.32) \
         with boxxyerror lc rgb '#0072B2' title "leads, odd term", \
     $leaderships using (int($4) % 2 == 0 ? $2 : NaN):1:2:3:($1 - 0.32):($1 + 0.32) \
         with boxxyerror lc rgb '#56B4E9' title "even term", \
     $overlaps using 2:1:2:3:($1 - 0.32):($1 + 0.32) \
         with boxxyerror lc rgb '#D55E00' title "two leaders at once", \
     $leaderships using (($3 - $2) > end * 0.04 ? ($2 + $3) / 2.0 : NaN):1:(sprintf("term %d", $4)) \
         with labels tc rgb '#ffffff' notitle
