#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Bundles as others make them: they run unchanged, and as under a peer.

load helpers

fixtures=$BATS_TEST_DIRNAME/../../spec-fixtures

# What a program in the container can tell of how it runs.
# shellcheck disable=SC2016
report='id; hostname; pwd; umask; echo "$HOME $PATH $TERM"; ulimit -n; ls /;
  grep -E "^(Cap|NoNewPrivs|Seccomp:)" /proc/self/status; cat /proc/self/oom_score_adj;
  ls -l /dev | sed -E "s/ +[A-Z][a-z]{2} .*[0-9:]{4,5} / /" | grep -vE "core|console|total";
  cut -d" " -f2,3 /proc/mounts | grep -vE "^/(proc|sys)/" | sort;
  cat /proc/keys /proc/kcore | wc -c; ls /sys/firmware; echo x >/proc/sys/kernel/domainname;
  mknod /tmp/null c 1 3; sysctl -w kernel.shmmax=1; exit 3'

# Runs the bundle with the report as its program; what the runtime under test
# prints goes into one file, what a peer prints, where there is one, into
# another.
compare() {
  config --arg r "$report" '.process.terminal = false | .process.args = ["sh", "-c", $r]'
  rt run --bundle "$BUNDLE" "$ID" </dev/null
  equal "$status" 3
  printf '%s\n' "$output" >"$WORK/ours"
  grep -q '^uid=' "$WORK/ours"
  local peer=crun-latest
  command -v "$peer" >/dev/null || return 0
  if [ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ]; then return 0; fi
  "$peer" --root "$WORK/peer" run --bundle "$BUNDLE" "$ID-peer" </dev/null >"$WORK/theirs" 2>/dev/null || true
  diff "$WORK/theirs" "$WORK/ours"
}

spec_of() {
  command -v "$1" >/dev/null || skip "$1 is not here"
  rm "$BUNDLE/config.json"
  "$1" spec --bundle "$BUNDLE"
  config --arg p "$CGROUP_PARENT/$ID" '.linux.cgroupsPath = $p'
}

@test "a bundle made by runc spec" {
  spec_of runc-latest
  compare
}

@test "a bundle made by crun spec" {
  spec_of crun-latest
  compare
}

@test "a bundle recorded from podman" {
  if [ ! -d "$fixtures/bundles/podman-recorded" ]; then skip "the fixtures are not here"; fi
  cp -a "$fixtures/bundles/podman-recorded/." "$BUNDLE/"
  mkdir -p "$BUNDLE/userdata/shm"
  config --arg p "$CGROUP_PARENT/$ID" '.linux.cgroupsPath = $p'
  compare
}
