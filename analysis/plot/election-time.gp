# Cumulative distribution, a curve for each variant, on a logarithmic axis of time.
#   $curve_1 … $curve_N  time (s), share of elections at most this long
#   curves, name_1 … name_N, title
set title title noenhanced
set xlabel "from the first candidacy to a winner (s)"
set ylabel "share of elections"
set logscale x
set format x "%g"
set yrange [0:1]
set ytics 0.1
set key bottom right noenhanced
set arrow from graph 0, first 0.5 to graph 1, first 0.5 nohead lc rgb '#bbbbbb' dt 2
set arrow from graph 0, first 0.9 to graph 1, first 0.9 nohead lc rgb '#bbbbbb' dt 2
set arrow from graph 0, first 0.99 to graph 1, first 0.99 nohead lc rgb '#bbbbbb' dt 2
plot for [i = 1:curves] sprintf("$curve_%d", i) using 1:2 with steps ls ((i - 1) % 8 + 1) \
         title value(sprintf("name_%d", i))
