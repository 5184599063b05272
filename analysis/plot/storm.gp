# storm: elections over time, a panel per variant.
#   $bins      panel, time, elections in the bar, needless ones; one index a panel
#   $faults    begin, end: shaded; one index a panel
#   label[1…panels], bin and duration in time_unit, bin_label, most: the highest bar
top = most * 1.12
set xrange [0:duration]
set yrange [0:top]
set ylabel "elections\nin ".bin_label
set boxwidth bin * 0.9
set style fill solid 1 noborder
set grid noxtics
set title ""
set ytics autofreq
if (most < 6) set ytics 1
height = 470.0 * (0.55 + 0.35 * panels)
below = (in_terminal ? 90 : 132) / height
above = 1 - 72 / height
set multiplot layout panels, 1 title headline."\n".subtitle noenhanced \
    margins 0.11, 0.97, below, above spacing 0, 0.1
do for [i = 1:panels] {
    set label 1 label[i] at graph 0, graph 1 left offset 0, character 0.7 noenhanced
    if (i == panels) {
        set xlabel "simulated time (".time_unit.")"
        set format x "%g"
        set key at screen 0.5, screen 0.01 center bottom horizontal maxcols 3
    } else {
        set format x ""
        unset key
    }
    plot $faults index i - 1 using (0.5 * ($1 + $2)):(0.5 * top):1:2:(0):(top) \
             with boxxyerror linecolor rgb '#e0e0e0' title "a fault at work", \
         $bins index i - 1 using 2:3 with boxes linecolor rgb blue \
             title "elections after a loss", \
         $bins index i - 1 using 2:4 with boxes linecolor rgb vermillion \
             title "needless: the leader was healthy"
}
unset multiplot
