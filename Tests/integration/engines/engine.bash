# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of container engines share.
#
# RUNP_ENGINES=newest has them run with those that hack/peers.sh brings, instead
# of the machine's.

load ../helpers

readonly NEWEST=${RUNP_TOOLS:-/opt/runp-tools}/engines
if [ "${RUNP_ENGINES:-}" = newest ]; then
  PATH=$NEWEST/bin:$PATH
fi

# Skips the test without a program; an engine must be the one that is asked for.
need() { command -v "$1" >/dev/null || skip "$1 is not here: hack/setup.sh engines"; }
need_engine() {
  need "$1"
  if [ "${RUNP_ENGINES:-}" = newest ] && [ ! -x "$NEWEST/bin/$1" ]; then
    skip "the newest $1 is not here: hack/setup.sh engines, where there is a network"
  fi
}

# Makes the configuration that podman is called with, of its [engine] table:
# engine_table LINE...
engine_table() {
  export CONTAINERS_CONF=$WORK/containers.conf
  if [ "${RUNP_ENGINES:-}" = newest ]; then
    cat "$NEWEST/share/containers.conf"
  else
    echo '[engine]'
  fi >"$CONTAINERS_CONF"
  if [ $# -gt 0 ]; then printf '%s\n' "$@" >>"$CONTAINERS_CONF"; fi
}

has_controller() { grep -qw "$1" "$RUNP_CGROUP2/cgroup.controllers"; }

# Makes the program that the engine takes for the runtime: it keeps the state
# where the tests look for what is left, and where no controller is there for
# them drops the limits that engines create containers with unasked.
prepare() {
  local kept='.key == "devices" or .key == "hugepageLimits"'
  if has_controller memory; then kept=true; fi
  CALLED=$WORK/runtime
  cat >"$CALLED" <<SH
#!/bin/bash
set -e
words=("\$@")
for i in "\${!words[@]}"; do
  case \${words[i]} in
  --bundle) bundle=\${words[i + 1]} ;;
  --root) words[i + 1]=$STATE ;;
  esac
done
if [ -n "\${bundle:-}" ]; then
  jq -c '.linux.resources |= with_entries(select($kept))' \
    <"\$bundle/config.json" >"\$bundle/config.new"
  cat "\$bundle/config.new" >"\$bundle/config.json"
  rm "\$bundle/config.new"
fi
exec "$RUNTIME" --root "$STATE" "\${words[@]}"
SH
  chmod 755 "$CALLED"
}

# Calls an engine; output, errors and status are there afterwards.
engine() {
  status=0
  "$@" </dev/null >"$WORK/engine.out" 2>"$WORK/engine.err" 3>&- 4>&- || status=$?
  output=$(cat "$WORK/engine.out")
  errors=$(cat "$WORK/engine.err")
}

# The same, and it must succeed.
works() {
  engine "$@"
  if [ "$status" -ne 0 ]; then tell "should succeed: $*"; return 1; fi
}

# What engines with podman's commands have in common; boxed is the engine.
passes_on_what_is_said() {
  engine boxed run --rm test/box sh -c 'echo out; echo err >&2; exit 7'
  equal "$status" 7
  equal "$output" out
  equal "$errors" err
}

# The engine tells from the runtime's message what has gone wrong.
knows_what_cannot_be_run() {
  engine boxed run --rm test/box no-such-program
  equal "$status" 127
  engine boxed run --rm test/box /bin/locked
  equal "$status" 126
}
