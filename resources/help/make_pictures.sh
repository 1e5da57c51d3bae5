#!/usr/bin/env bash
# make_pictures.sh FOLDER: makes the pictures and the table of the README from ann-benchmarks files in FOLDER
# (fashion-mnist-784-euclidean.hdf5, world-cities-2-euclidean.hdf5). Run by ./dev shots; needs the built programs.
set -euo pipefail
data=$1
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fashion=$data/fashion-mnist-784-euclidean.hdf5
cities=$data/world-cities-2-euclidean.hdf5
for file in "$fashion" "$cities"; do [ -e "$file" ] || { echo "make_pictures: $file is missing" >&2; exit 1; }; done

build/release/annscope --headless "$fashion" --config IVF1024,Flat --config "Vamana64|Lbuild=125,alpha=1.2" \
    --theme light --save "$work/curve" >&2
build/release/annscope --headless "$cities" --config Vamana16 --config IVF256,Flat --theme light --save "$work/light" >&2
build/release/annscope --headless "$cities" --config Vamana16 --config IVF256,Flat --theme dark --save "$work/dark" >&2
cp "$work/curve/window.png" resources/help/window.png
cp "$work/curve/curve.png" resources/help/curve.png
cp "$work/light/graph.png" resources/help/graph.png
cp "$work/light/cells.png" resources/help/cells.png
cp "$work/dark/window.png" resources/help/window-dark.png

# From a file to an exported configuration, step by step: light and dark to build/shots, the light ones to the README.
rm -rf build/shots
ANNSCOPE_DATA=$data ANNSCOPE_SHOTS=build/shots QT_QPA_PLATFORM=xcb \
    xvfb-run -a -s "-screen 0 1920x1200x24 -nolisten tcp" build/release/tests/tst_click_through >&2
mkdir -p resources/help/walk
for picture in build/shots/*-light.png; do
    name=$(basename "$picture")
    cp "$picture" "resources/help/walk/${name%-light.png}.png"
done

build/release/annscope-cli sweep "$fashion" --config IVF1024,Flat --grid nprobe=4,8,16,32 --csv "$work/ivf.csv" >&2
build/release/annscope-cli sweep "$fashion" --config "Vamana64|Lbuild=125,alpha=1.2" --grid Lsearch=10,20,40,80 --csv "$work/vamana.csv" >&2
# The table, ready for the README: configuration, recall, QPS, p99, memory.
echo '| configuration | recall@10 | p5 | QPS, 1 thread | p99 | memory |'
echo '|---|---|---|---|---|---|'
cat "$work"/ivf.csv "$work"/vamana.csv | grep -v '^config,' |
    sed -E 's/^"([^"]*)",[0-9]+,([^,]*),([^,]*),([^,]*),[^,]*,[^,]*,[^,]*,([^,]*),([^,]*,){6}([^,]*),.*/\1 \2 \3 \4 \5 \7/' |
    awk '{gsub(/\|/, "\\|", $1); printf "| `%s` | %.3f | %.1f | %d | %.0f us | %.1f MB |\n", $1, $2, $3, $4, $5, $6 / 1e6}'
