# heatmap: a metric over two varied parameters. The palette is cividis, made for colour-blind readers.
#   $cells   column, row, mean (NaN: no run), low, high, runs
#   x_key, x_count, x_text[], y_key, y_count, y_text[], metric_label, least and most of the means
set palette defined (0 '#00224e', 0.125 '#123570', 0.25 '#3b496c', 0.375 '#575d6d', 0.5 '#707173', \
                     0.625 '#8a8678', 0.75 '#a59c74', 0.875 '#c3b369', 1 '#fee838')
span = most > least ? most - least : 1
set cbrange [least : least + span]
set cblabel metric_label
set xrange [0.5 : x_count + 0.5]
set yrange [0.5 : y_count + 0.5]
set xtics () scale 0
set ytics () scale 0
every = ceil(x_count / 12.0)
do for [i = 1:x_count:every] { set xtics add (x_text[i] i) }
do for [i = 1:y_count] { set ytics add (y_text[i] i) }
unset grid
unset key
unset border
set xlabel x_key
set ylabel y_key
set style fill solid 1 noborder
ink(v) = (v - least) / span > 0.55 ? 0x000000 : 0xffffff
figure(v) = v != v ? "no run" : sprintf(abs(v) >= 100 ? "%.0f" : abs(v) >= 10 ? "%.1f" : "%.2f", v)
written = x_count <= 12 && y_count <= 24
plot $cells using 1:2:($1 - 0.49):($1 + 0.49):($2 - 0.48):($2 + 0.48):3 \
         with boxxyerror fillcolor palette notitle, \
     $cells using 1:2:(written ? figure($3) : ""):($3 == $3 ? ink($3) : 0x888888) \
         with labels textcolor rgb variable notitle
