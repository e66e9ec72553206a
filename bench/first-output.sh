#!/usr/bin/env bash
# Time from a start of ./farm to its first byte of output, and to its end: the median of several runs, in seconds.
#   bench/first-output.sh [runs]
set -euo pipefail

runs=${1:-5}
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
out=$(mktemp -d)
trap 'rm -rf -- "$out"' EXIT
./farm help >/dev/null
./farm doctor >/dev/null || true # builds, when that is still to be done

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

measure() {
    local name=$1 first end started run
    local -a firsts=() ends=()
    shift
    for ((run = 0; run < runs; run++)); do
        rm -rf -- "$out/crawl"
        started=$EPOCHREALTIME
        exec 3< <("$@" 2>/dev/null)
        IFS= read -r -N 1 -u 3 _ || true
        first=$EPOCHREALTIME
        cat <&3 >/dev/null
        end=$EPOCHREALTIME
        exec 3<&-
        firsts+=("$(awk "BEGIN { print $first - $started }")")
        ends+=("$(awk "BEGIN { print $end - $started }")")
    done
    printf '%-24s first output %5.2f   end %5.2f\n' "$name" "$(printf '%s\n' "${firsts[@]}" | median)" "$(printf '%s\n' "${ends[@]}" | median)"
}

measure "help" ./farm help
measure "doctor" ./farm doctor
measure "crawl (1 page)" ./farm crawl --max-pages 1 --out "$out/crawl"
