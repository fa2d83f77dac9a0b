#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# podman called by a plain user, with a range of subordinate IDs.

load engine

readonly PLAIN_USER=7654

# The user is known in the suite's mount namespace only.
setup_file() {
  local file
  mkdir "$RUNP_SUITE/etc"
  for file in passwd group subuid subgid; do
    cp "/etc/$file" "$RUNP_SUITE/etc/$file"
  done
  echo "plain:x:$PLAIN_USER:$PLAIN_USER::/:/bin/sh" >>"$RUNP_SUITE/etc/passwd"
  echo "plain:x:$PLAIN_USER:" >>"$RUNP_SUITE/etc/group"
  echo "plain:200000:65536" | tee -a "$RUNP_SUITE/etc/subuid" >>"$RUNP_SUITE/etc/subgid"
  for file in passwd group subuid subgid; do
    mount --bind "$RUNP_SUITE/etc/$file" "/etc/$file"
  done
  tar -C "$RUNP_SUITE/rootfs" -cf "$RUNP_SUITE/image.tar" .
  chmod 644 "$RUNP_SUITE/image.tar"
}

teardown_file() {
  local file
  for file in passwd group subuid subgid; do umount "/etc/$file"; done
}

# Runs a command as the user, in a cgroup that is his.
plainly() {
  local own=$RUNP_CGROUP2$CGROUP_PARENT
  (
    echo "$BASHPID" >"$own/session/cgroup.procs"
    cd "$WORK/home" || exit
    exec timeout --foreground -k 5 $((LIMIT * 3)) setpriv --reuid="$PLAIN_USER" \
      --regid="$PLAIN_USER" --clear-groups env -i PATH="$PATH" HOME="$WORK/home" \
      XDG_RUNTIME_DIR="$WORK/run" CONTAINERS_CONF="$CONTAINERS_CONF" "$@"
  )
}

pod() {
  plainly podman --root "$WORK/storage" --runroot "$WORK/run/containers" \
    --tmpdir "$WORK/run/tmp" --storage-driver vfs --cgroup-manager cgroupfs \
    --events-backend file --runtime "$CALLED" "$@"
}

with_image() {
  need_engine podman
  need newuidmap
  local own=$RUNP_CGROUP2$CGROUP_PARENT directory
  mkdir "$own/session"
  chown -R "$PLAIN_USER" "$own"
  for directory in home run storage state; do
    mkdir -p "$WORK/$directory"
    chown "$PLAIN_USER:$PLAIN_USER" "$WORK/$directory"
  done
  engine_table
  works pod import "$RUNP_SUITE/image.tar" test/box
}

boxed() {
  local verb=$1
  shift
  pod "$verb" --network none --cgroups no-conmon "$@"
}

finish() {
  local pid
  if [ ! -d "$WORK/storage" ]; then return; fi
  engine pod pod rm --all --force --time 0
  engine pod rm --all --force --time 0
  # The process that keeps the user's namespaces.
  for pid in $(pgrep --uid "$PLAIN_USER"); do kill -KILL "$pid"; done
  eventually rmdir "$RUNP_CGROUP2$CGROUP_PARENT/session"
}

@test "a plain user's podman runs, enters, stops and starts containers" {
  with_image
  engine boxed run --rm test/box sh -c 'echo out; id -u; exit 7'
  equal "$status" 7
  equal "$output" $'out\n0'
  works boxed run --detach --name box test/box sleep 100
  works pod exec box sh -c 'cat /proc/1/cmdline | head -c 5'
  equal "$output" sleep
  engine pod exec --user 1000 box sh -c 'id -u; exit 5'
  equal "$status" 5
  equal "$output" 1000
  works pod stop --time 0 box
  works pod start box
  works pod exec box echo again
  equal "$output" again
}

@test "a plain user's podman pauses a container, and lists its processes" {
  with_image
  works boxed run --detach --name box test/box sh -c 'sleep 1002 & exec sleep 1001'
  eventually top_shows 'sleep 1002'
  top_shows 'sleep 1001'
  works pod pause box
  equal "$(status_of)" paused
  works pod unpause box
  equal "$(status_of)" running
  works pod exec box true
  works pod pause box
  works pod rm --force --time 0 box
}

status_of() { pod inspect --format '{{.State.Status}}' box; }
top_shows() { pod top box pid args | grep -F "$1"; }

@test "a plain user's podman checks the health of a container" {
  with_image
  works boxed run --detach --name box --health-cmd 'test -e /healthy' --health-interval disable \
    test/box sleep 100
  engine pod healthcheck run box
  equal "$status" 1
  works pod exec box touch /healthy
  works pod healthcheck run box
}

@test "a plain user's podman has a pod with a shared PID namespace" {
  with_image
  works pod import --change 'CMD ["/bin/sleep", "100"]' "$RUNP_SUITE/image.tar" localhost/pause
  works pod pod create --name shared --share pid,ipc --infra-image localhost/pause --network none
  works boxed run --detach --pod shared --name one test/box sleep 101
  works boxed run --detach --pod shared --name two test/box sleep 102
  works pod exec two ps -o args
  says 'sleep 101'
  says 'sleep 102'
}
