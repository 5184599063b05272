# Style of all plots. The colours are Okabe and Ito's, told apart by colour-blind people, too.
set encoding utf8
blue = '#0072B2'; vermillion = '#D55E00'; green = '#009E73'; purple = '#CC79A7'
orange = '#E69F00'; sky = '#56B4E9'; black = '#000000'; grey = '#999999'
set linetype 1 linecolor rgb blue       linewidth 2 dashtype 1 pointtype 7
set linetype 2 linecolor rgb vermillion linewidth 2 dashtype 1 pointtype 5
set linetype 3 linecolor rgb green      linewidth 2 dashtype 2 pointtype 9
set linetype 4 linecolor rgb purple     linewidth 2 dashtype 1 pointtype 11
set linetype 5 linecolor rgb orange     linewidth 2 dashtype 4 pointtype 13
set linetype 6 linecolor rgb sky        linewidth 2 dashtype 1 pointtype 6
set linetype 7 linecolor rgb black      linewidth 2 dashtype 2 pointtype 4
set linetype 8 linecolor rgb grey       linewidth 2 dashtype 1 pointtype 8
set linetype cycle 8
set border 3 linecolor rgb '#444444'
set tics nomirror out scale 0.6
set grid xtics ytics linecolor rgb '#dddddd' linewidth 1 dashtype 1
set key below left Left reverse maxcols 2 samplen 2 spacing 1.1 height 0.5
set title headline."\n".subtitle
