#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What the benchmark's figures stand on.

load helpers

HACK=$BATS_TEST_DIRNAME/../../hack
FIXTURES=$BATS_TEST_DIRNAME/../../spec-fixtures

# A root file system whose `true` says what it finds around it.
saying_root() {
  "$FIXTURES/make-rootfs.sh" "$WORK/root"
  rm "$WORK/root/bin/true"
  cat >"$WORK/root/bin/true" <<'END'
#!/bin/sh
exec >/tmp/said 2>&1
# What a mount is and where, without the numbers of devices and mounts.
sed 's/^[0-9]* [0-9]* [0-9:]* \([^ ]*\) /\1 /' /proc/self/mountinfo | grep -v ' /sys/fs/cgroup '
grep -E '^(Cap|NoNew|Seccomp:|Groups|Umask|Sig[BIC]|NSpid|NSsid)' /proc/self/status
ls -l /dev | awk '{ print $1, $3, $4, $5, $6, $(NF - 2), $NF }'
ls /proc/self/fd
env
pwd
hostname
cat /proc/sys/net/ipv4/ping_group_range /proc/self/cgroup
ip link | grep -o '^1: lo: <[A-Z,_]*'
mknod /tmp/node c 10 200 || echo no node
END
  chmod 755 "$WORK/root/bin/true"
}

@test "the floor of the benchmark makes the very container that is measured" {
  runp_only "its mounts have other options"
  saying_root
  cp -r "$FIXTURES/bundles/podman-recorded" floor
  mkdir -p floor/userdata/shm
  jq --arg root "$WORK/root" --arg cgroup "$CGROUP_PARENT/$ID" \
    '.root.path = $root | .linux.cgroupsPath = $cgroup | .process.args = ["true"] | del(.linux.seccomp)' \
    "$FIXTURES/bundles/podman-recorded/config.json" >floor/config.json
  cc -O2 -Wall -Werror -static -nostdlib -ffreestanding -fno-stack-protector -o floor-program \
    "$HACK"/bench/floor{,-root,-call}.c

  ok run --bundle "$WORK/floor" "$ID"
  mv root/tmp/said by-runtime
  mkdir -p "$RUNP_CGROUP2$CGROUP_PARENT"
  # It takes for granted that no signal is ignored.
  env --default-signal ./floor-program "$STATE/floor" "$WORK/floor" "$WORK/root" "$RUNP_CGROUP2$CGROUP_PARENT/$ID"
  mv root/tmp/said by-floor

  grep -q ' /etc/hosts ' by-floor
  grep -q '^no node' by-floor
  # The two that libc keeps for itself env cannot reset.
  diff by-runtime <(sed 's/\(size=0k,nr_inodes=1\)$/\1,mode=755/
    /^SigIgn:/s/180000000$/000000000/' by-floor)
}

# judged NOW THEN: whether the ratio of two lists of seconds is worse than that
# of two others.
judged() {
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$HACK/bench python3 -c '
import json, sys, recorded
now, then = (recorded.interval(*json.loads(word)) for word in sys.argv[1:])
print("worse" if recorded.is_worse(now, then) else "not worse")' "$1" "$2"
}

# Pairs of lists of thirty seconds: runp's around $1 and crun's around 1, each
# within $2 of it.
seconds() {
  jq -nc --argjson ratio "$1" --argjson noise "$2" '[range(30) | (. * 7 % 11 - 5) / 5 * $noise] as $swing |
    [($swing | map($ratio * (1 + .))), ($swing | reverse | map(1 + .))]'
}

@test "the benchmark finds a ratio worse by more than the noise, and no other" {
  equal "$(judged "$(seconds 0.50 0.01)" "$(seconds 0.50 0.01)")" "not worse"
  equal "$(judged "$(seconds 0.60 0.01)" "$(seconds 0.50 0.01)")" "worse"
  equal "$(judged "$(seconds 0.40 0.01)" "$(seconds 0.50 0.01)")" "not worse"
  equal "$(judged "$(seconds 0.51 0.001)" "$(seconds 0.50 0.001)")" "not worse"
  equal "$(judged "$(seconds 0.60 0.40)" "$(seconds 0.50 0.40)")" "not worse"
}
