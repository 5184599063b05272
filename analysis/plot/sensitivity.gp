# sensitivity: a metric over one varied parameter.
#   $points    series, place, estimate, low, high, runs; one index a series
#   x_key, x_at[], x_text[]: the parameter's values and where they stand; x_log: on a log axis
#   label[1…series], metric_label, from_zero
if (x_log) set logscale x
if (!x_log) set offsets graph 0.04, graph 0.04, graph 0.05, 0
if (x_log) set xrange [x_at[1] / 1.15 : x_at[x_count] * 1.15]
set xtics () norangelimit
width = 0
do for [i = 1:x_count] { width = width + strlen(x_text[i]) + 2 }
crowded = width > 90 ? ceil(width / 90.0) : 1
do for [i = 1:x_count:crowded] { set xtics add (x_text[i] x_at[i]) }
if (from_zero) set yrange [0:*]
set xlabel x_key
set ylabel metric_label
if (series == 1) unset key
# Where one end of an interval is not known, there is no band.
known(low, high, value) = low == low && high == high ? value : NaN
plot for [i = 1:series] $points index i - 1 \
         using 2:(known($4, $5, $4)):(known($4, $5, $5)) with filledcurves \
         linetype i fillstyle transparent solid 0.18 noborder notitle, \
     for [i = 1:series] $points index i - 1 using 2:3 with linespoints linetype i title label[i]
