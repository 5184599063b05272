# Elections over time, faults shaded.
#   $elections  minute, won elections in the bin that begins there
#   $faults     begin and end of each fault, minutes
#   title; bin, the width of a bar in minutes; most, the highest bar; end, in minutes
set title title noenhanced
set xlabel "simulated time (minutes)"
set ylabel sprintf("won elections in %g minutes", bin)
set yrange [0:most * 1.15]
set xrange [0:end]
set ytics 1
set key outside top center horizontal
set style fill solid 1.0 noborder
plot $faults using 1:(0):1:2:(0):(most * 1.15) with boxxyerror fs solid 0.35 lc rgb '#999999' title "fault", \
     $elections using 1:(0):1:($1 + bin):(0):2 with boxxyerror fs solid 0.85 lc rgb '#D55E00' title "elections"
