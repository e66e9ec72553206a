#!/usr/bin/env bash
# Runs a command, and all it starts, in a memory control group of its own (version 1 or 2), and removes the group afterwards.
#   bench/in-cgroup.sh MEGABYTES command [arguments]
# Needs root and a writable hierarchy; exit code 77 when a group cannot be made, otherwise that of the command.
set -euo pipefail

readonly exit_not_permitted=77
megabytes=${1:?usage: in-cgroup.sh MEGABYTES command [arguments]}
shift
(($# > 0)) || { echo "in-cgroup.sh: no command" >&2; exit 2; }
bytes=$((megabytes * 1024 * 1024))

give_up() {
    echo "in-cgroup.sh: $1" >&2
    exit "$exit_not_permitted"
}

own_path() { awk -F: -v field="$1" '$2 == field { print $3; exit }' /proc/self/cgroup; }

if [[ -r /sys/fs/cgroup/memory/memory.limit_in_bytes ]]; then
    version=1 hierarchy=/sys/fs/cgroup/memory parent=$hierarchy$(own_path memory)
elif [[ -r /sys/fs/cgroup/cgroup.controllers ]]; then
    version=2 hierarchy=/sys/fs/cgroup parent=$hierarchy$(own_path '')
else
    give_up "no memory control group hierarchy is mounted"
fi
[[ -d $parent ]] || parent=$hierarchy # in a container the group's own folder is mounted at the top
group=${parent%/}/farm-bench-$$

# A group of version 2 with processes in it hands no controller down, so there the group is made at the top.
if ((version == 2)) && ! grep -qw memory "$parent/cgroup.subtree_control" 2>/dev/null; then
    group=$hierarchy/farm-bench-$$
    grep -qw memory "$hierarchy/cgroup.subtree_control" || echo +memory >"$hierarchy/cgroup.subtree_control" 2>/dev/null || true
fi

mkdir -- "$group" 2>/dev/null || give_up "$group cannot be made"

# Whatever the command left in the group keeps it from being removed; those processes were started in it and by nobody else.
# shellcheck disable=SC2317 # called by the trap
clean_up() {
    local pid try
    for ((try = 0; try < 50; try++)); do
        rmdir -- "$group" 2>/dev/null && return
        while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done <"$group/cgroup.procs"
        sleep 0.1
    done
    echo "in-cgroup.sh: $group could not be removed" >&2
}
trap clean_up EXIT

if ((version == 1)); then
    echo "$bytes" 2>/dev/null >"$group/memory.limit_in_bytes" || give_up "$group takes no limit"
    echo "$bytes" 2>/dev/null >"$group/memory.memsw.limit_in_bytes" || true # only where swap is counted
else
    echo "$bytes" 2>/dev/null >"$group/memory.max" || give_up "$group takes no limit"
    echo 0 2>/dev/null >"$group/memory.swap.max" || true
fi

# shellcheck disable=SC2016 # the inner shell's own variables
bash -c 'echo $$ 2>/dev/null >"$1/cgroup.procs" || exit "$2"; shift 2; exec "$@"' in-cgroup "$group" "$exit_not_permitted" "$@" &
command=$!
trap 'kill -TERM "$command" 2>/dev/null || true' TERM INT
code=0
wait "$command" || code=$?
# A signal ends the first wait; the command still has its own end to come to.
while kill -0 "$command" 2>/dev/null; do
    code=0
    wait "$command" || code=$?
done
exit "$code"
