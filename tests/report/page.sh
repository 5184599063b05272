#!/usr/bin/env bash
# page.sh CONCLAVE: the report as a browser sees it. Needs Debian's chromium and gnuplot-nox.
set -euo pipefail
conclave=$1
cd "$(dirname "$0")/../.."
browser=$(command -v chromium || command -v chromium-browser || true)
if [ -z "$browser" ]; then echo "skipped: no chromium"; exit 77; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A title and a variant that would break out of text, attribute or script if they were let.
sed -e "s/^scenario:.*/scenario: \"<script>alert('title')<\/script> \\\\\" onload=x\"/" scenarios/quickstart.yaml > "$work/hostile.yaml"
printf "\nvariants:\n  - {name: \"<img src=x onerror=alert(1)>\", set: {raft.pre_vote: true}}\n  - {name: plain, set: {raft.pre_vote: false}}\n" >> "$work/hostile.yaml"
"$conclave" sweep "$work/hostile.yaml" --seeds 1..20 --quiet --db "$work/it's.db" 2> "$work/log"
"$conclave" report "$work/it's.db" -o "$work/page.html"
if grep -qE "<script>alert|<img src=x|https?://[^w]" "$work/page.html"; then echo "markup or an address of the network got through"; exit 1; fi
[ "$(stat -c %s "$work/page.html")" -lt 5000000 ] || { echo "over 5 MB"; exit 1; }
"$conclave" report "$work/it's.db" > "$work/again.html"
cmp "$work/page.html" "$work/again.html"

# What was expected comes before the alerts; the commands that repeat a run have a line each.
[ "$(grep -o "<h2>[^<]*" "$work/page.html" | tr -d '\n')" = "<h2>Which variant serves better<h2>Expectations<h2>Alerts of the leader-election pattern<h2>Pictures<h2>The worst runs<h2>Where it comes from" ]
grep -q "<code>stale_writes == 0</code></td><td><strong>PASS" "$work/page.html"
if grep -E "conclave replay .*conclave timeline|conclave timeline .*conclave replay" "$work/page.html"; then echo "two commands on one line"; exit 1; fi
grep -q "no run is that long: more than one in a run" "$work/page.html"
"$conclave" sweep scenarios/quickstart.yaml --seeds 1..3 --set algorithm=bully --quiet --db "$work/bully.db" > "$work/log" 2>&1 || true
"$conclave" report "$work/bully.db" -o "$work/bully.html"
grep -q "FAIL in 3 of 3 runs, first seed 1: <code>conclave why .* --run 1</code>" "$work/bully.html"

cat > "$work/driver.js" << 'END'
const say = (name, good) => { document.title += good ? ` ${name}=yes` : ` ${name}=NO`; };
window.addEventListener("load", () => {
  document.title = "driven:";
  const table = document.querySelector("table.sortable");
  const names = () => [...table.tBodies[0].rows].map((row) => row.cells[0].textContent).join("|");
  const before = names();
  const figure = (row) => Number(row.cells[2].dataset.value);
  table.tHead.rows[0].cells[2].querySelector("button").click();
  const rows = [...table.tBodies[0].rows];
  say("ascends", rows.every((row, i) => i === 0 || figure(rows[i - 1]) <= figure(row)));
  const up = names();
  table.tHead.rows[0].cells[2].querySelector("button").click();
  say("turns", names() !== up && before.length === up.length);
  const details = [...document.querySelectorAll("details")].find((d) => !d.open);
  details.querySelector("summary").click();
  say("opens", details.open);
  say("alts", [...document.images].every((image) => image.alt.length > 20 && image.complete && image.naturalWidth > 0));
  say("two", table.tBodies[0].rows.length === 2);
  for (const one of document.querySelectorAll("details")) one.open = true;
  say("fits", document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  say("narrow", document.documentElement.clientWidth <= 360);
});
END
sed "/<\/body>/e printf '<script>'; cat '$work/driver.js'; printf '</script>'" "$work/page.html" > "$work/driven.html"
cat > "$work/frame.html" << 'END'
<!doctype html><title>frame</title><iframe id="f" src="driven.html" style="width:360px;height:800px;border:0"></iframe>
<iframe id="g" src="page.html" style="width:1200px;height:800px;border:0"></iframe>
<script>document.getElementById("f").onload = () => setTimeout(() => {
  const wide = [...document.getElementById("g").contentDocument.querySelectorAll(".wide")];
  const whole = wide.length > 3 && wide.every((one) => one.querySelector(".sortable") === null || one.scrollWidth <= one.clientWidth);
  document.title = document.getElementById("f").contentDocument.title + (whole ? " whole=yes" : " whole=NO");
}, 1500);</script>
END
"$browser" --headless --no-sandbox --disable-gpu --allow-file-access-from-files --enable-logging=stderr \
    --virtual-time-budget=20000 --dump-dom "file://$work/frame.html" > "$work/dom.html" 2> "$work/console"
title=$(sed -n 's/.*<title>\(driven:[^<]*\)<.*/\1/p' "$work/dom.html")
for check in ascends turns opens alts two fits narrow whole; do
    case "$title" in *"$check=yes"*) ;; *) echo "failed: $check ($title)"; exit 1 ;; esac
done
if grep "CONSOLE" "$work/console"; then echo "words on the console"; exit 1; fi

echo "the page loads, sorts, opens, fits 360 pixels, and shows its first tables whole in 1200"
