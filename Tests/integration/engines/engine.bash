# SPDX-License-Identifier: Apache-2.0
#
# What the tests of container engines share.

load ../helpers

need() { command -v "$1" >/dev/null || skip "$1 is not here: hack/setup.sh engines"; }

# Makes the program that the engine takes for the runtime: it keeps the state
# where the tests look for what is left, and drops the limits that engines set
# unasked, which no controller may be there for.
prepare() {
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
  jq -c '.linux.resources |= with_entries(select(.key == "devices"))' \
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
