#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hack/vm.sh ends a virtual machine that hangs, and tells of it.

load helpers

# An emulator of the emulator: each life of the machine is the shell script LIFE,
# which finds in $lives which one it is. Its monitor knows what it is asked.
prepare() {
  runp_only "it is about a script"
  mkdir -p "$WORK/bin" "$WORK/vng/bin"
  ln -s /bin/true "$WORK/bin/qemu-system-x86_64"
  cat >"$WORK/vng/bin/vng" <<'END'
#!/bin/bash
guest=${*: -1}
monitor=$(grep -o 'pipe:[^ ]*' <<<"$*")
monitor=${monitor#*:}
while read -r command; do
  case $command in
    "info registers"*) printf 'CPU#0\nRIP=00000000deadbeef\n' >"$monitor.out" ;;
    nmi) kill -KILL $$ ;;
  esac
done <>"$monitor.in" &
trap 'kill $!' EXIT
token=$(sed -n 's/^echo \(runp-vm-[0-9-]*\)$/\1/p' "${guest#bash }")
echo x >>"$RUNP_TOOLS/lives"
lives=$(wc -l <"$RUNP_TOOLS/lives")
echo "the kernel speaks"
echo "$token"
echo "$token" >&2
eval "$LIFE"
END
  chmod 755 "$WORK/vng/bin/vng"
}

# machine LIFE OPTION...: sets status, output and errors.
machine() {
  local life=$1
  shift
  status=0
  output=$(RUNP_TOOLS=$WORK RUNP_KERNEL=/bin/true PATH=$WORK/bin:$PATH LIFE=$life \
    timeout 60 "$BATS_TEST_DIRNAME/../../hack/vm.sh" --kvm never "$@" -- true 2>"$WORK/errors") || status=$?
  errors=$(cat "$WORK/errors")
}

@test "a virtual machine without a first line is started once more" {
  machine '[ "$lives" = 2 ] || sleep 50; echo ok 1; exit 3' --first 2 --silence 20
  [ "$status" = 3 ]
  [ "$output" = "ok 1" ]
  [[ $errors == *"not a line on standard output for 2 seconds"*"once more"* ]]
}

@test "a virtual machine that ends before its first line is started once more, and no more" {
  machine 'echo "it fails" >&2; exit 3' --first 20
  [ "$status" = 3 ]
  [ "$(wc -l <"$WORK/lives")" = 2 ]
  [[ $errors == *"it fails"*"once more"*"the kernel speaks"*"it fails"* ]]
}

@test "a virtual machine that falls silent after its first line has failed, and tells where it stands" {
  machine 'echo ok 1; for i in 1 2 3; do sleep 1; echo "# $i" >&2; done; sleep 50' --first 2 --silence 3
  [ "$status" = 124 ]
  [ "$output" = "ok 1" ]
  [ "$(wc -l <"$WORK/lives")" = 1 ]
  [[ $errors == *"# 3"*"silent for 3 seconds"*"RIP=00000000deadbeef"*"ended after"* ]]
}

@test "a virtual machine has one limit for all its lives" {
  machine 'sleep 50' --first 3 --silence 20 --timeout 6
  [ "$status" = 124 ]
  [ "$(wc -l <"$WORK/lives")" = 2 ]
}
