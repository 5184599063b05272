# messages: messages per election by cluster size, log axes.
#   $points    series, nodes, estimate, low, high, runs; one index a series
#   label[1…series], metric_label, smallest and largest: sizes; least: the lowest estimate
last = largest > smallest ? largest : smallest * 2
set logscale xy
set xrange [smallest / 1.15 : last * 1.45]
set xtics (2, 3, 4, 5, 7, 9, 15, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
set ytics format "%g"
set xlabel "nodes n"
set ylabel metric_label
from = least * 0.8
linear(n) = from * n / smallest
square(n) = from * (n / smallest) ** 2
set label 1 " ~ n" at last * 1.02, linear(last) textcolor rgb '#666666'
set label 2 " ~ n²" at last * 1.02, square(last) textcolor rgb '#666666'
set yrange [from * 0.6:*]
plot sample [smallest:last] '+' using 1:(linear($1)) with lines linecolor rgb '#888888' \
         linewidth 1 dashtype 3 notitle, \
     [smallest:last] '+' using 1:(square($1)) with lines linecolor rgb '#888888' \
         linewidth 1 dashtype 3 notitle, \
     for [i = 1:series] $points index i - 1 using 2:3:($4 < from * 0.6 ? from * 0.6 : $4):5 \
         with yerrorbars linetype i linewidth 1 dashtype 1 pointtype -1 notitle, \
     for [i = 1:series] $points index i - 1 using 2:3 with linespoints linetype i title label[i]
