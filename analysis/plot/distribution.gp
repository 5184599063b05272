# downtime, election-time: cumulative distribution per series, log time axis.
#   $curves  series, time in s, share in percent; one index a series
#   $marks   series, time in s, share: percentiles 50, 90, 99
#   label[1…series], headline, subtitle, time_label, share_label, shortest and longest in s,
#   left_edge in s: a log axis has no 0, so shorter times are drawn there
set logscale x
set xrange [shortest / 1.6 : longest * 1.6]
span = longest / shortest
on_axis(t) = t < left_edge ? left_edge : t
second(t) = t < 1.01 * left_edge ? "≤ 1 µs" : t < 0.99e-3 ? sprintf("%g µs", t * 1e6) : t < 0.99 ? sprintf("%g ms", t * 1e3) \
          : sprintf("%g s", t)
array step[6] = [1, 2, 5, 1.5, 3, 7]
steps = span > 2000 ? 1 : span > 8 ? 3 : 6
set xtics ()
do for [decade = -6:5] { do for [k = 1:steps] {
    set xtics add (second(step[k] * 10.0 ** decade) step[k] * 10.0 ** decade)
} }
set yrange [0:101]
set ytics 25 format "%g %%"
set y2range [0:101]
set y2tics ("p50" 50, "p90" 90, "p99" 99) scale 0
set grid xtics noytics y2tics linecolor rgb '#cccccc'
set xlabel time_label
set ylabel share_label
set key maxcols 1
plot for [i = 1:series] $curves index i - 1 using (on_axis($2)):3 with steps linetype i title label[i], \
     $marks using (on_axis($2)):3:1 with points linecolor variable pointtype 7 pointsize 0.9 notitle
