# trade-off: two metrics, a point per variant.
#   $points   series, x, x low, x high, y, y low, y high, best
#   $front    x, y of the variants that none beats in both, from left to right
#   label[1…series], x_label, y_label; x_zero, y_zero: the axis begins at 0
# The colours come again after eight; a colour never comes twice with the same shape.
shapes = "7 5 9 11 13 6 4 8 10 12 14 15 1 2 3"
shape(i) = int(word(shapes, 1 + ((i - 1) % 8 + 3 * ((i - 1) / 8)) % 15))
set xlabel x_label
set ylabel y_label
if (x_zero) set xrange [0:*]
if (y_zero) set yrange [0:*]
set offsets graph 0.06, graph 0.06, graph 0.08, graph 0.06
plot $front using 1:2 with lines linecolor rgb '#999999' linewidth 1.5 dashtype 2 \
         title "Pareto front: none is better in both", \
     for [i = 1:series] $points using ($1 == i ? $2 : NaN):5:3:4:6:7 with xyerrorbars \
         linetype i linewidth 1 dashtype 1 pointtype -1 notitle, \
     for [i = 1:series] $points using ($1 == i ? $2 : NaN):5 with points \
         linetype i pointtype shape(i) pointsize 1.4 title label[i]
