#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Pods: containers that share namespaces, memory, volumes and limits, and no
# process that holds them.

load helpers

prepare() {
  runp_only "it has no pods"
  POD=pod-$ID
  rm -r "$BUNDLE"
  pod_json '{}'
}

# Writes the pod's file: what is given, on top of its version and its cgroup.
pod_json() {
  jq -n --arg c "$CGROUP_PARENT/pod" --argjson p "$1" \
    '{podVersion: "0.1.0", linux: {cgroupsPath: $c}} * $p' >"$WORK/pod.json"
}

# Makes a bundle for a member, without what only the pod may set, and makes it
# the current one: member NAME OPERATION... (of the probe).
member() {
  new_bundle "$1"
  config 'del(.hostname) | del(.linux.cgroupsPath)'
  shift
  arguments /bin/probe "$@"
}

# Takes a member into the pod, started: join NAME.
join() {
  BUNDLE=$WORK/$1
  LOGS["$ID-$1"]=$WORK/out.$((calls + 1))
  ok create --pod "$POD" --bundle "$BUNDLE" "$ID-$1"
  ok start "$ID-$1"
}

# Runs a member to its end; its report is $output.
join_once() {
  BUNDLE=$WORK/$1
  ok run --pod "$POD" --bundle "$BUNDLE" "$ID-$1"
}

make_pod() { ok pod create -f "$WORK/pod.json" "$POD"; }

# Takes the containers' names off the lines of $output.
without_labels() { output=$(sed 's/^[^|]*| //' "$OUT"); }

pod_state() { runtime pod state "$POD" | jq -r "$1"; }

namespace_of() { inode "/proc/$(pid_of "$1")/ns/$2"; }

# --- what a pod is ----------------------------------------------------------

@test "a pod is made and deleted, and nothing is left" {
  make_pod
  equal "$output$errors" ""
  ok pod delete "$POD"
  equal "$output$errors" ""
  equal "$(find "$STATE/pods" -mindepth 1 2>/dev/null)" ""
  [ ! -d "$RUNP_CGROUP2$CGROUP_PARENT/pod" ]
}

@test "a pod needs no file" {
  ok pod create "$POD"
  equal "$(pod_state .id)" "$POD"
  equal "$(pod_state '.namespaces | keys | sort | join(" ")')" "ipc network uts"
}

@test "no process holds a pod" {
  make_pod
  equal "$(strays)" ""
  equal "$(pod_state .pid)" 0
}

@test "a pod's namespaces stay the same without any process" {
  make_pod
  local before
  before=$(inode "$(pod_state .namespaces.network)")
  member one ns -- interface
  join_once one
  is ns.net "$before"
  is loopback ok
  equal "$(strays)" ""
  join_once one
  is ns.net "$before"
}

@test "the state names the namespaces' files, which can be joined" {
  make_pod
  local type
  for type in network ipc uts; do
    [ "$(stat -f -c %T "$(pod_state ".namespaces.$type")")" = nsfs ]
  done
  equal "$(nsenter --uts="$(pod_state .namespaces.uts)" readlink /proc/self/ns/uts)" \
    "uts:[$(inode "$(pod_state .namespaces.uts)")]"
}

@test "an id that is taken is refused, and that pod is left alone" {
  make_pod
  refused pod create -f "$WORK/pod.json" "$POD"
  says 'exists'
  equal "$(pod_state .id)" "$POD"
}

@test "pod state, start, stop, kill and delete of an unknown pod are refused" {
  local command
  for command in state start stop kill delete; do
    refused pod "$command" "$POD"
    says 'does not exist'
  done
  ok pod delete --force "$POD"
}

@test "a pod's id is a file name" {
  local id
  for id in . .. a/b 'a b' ''; do refused pod create "$id"; done
}

@test "a pod's id from the name of its file is checked, too" {
  local name bystander=$STATE/pods/bystander
  mkdir -p "$bystander" 'my pod' .hid pods
  touch "$bystander/file"
  for name in ...json .json ..json .x.json ä.json 'a b.json' pods.json 'my pod/pod.json' \
    .hid/pod.json pods/pod.json; do
    cp pod.json "$name"
    refused pod run -f "./$name"
    says 'pass one'
    refused pod run -d -f "./$name"
    says 'pass one'
  done
  equal "$(find "$STATE" -mindepth 1 | sort)" \
    "$(printf '%s\n' "$STATE/pods" "$bystander" "$bystander/file")"
  ok pod run -f ./...json "$POD"
  rm -r "$STATE/pods"
}

# --- members ----------------------------------------------------------------

@test "two members have the same net, ipc and uts namespaces, and a third outside has not" {
  make_pod
  member one hang
  member two hang
  join one
  join two
  new_bundle three "$ID-three"
  arguments /bin/probe hang
  config 'del(.linux.cgroupsPath)'
  ok create --bundle "$BUNDLE" "$ID-three"
  local type
  for type in net ipc uts; do
    equal "$(namespace_of "$ID-one" "$type")" "$(namespace_of "$ID-two" "$type")"
    differ "$(namespace_of "$ID-one" "$type")" "$(namespace_of "$ID-three" "$type")"
  done
  for type in mnt pid cgroup; do
    differ "$(namespace_of "$ID-one" "$type")" "$(namespace_of "$ID-two" "$type")"
  done
}

@test "members talk over localhost, and a third outside hears nothing" {
  make_pod
  member one serve 8080 from-one
  member two fetch 8080
  join one
  join_once two
  is fetch from-one
  new_bundle three
  config 'del(.linux.cgroupsPath)'
  arguments /bin/probe fetch 8080
  ok run --bundle "$BUNDLE" "$ID-three"
  is fetch ECONNREFUSED
}

@test "members share /dev/shm, of the pod's size, and a third outside does not" {
  pod_json '{"shm": {"size": 1048576}}'
  make_pod
  member one write /dev/shm/note from-one -- size /dev/shm
  member two read /dev/shm/note -- stat /dev/shm -- mounts /dev/shm
  join_once one
  is write./dev/shm/note ok
  is size./dev/shm 1048576
  join_once two
  is read./dev/shm/note from-one
  is stat./dev/shm "dir 0:0 1777 0:0"
  like mount./dev/shm '^tmpfs rw,nosuid,nodev,noexec'
  new_bundle three
  config 'del(.linux.cgroupsPath)'
  arguments /bin/probe read /dev/shm/note
  ok run --bundle "$BUNDLE" "$ID-three"
  is read./dev/shm/note ENOENT
}

@test "members share System V and POSIX queues, and a third outside does not" {
  make_pod
  member one msgsend 7 by-system-v -- mqsend /q by-posix
  member two msgrecv 7 -- mqrecv /q
  join_once one
  is msgsend ok
  is mqsend ok
  new_bundle three
  config 'del(.linux.cgroupsPath)'
  arguments /bin/probe msgrecv 7 -- mqrecv /q
  ok run --bundle "$BUNDLE" "$ID-three"
  is msgrecv ENOENT
  is mqrecv ENOENT
  join_once two
  is msgrecv by-system-v
  is mqrecv by-posix
}

@test "the hostname and the sysctls are the pod's, set once" {
  pod_json '{"hostname": "our-pod", "linux": {"sysctl": {"net.ipv4.ip_unprivileged_port_start": "0",
    "kernel.msgmax": "4242"}}}'
  make_pod
  member one uts -- sysctl net.ipv4.ip_unprivileged_port_start kernel.msgmax
  join_once one
  is hostname our-pod
  is sysctl.net.ipv4.ip_unprivileged_port_start 0
  is sysctl.kernel.msgmax 4242
}

@test "a member joins by an annotation, for callers that cannot pass a flag" {
  make_pod
  member one ns
  config --arg p "$POD" '.annotations = {"org.runp.pod": $p}'
  ok run --bundle "$BUNDLE" "$ID-one"
  is ns.net "$(inode "$(pod_state .namespaces.network)")"
}

@test "an annotation and a flag that differ are refused" {
  make_pod
  ok pod create "$POD-b"
  member one ns
  config --arg p "$POD-b" '.annotations = {"org.runp.pod": $p}'
  refused run --pod "$POD" --bundle "$BUNDLE" "$ID-one"
  says 'org.runp.pod|annotation'
  ok pod delete "$POD-b"
}

@test "an annotation that differs is refused in a pod's file, too" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one ns
  config '.annotations = {"org.runp.pod": "other"}'
  refused pod create -f "$WORK/pod.json" "$POD"
  says 'org.runp.pod'
  refused pod run -f "$WORK/pod.json" "$POD"
  says 'org.runp.pod'
  pod_is_gone
  config --arg p "$POD" '.annotations = {"org.runp.pod": $p}'
  ok pod run -f "$WORK/pod.json" "$POD"
}

@test "a member of a pod that does not exist is refused" {
  member one ns
  refused create --pod "$POD" --bundle "$BUNDLE" "$ID-one"
  says "$POD"
  says 'does not exist'
  equal "$(find "$STATE" -mindepth 1 ! -path "$STATE/pods*")" ""
}

@test "what is kept of a member is the configuration that holds, whatever else the bundle's has" {
  pod_json "$(printf '{"hostname": "our-pod", "volumes": [{"name": "v", "kind": "empty"}],
    "initContainers": [{"id": "%s-init", "bundle": "init"}],
    "containers": [{"id": "%s-one", "bundle": "one", "mounts": [{"volume": "v", "destination": "/v"}]}]}' "$ID" "$ID")"
  member init hang
  member one hang
  config '.novelty = {deep: [1, null]} | .linux.novelty = 1 | .mounts[0].novelty = "x" | .hostname = "our-pod"'
  make_pod
  local kept=$STATE/$ID-one/config.json type
  for type in network ipc uts; do
    equal "$(jq -r --arg t "$type" '.linux.namespaces[] | select(.type == $t).path' "$kept")" \
      "$(pod_state ".namespaces.$type")"
  done
  equal "$(jq -r .linux.cgroupsPath "$kept")" "$CGROUP_PARENT/pod/$ID-one"
  equal "$(jq -r '[.mounts[] | select(.destination == "/dev/shm" or .destination == "/v").source] | join(" ")' "$kept")" \
    "$(pod_state .shm) $(pod_state .volumes.v)"
  equal "$(jq -c '[.novelty, .linux.novelty, .mounts[0].novelty, .hostname]' "$kept")" \
    '[{"deep":[1,null]},1,"x",null]'
  equal "$(jq -cS '.process, .root' "$kept")" "$(jq -cS '.process, .root' "$WORK/one/config.json")"
  # An init container's is kept until it is run.
  equal "$(jq -r .linux.cgroupsPath "$STATE/pods/$POD/init/$ID-init")" "$CGROUP_PARENT/pod/$ID-init"
  # Of one outside it is the caller's, byte by byte.
  new_bundle alone "$ID-alone"
  create "$ID-alone"
  cmp "$BUNDLE/config.json" "$STATE/$ID-alone/config.json"
}

@test "an init container that cannot join is refused when the pod is made" {
  pod_json "$(printf '{"initContainers": [{"id": "%s-init", "bundle": "init"}]}' "$ID")"
  member init hang
  config '.hostname = "own"'
  local command
  for command in create run; do
    refused pod "$command" -f "$WORK/pod.json" "$POD"
    says "container $ID-init: join pod $POD: hostname: \"own\" cannot be set"
    pod_is_gone
  done
}

@test "annotations of a pod's bundles that are no UTF-8 are repaired, and said" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one env
  config '.annotations = {"org.example.a": "caf@"}'
  LC_ALL=C sed -i 's/@/\xe9/' "$BUNDLE/config.json"
  ok pod create -f "$WORK/pod.json" "$POD"
  says "container $ID-one: annotations\\[\"org.example.a\"\\]: bytes that are not UTF-8"
  equal "$(state_of "$ID-one" '.annotations."org.example.a"')" $'caf\uFFFD'
  ok pod delete "$POD"
  ok pod run -f "$WORK/pod.json" "$POD"
  grep -q "container $ID-one: annotations.*bytes that are not UTF-8" "$ERR"
}

@test "a member's cgroup is a leaf under the pod's" {
  make_pod
  member one hang
  join one
  equal "$(cgroup_of "$(pid_of "$ID-one")")" "$CGROUP_PARENT/pod/$ID-one"
  equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/pod/cgroup.procs")" ""
}

@test "a member is listed by list and by pod state" {
  make_pod
  member one hang
  join one
  ok list -q
  grep -qx "$ID-one" <<<"$output"
  equal "$(pod_state '.containers | length')" 1
  equal "$(pod_state '.containers[0].id')" "$ID-one"
  equal "$(pod_state '.containers[0].status')" running
}

@test "exec, kill and delete of a member are those of any container" {
  make_pod
  member one hang
  join one
  ok exec "$ID-one" /bin/probe ns
  is ns.net "$(inode "$(pod_state .namespaces.network)")"
  ok kill "$ID-one" KILL
  eventually has_status "$ID-one" stopped
  ok delete "$ID-one"
  equal "$(pod_state '.containers | length')" 0
}

@test "a member that crashes is deleted and made again while the other goes on" {
  make_pod
  member one hang
  member two serve 8080 still-here
  member three fetch 8080
  join two
  local pid round
  pid=$(pid_of "$ID-two")
  for round in 1 2 3; do
    join one
    kill_init "$ID-one"
    eventually has_status "$ID-one" stopped
    ok delete "$ID-one"
    equal "$(pid_of "$ID-two")" "$pid"
    join_once three
    is fetch still-here
  done
}

@test "the pod's mounts are in no member's mount table" {
  make_pod
  member one mountpoints
  join_once one
  if grep -q "$STATE" <<<"$output"; then tell "the state directory is visible"; return 1; fi
}

# --- conflicts --------------------------------------------------------------

# Creates, which must be refused, naming the key, with nothing of it left.
conflict() {
  config "$2"
  refused create --pod "$POD" --bundle "$BUNDLE" "$ID-one"
  if ! grep -qF -- "$1" <<<"$errors"; then tell "should name $1"; return 1; fi
  [ ! -e "$STATE/$ID-one" ]
  equal "$(pod_state '.containers | length')" 0
}

@test "a namespace path that is not the pod's is refused" {
  make_pod
  member one ns
  with_namespace network /proc/self/ns/net
  conflict 'linux.namespaces' .
}

@test "a namespace path that is the pod's is fine" {
  make_pod
  member one ns
  with_namespace network "$(pod_state .namespaces.network)"
  join_once one
}

@test "a sysctl of a namespace that the pod holds is refused" {
  make_pod
  member one ns
  conflict net.ipv4.ip_forward '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
  says 'pod.json'
}

@test "another hostname than the pod's is refused, the same is fine" {
  pod_json '{"hostname": "our-pod"}'
  make_pod
  member one uts
  conflict hostname '.hostname = "mine"'
  says 'pod.json'
  config '.hostname = "our-pod"'
  join_once one
  is hostname our-pod
}

@test "mappings of its own are refused" {
  make_pod
  member one ns
  conflict uidMappings '.linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 10}]
    | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 10}]'
}

@test "a cgroup outside of the pod's is refused" {
  make_pod
  member one ns
  conflict cgroupsPath "$(printf '.linux.cgroupsPath = "%s/elsewhere"' "$CGROUP_PARENT")"
  conflict cgroupsPath '.linux.cgroupsPath = "../elsewhere"'
}

# --- volumes ----------------------------------------------------------------

@test "empty volumes are shared, in memory of their size and in a directory" {
  pod_json "$(printf '{"volumes": [
      {"name": "fast", "kind": "empty", "medium": "memory", "size": 1048576},
      {"name": "plain", "kind": "empty"}],
    "containers": [
      {"id": "%s-one", "bundle": "one", "mounts": [
        {"volume": "fast", "destination": "/fast"}, {"volume": "plain", "destination": "/plain"}]},
      {"id": "%s-two", "bundle": "two", "after": ["%s-one"], "mounts": [
        {"volume": "fast", "destination": "/other", "readOnly": true}, {"volume": "plain", "destination": "/plain"}]}]}' \
    "$ID" "$ID" "$ID")"
  member one write /fast/note fast -- write /plain/note plain -- size /fast
  member two sleep 0.5 -- read /other/note /plain/note -- write /other/x -- mounts /other
  ok pod run -f "$WORK/pod.json" "$POD"
  without_labels
  is size./fast 1048576
  is read./other/note fast
  is read./plain/note plain
  is write./other/x EROFS
  like mount./other '^tmpfs'
}

@test "host volumes are bound, read-only when they say so" {
  mkdir "$WORK/host"
  echo from-host >"$WORK/host/file"
  pod_json "$(printf '{"volumes": [{"name": "rw", "kind": "host", "source": "%s"},
      {"name": "ro", "kind": "host", "source": "%s", "readOnly": true}],
    "containers": [{"id": "%s-one", "bundle": "one", "mounts": [
        {"volume": "rw", "destination": "/rw"}, {"volume": "ro", "destination": "/ro"}]}]}' \
    "$WORK/host" "$WORK/host" "$ID")"
  member one read /rw/file -- write /rw/new -- write /ro/new
  ok pod run -f "$WORK/pod.json" "$POD"
  without_labels
  is read./rw/file from-host
  is write./rw/new ok
  is write./ro/new EROFS
  [ -e "$WORK/host/new" ]
}

@test "a host volume that is not there is refused by name, and nothing stays" {
  pod_json "$(printf '{"volumes": [{"name": "gone", "kind": "host", "source": "%s/nothing"}],
    "containers": [{"id": "%s-one", "bundle": "one", "mounts": [{"volume": "gone", "destination": "/x"}]}]}' \
    "$WORK" "$ID")"
  member one ns
  refused pod create -f "$WORK/pod.json" "$POD"
  says 'nothing'
  equal "$(find "$STATE/pods" -mindepth 1 2>/dev/null)" ""
}

@test "a volume's symlink cannot lead a mount of another member out" {
  mkdir "$WORK/host"
  pod_json "$(printf '{"volumes": [{"name": "v", "kind": "empty"}],
    "containers": [{"id": "%s-one", "bundle": "one", "mounts": [{"volume": "v", "destination": "/v"}]}]}' "$ID")"
  member one hang
  ok pod create -f "$WORK/pod.json" "$POD"
  ok pod start "$POD"
  ok exec "$ID-one" /bin/sh -c "busybox ln -s $WORK/host /v/link"
  member two ns
  with_mount /v bind "$(pod_state .volumes.v)" bind
  with_mount /v/link/made tmpfs tmpfs
  rt run --pod "$POD" --bundle "$BUNDLE" "$ID-two"
  equal "$(ls "$WORK/host")" ""
}

# --- other users of the host ------------------------------------------------

# A pod with a volume of each kind and a member, named one, that is started.
pod_with_storage() {
  pod_json "$(printf '{"volumes": [{"name": "fast", "kind": "empty", "medium": "memory"},
      {"name": "plain", "kind": "empty"}],
    "containers": [{"id": "%s-one", "bundle": "one", "mounts": [
      {"volume": "fast", "destination": "/fast"}, {"volume": "plain", "destination": "/plain"}]}]}' "$ID")"
  ok pod create -f "$WORK/pod.json" "$POD"
  ok pod start "$POD"
}

# Runs a command as a user of the host who is nobody to the pod, and it must be
# denied.
kept_out() {
  status=0 output=
  errors=$(setpriv --reuid 1000 --regid 1000 --clear-groups "$@" 2>&1 >/dev/null) || status=$?
  if [ "$status" = 0 ]; then tell "should be kept out: $*"; return 1; fi
  says 'permission denied'
}

@test "other users of the host can neither read, write nor execute what members have" {
  member one hang
  with_mount /host-id bind "$(command -v id)" bind
  pod_with_storage
  ok exec "$ID-one" /bin/sh -c 'umask 0; for at in /fast /plain; do echo secret >$at/note
    busybox cp /host-id $at/id; busybox chmod 4755 $at/id; done; echo secret >/dev/shm/note'
  local volume
  for volume in fast plain; do
    [ -u "$(pod_state ".volumes.$volume")/id" ]
    kept_out cat "$(pod_state ".volumes.$volume")/note"
    kept_out ls "$(pod_state ".volumes.$volume")"
    # Through a shell: setpriv executes its program with capabilities left.
    kept_out sh -c "$(pod_state ".volumes.$volume")/id"
  done
  kept_out cat "$(pod_state .shm)/note"
  kept_out touch "$(pod_state .shm)/new"
  kept_out cat "$(pod_state .namespaces.uts)"
  kept_out ls "$STATE/pods"
}

@test "set-id programs and devices in a volume are of no use on the host, should a way be open" {
  member one hang
  with_mount /host-id bind "$(command -v id)" bind
  pod_with_storage
  ok exec "$ID-one" /bin/sh -c 'umask 0; for at in /fast /plain; do
    busybox cp /host-id $at/id; busybox chmod 4755 $at/id; busybox mknod -m 666 $at/null c 1 3; done'
  chmod 711 "$STATE" "$STATE/pods" "$STATE/pods/$POD" "$STATE/pods/$POD/volumes"
  local volume
  for volume in fast plain; do
    equal "$(setpriv --reuid 1000 --regid 1000 --clear-groups \
      sh -c "$(pod_state ".volumes.$volume")/id -u")" 1000
    kept_out cat "$(pod_state ".volumes.$volume")/null"
  done
}

@test "a directory of pods that was open to others is closed by the next pod" {
  mkdir -m 711 "$STATE/pods"
  make_pod
  equal "$(stat -c %a "$STATE/pods")" 700
}

# Gives the pod a user namespace.
mapped_pod() {
  jq '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]' "$WORK/pod.json" >"$WORK/mapped.json"
  mv "$WORK/mapped.json" "$WORK/pod.json"
}

@test "members with a user namespace reach their volumes, and other users of the host do not" {
  mkdir "$WORK/host"
  chmod 777 "$WORK/host"
  pod_json "$(printf '{"volumes": [{"name": "fast", "kind": "empty", "medium": "memory"},
      {"name": "plain", "kind": "empty"}, {"name": "host", "kind": "host", "source": "%s"}],
    "initContainers": [{"id": "%s-init", "bundle": "init", "mounts": [{"volume": "plain", "destination": "/plain"}]}],
    "containers": [{"id": "%s-one", "bundle": "one", "mounts": [{"volume": "fast", "destination": "/fast"},
      {"volume": "plain", "destination": "/plain"}, {"volume": "host", "destination": "/host"}]}]}' "$WORK/host" "$ID" "$ID")"
  mapped_pod
  member init write /plain/early ok
  own_root 100000:200000
  member one hang
  own_root 100000:200000
  ok pod create -f "$WORK/pod.json" "$POD"
  ok pod start "$POD"
  ok exec "$ID-one" /bin/probe read /plain/early -- write /plain/note a -- write /fast/note b \
    -- write /dev/shm/note c -- write /host/note d -- stat /plain /fast
  is read./plain/early ok
  local place
  for place in /plain /fast /dev/shm /host; do is "write.$place/note" ok; done
  like stat./plain '^dir 0:0 0?777 '
  like stat./fast '^dir 0:0 0?777 '
  equal "$(stat -c %u:%g "$WORK/host/note")" 100000:200000
  kept_out cat "$(pod_state .volumes.plain)/note"
  kept_out cat "$(pod_state .volumes.fast)/note"
  kept_out touch "$(pod_state .shm)/new"
}

# --- what a member leaves ---------------------------------------------------

@test "a volume with any number of names is removed in little memory" {
  member one hang
  pod_with_storage
  python3 - "$(pod_state .volumes.plain)" <<'EOF'
import os, sys
os.mkdir(sys.argv[1] + "/below")
for place in (sys.argv[1], sys.argv[1] + "/below"):
    d = os.open(place, os.O_RDONLY)
    for n in range(70000):
        os.close(os.open("%0200d" % n, os.O_CREAT | os.O_WRONLY, dir_fd=d))
EOF
  local peak
  peak=$(python3 - "$RUNTIME" --root "$STATE" pod delete --force "$POD" <<'EOF'
import resource, subprocess, sys
subprocess.check_call(sys.argv[1:], stdin=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
EOF
  )
  echo "$peak KiB" >&2
  [ "$peak" -lt 20000 ]
  [ ! -e "$STATE/pods/$POD" ]
}

# --- files that are wrong ---------------------------------------------------

pod_file_refused() {
  refused pod create -f "$WORK/pod.json" "$POD"
  if ! grep -qF -- "$1" <<<"$errors"; then tell "should name $1"; return 1; fi
  equal "$(grep -c . <<<"$errors")" 1
  equal "$(find "$STATE/pods" -mindepth 1 2>/dev/null)" ""
}

@test "a pod file that is not there, or no JSON" {
  rm "$WORK/pod.json"
  pod_file_refused pod.json
  echo '{' >"$WORK/pod.json"
  pod_file_refused pod.json
}

@test "a pod file without a version, or of another" {
  echo '{}' >"$WORK/pod.json"
  pod_file_refused podVersion
  echo '{"podVersion": "7.0.0"}' >"$WORK/pod.json"
  pod_file_refused podVersion
}

@test "a pod file that shares what cannot be shared" {
  pod_json '{"linux": {"namespaces": [{"type": "mount"}]}}'
  pod_file_refused 'linux.namespaces[0].type'
  pod_json '{"linux": {"namespaces": [{"type": "cgroup"}]}}'
  pod_file_refused 'linux.namespaces[0].type'
}

@test "a pod file with two containers of one id, an unknown volume, or a circle" {
  pod_json '{"containers": [{"id": "a", "bundle": "one"}, {"id": "a", "bundle": "one"}]}'
  pod_file_refused 'containers[1].id'
  pod_json '{"containers": [{"id": "a", "bundle": "one", "mounts": [{"volume": "no", "destination": "/x"}]}]}'
  pod_file_refused 'containers[0].mounts[0].volume'
  pod_json '{"containers": [{"id": "a", "bundle": "one", "after": ["b"]}, {"id": "b", "bundle": "one", "after": ["a"]}]}'
  pod_file_refused 'after'
  pod_json '{"containers": [{"id": "a", "bundle": "one", "after": ["nobody"]}]}'
  pod_file_refused 'after'
}

@test "a pod file with a container whose id is a name of runp's own" {
  local id kind
  mkdir -p "$STATE/pods/bystander"
  touch "$STATE/pods/bystander/file"
  for id in pods .a . .. a/b; do
    for kind in containers initContainers; do
      pod_json "{\"$kind\": [{\"id\": \"$id\", \"bundle\": \"one\"}]}"
      refused pod create -f "$WORK/pod.json" "$POD"
      says "$kind\\[0\\]\\.id"
    done
  done
  equal "$(find "$STATE" -mindepth 1 | wc -l)" 3
  rm -r "$STATE/pods"
}

@test "a sysctl that the kernel does not know is named" {
  pod_json '{"linux": {"sysctl": {"net.nope": "1"}}}'
  pod_file_refused 'linux.sysctl["net.nope"]'
}

@test "a pod file with a bundle that is not there leaves nothing" {
  pod_json "$(printf '{"containers": [{"id": "%s-a", "bundle": "nothing"}]}' "$ID")"
  refused pod create -f "$WORK/pod.json" "$POD"
  says 'nothing'
  equal "$(find "$STATE/pods" -mindepth 1 2>/dev/null)" ""
}

# --- the pod's commands -----------------------------------------------------

# A pod of two members that hang: one, then two.
pair() {
  pod_json "$(printf '{"containers": [{"id": "%s-two", "bundle": "two", "after": ["%s-one"]},
    {"id": "%s-one", "bundle": "one"}]}' "$ID" "$ID" "$ID")"
  member one hang
  member two hang
  make_pod
}

@test "pod create makes the listed containers, pod start starts them in order" {
  pair
  has_status "$ID-one" created
  has_status "$ID-two" created
  equal "$(pod_state .status)" created
  ok pod start "$POD"
  has_status "$ID-one" running
  has_status "$ID-two" running
  equal "$(pod_state .status)" running
}

@test "pod list shows the pods, as a table and as JSON" {
  pair
  ok pod list
  grep -q "^$POD " <<<"$output"
  ok pod list -q
  equal "$output" "$POD"
  ok pod list --format json
  jq -e --arg p "$POD" 'length == 1 and .[0].id == $p and (.[0].containers | length) == 2' <<<"$output"
}

@test "pod state is JSON with everything in it" {
  pair
  ok pod state "$POD"
  jq -e --arg p "$POD" '.id == $p and .pid == 0 and .status == "created" and (.namespaces | length) == 3
    and (.containers | length) == 2 and .cgroupsPath != null' <<<"$output"
}

@test "pod kill signals every member" {
  pair
  ok pod start "$POD"
  ok pod kill "$POD" KILL
  eventually has_status "$ID-one" stopped
  eventually has_status "$ID-two" stopped
  equal "$(pod_state .status)" stopped
}

@test "pod stop asks, then kills when the time is over" {
  pair
  ok pod start "$POD"
  local before=$SECONDS
  ok pod stop -t 1 "$POD"
  [ $((SECONDS - before)) -ge 1 ]
  has_status "$ID-one" stopped
  has_status "$ID-two" stopped
  ok pod stop "$POD"
}

@test "pod stop goes in reverse order, with each one's signal" {
  mkdir "$WORK/log"
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "stopSignal": "SIGUSR1"},
    {"id": "%s-two", "bundle": "two", "after": ["%s-one"]}]}' "$ID" "$ID" "$ID")"
  local name
  for name in one two; do
    member "$name" ns
    with_mount /log bind "$WORK/log" bind
    # The signal goes to the first process, which is deaf to what it has no trap for.
    arguments /bin/sh -c "trap 'echo $name TERM >>/log/order; exit' TERM
      trap 'echo $name USR1 >>/log/order; exit' USR1
      while :; do sleep 0.05; done"
  done
  make_pod
  ok pod start "$POD"
  sleep 0.3
  ok pod stop -t 10 "$POD"
  equal "$(tr '\n' ' ' <"$WORK/log/order")" "two TERM one USR1 "
}

@test "pod delete of a pod that runs is refused, --force takes it whole" {
  pair
  ok pod start "$POD"
  refused pod delete "$POD"
  has_status "$ID-one" running
  ok pod delete --force "$POD"
  gone "$ID-one"
  gone "$ID-two"
  equal "$(find "$STATE/pods" -mindepth 1 2>/dev/null)" ""
  [ ! -d "$RUNP_CGROUP2$CGROUP_PARENT/pod" ]
}

@test "a pod with one member that cannot be created leaves nothing" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}, {"id": "%s-two", "bundle": "two"}]}' "$ID" "$ID")"
  member one hang
  member two hang
  arguments /no/such/program
  refused pod create -f "$WORK/pod.json" "$POD"
  says '/no/such/program'
  says "$ID-two"
  gone "$ID-one"
  equal "$(find "$STATE/pods" -mindepth 1 2>/dev/null)" ""
}

@test "20 pods in a row leave nothing" {
  local i
  pod_json '{"shm": {"size": 65536}, "volumes": [{"name": "v", "kind": "empty", "medium": "memory", "size": 65536}]}'
  member one ns
  for i in {1..20}; do
    make_pod
    join_once one
    ok pod delete "$POD"
  done
}

# Makes the pod look as if the command that makes it had been killed when the
# sandbox was there.
killed_while_filling() {
  sleep 0.1 &
  local dead=$!
  wait "$dead"
  jq --argjson p "$dead" '.phase = "filling" | .creator = {pid: $p, startTime: 1}' \
    "$STATE/pods/$POD/state.json" >"$WORK/state.new"
  cp "$WORK/state.new" "$STATE/pods/$POD/state.json"
}

@test "an incomplete pod is neither joined nor started, and deleted with --force" {
  pair
  killed_while_filling
  equal "$(pod_state .status)" incomplete
  member three ns
  refused run --pod "$POD" --bundle "$BUNDLE" "$ID-three"
  says 'incomplete: delete it with --force'
  refused pod start "$POD"
  says 'incomplete'
  ok pod delete --force "$POD"
}

@test "pod delete --force removes what a create left that had written nothing" {
  pair
  ok delete --force "$ID-one"
  ok delete --force "$ID-two"
  mkdir "$STATE/$ID-one" "$STATE/$ID-two" "$STATE/$ID-other"
  touch "$STATE/$ID-two/.state.json.new"
  killed_while_filling
  ok pod delete --force "$POD"
  equal "$errors" ""
  equal "$(ls "$STATE")" "$ID-other"
  rmdir "$STATE/$ID-other"
}

@test "a container that cannot be read is in no pod's way" {
  pair
  mkdir "$STATE/$ID-broken"
  echo '{' >"$STATE/$ID-broken/state.json"
  ok pod state "$POD"
  equal "$errors" ""
  touch "$STATE/pods/$POD/members/$ID-broken"
  ok pod state "$POD"
  says "$ID-broken"
  ok pod list -q
  equal "$output" "$POD"
  ok pod start "$POD"
  ok pod delete --force "$POD"
  rm -r "${STATE:?}/$ID-broken"
}

@test "an entry whose container is not there, or another pod's, is no member" {
  pair
  ok pod create "$POD-b"
  touch "$STATE/pods/$POD/members/$ID-ghost" "$STATE/pods/$POD-b/members/$ID-one"
  equal "$(pod_state '.containers | length')" 2
  equal "$(runtime pod state "$POD-b" | jq '.containers | length')" 0
  ok pod delete --force "$POD-b"
  has_status "$ID-one" created
  ok pod start "$POD"
  ok pod delete --force "$POD"
}

@test "the entry of a member goes with it" {
  make_pod
  member one hang
  join one
  equal "$(ls "$STATE/pods/$POD/members")" "$ID-one"
  ok delete --force "$ID-one"
  equal "$(ls "$STATE/pods/$POD/members")" ""
  arguments /no/such/program
  refused create --pod "$POD" --bundle "$BUNDLE" "$ID-one"
  equal "$(ls "$STATE/pods/$POD/members")" ""
}

# --- how much is looked at --------------------------------------------------

# How many files a command opens: opened ARGS.
opened() {
  strace -f -o "$WORK/trace" -e trace=open,openat,openat2,open_tree "$RUNTIME" --root "$STATE" "$@" \
    >/dev/null 2>&1 </dev/null 3>&- 4>&-
  grep -c 'open' "$WORK/trace"
}

@test "pod list of twice the pods opens twice the files, whatever else is there" {
  local n counts=()
  for n in 1 2 3 4 5 6 7 8 9; do
    pod_json "$(printf '{"containers": [{"id": "%s-m%s", "bundle": "m%s"}]}' "$ID" "$n" "$n")"
    jq --arg c "$CGROUP_PARENT/pod$n" '.linux.cgroupsPath = $c' pod.json >"$WORK/p$n.json"
    member "m$n" hang
    ok pod create -f "$WORK/p$n.json" "$POD-$n"
    if [ $((n % 3)) = 0 ]; then counts+=("$(opened pod list)"); fi
  done
  echo "${counts[*]}" >&2
  equal $((counts[2] - counts[1])) $((counts[1] - counts[0]))
  [ $((counts[1] - counts[0])) -le 60 ]
  for n in {1..30}; do
    mkdir "$STATE/$ID-other$n"
    jq --arg i "$ID-other$n" '.id = $i | del(.pod, .cgroup)' "$STATE/$ID-m1/state.json" >"$STATE/$ID-other$n/state.json"
  done
  n=$(opened pod list)
  rm -r "$STATE/$ID-other"*
  equal "$n" "${counts[2]}"
}

@test "a command reads a pod's document once, however many containers it has" {
  pair
  opened pod start "$POD"
  has_status "$ID-two" running
  equal "$(grep -c 'pod\.json"' "$WORK/trace")" 1
  opened pod stop -t 0 "$POD"
  equal "$(grep -c 'pod\.json"' "$WORK/trace")" 1
  opened pod delete "$POD"
  [ "$(grep -c 'pod\.json"' "$WORK/trace")" -le 1 ]
}

# --- pods of other times ----------------------------------------------------

@test "a pod is started as its bundles were when it was created" {
  pod_json "$(printf '{"initContainers": [{"id": "%s-init", "bundle": "init"}],
    "containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID" "$ID")"
  counting init 'exit 0'
  counting one 'exit 0'
  make_pod
  rm "$WORK/one/config.json" "$WORK/init/config.json"
  ok pod start "$POD"
  equal "$(starts init)" 1
  equal "$(starts one)" 1
}

# Makes the pod look like one of the first format, which had no entries, lock
# or kept configurations.
of_first_format() {
  local at=$STATE/pods/$POD
  jq '.version = 1' "$at/state.json" >"$WORK/state.new"
  cp "$WORK/state.new" "$at/state.json"
  rm -rf "$at/members" "$at/init" "$at/state.lock"
  chmod 711 "$at"
}

@test "a pod of the first format is understood, whatever is done with it" {
  pair
  of_first_format
  equal "$(pod_state '.containers | length')" 2
  equal "$(stat -c %a "$STATE/pods/$POD")" 700
  jq '.version = 1' "$STATE/pods/$POD/state.json" >"$WORK/state.new"
  cp "$WORK/state.new" "$STATE/pods/$POD/state.json"
  equal "$(pod_state '.containers | length')" 2
  of_first_format
  ok pod start "$POD"
  has_status "$ID-two" running
  of_first_format
  member three hang
  join three
  equal "$(pod_state '.containers | length')" 3
  of_first_format
  ok pod stop -t 0 "$POD"
  of_first_format
  ok pod delete --force "$POD"
  all_gone delete
  make_pod
  killed_while_filling
  of_first_format
  rm "$STATE/pods/$POD/pod.json"
  ok pod delete --force "$POD"
  gone "$ID-one"
  all_gone "delete of an incomplete pod"
}

@test "an init container of a pod of the first format is read from its bundle" {
  pod_json "$(printf '{"initContainers": [{"id": "%s-init", "bundle": "init"}]}' "$ID")"
  counting init 'exit 0'
  make_pod
  of_first_format
  ok pod start "$POD"
  equal "$(starts init)" 1
}

@test "a pod of a newer format, or one that cannot be read, is refused by name and left alone" {
  make_pod
  local at=$STATE/pods/$POD command text
  cp "$at/state.json" "$WORK/good"
  for text in "$(jq '.version = 99' "$WORK/good")" "$(jq 'del(.version)' "$WORK/good")" \
    "$(jq '.version = -1' "$WORK/good")" '{' 'null' "$(jq '.phase = "other"' "$WORK/good")"; do
    echo "$text" >"$at/state.json"
    for command in start stop state kill delete 'delete --force' 'create -f pod.json'; do
      # shellcheck disable=SC2086
      refused pod $command "$POD"
      says "pods/$POD/state.json"
      case $text in *'"version": 99'*) says 'newer runp' ;; esac
    done
    ok pod list
    equal "$output" "$(runtime pod list 2>/dev/null)"
    equal "$(cat "$at/state.json")" "$text"
  done
  cp "$WORK/good" "$at/state.json"
  jq '.podVersion = "0.2.0"' "$at/pod.json" >"$WORK/pod.new"
  cp "$WORK/pod.new" "$at/pod.json"
  refused pod start "$POD"
  says 'podVersion: "0.2.0" is not supported'
  ok pod delete "$POD"
}

# --- pod run ----------------------------------------------------------------

# Starts `pod run` in the background; its process is $supervisor, its output
# goes to $1 if given.
supervise() {
  "$RUNTIME" --root "$STATE" pod run -f "$WORK/pod.json" "$POD" </dev/null \
    >"${1:-$WORK/run.out}" 2>"$WORK/run.err" 3>&- 4>&- 5>&- &
  supervisor=$!
  BACKGROUND+=("$supervisor")
}

# Waits for the supervisor; its exit status is $status.
supervised() {
  status=0
  wait "$supervisor" || status=$?
  output=$(cat "$WORK/run.out" 2>/dev/null || true)
  errors=$(cat "$WORK/run.err" 2>/dev/null || true)
}

pod_is_gone() { [ -z "$(find "$STATE" -mindepth 1 ! -path "$STATE/pods")" ]; }

@test "pod run puts each line under its container's name" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}, {"id": "%s-longer", "bundle": "two"}]}' "$ID" "$ID")"
  member one print line-one -- complain aside -- print line-two
  member two print other
  ok pod run -f "$WORK/pod.json" "$POD"
  grep -qE "^$ID-one +\| line-one$" <<<"$output"
  grep -qE "^$ID-one +\| line-two$" <<<"$output"
  grep -qE "^$ID-longer +\| other$" <<<"$output"
  grep -qE "^$ID-one +\| aside$" <<<"$errors"
  equal "$(find "$STATE" -mindepth 1 ! -path "$STATE/pods")" ""
}

@test "pod run keeps lines whole, the last one without an end too" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}, {"id": "%s-two", "bundle": "two"}]}' "$ID" "$ID")"
  member one ns
  member two ns
  local name
  for name in one two; do
    BUNDLE=$WORK/$name
    arguments /bin/sh -c "i=0; while [ \$i -lt 200 ]; do echo $name-\$i-abcdefghijklmnopqrstuvwxyz; i=\$((i+1)); done; printf end-of-$name"
  done
  ok pod run -f "$WORK/pod.json" "$POD"
  equal "$(grep -cE "^$ID-one +\| one-[0-9]+-abcdefghijklmnopqrstuvwxyz$" <<<"$output")" 200
  equal "$(grep -cE "^$ID-two +\| two-[0-9]+-abcdefghijklmnopqrstuvwxyz$" <<<"$output")" 200
  grep -qE "^$ID-one +\| end-of-one$" <<<"$output"
  equal "$(wc -l <<<"$output")" 402
}

@test "pod run has no colour but on a terminal" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one print line
  ok pod run -f "$WORK/pod.json" "$POD"
  if grep -q $'\e' <<<"$output"; then return 1; fi
  timeout "$LIMIT" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" pod run -f "$WORK/pod.json" "$POD" \
    </dev/null >"$WORK/terminal" 3>&-
  grep -q $'\e\[' "$WORK/terminal"
}

# One container that writes without end, to a reader that reads nothing: 5 is
# the reader's end.
flood() {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "stopTimeout": 1}]}' "$ID")"
  member one ns
  arguments /bin/sh -c 'while :; do echo 0123456789012345678901234567890123456789; done'
  mkfifo "$WORK/fifo"
  exec 5<>"$WORK/fifo"
  supervise "$WORK/fifo"
  eventually has_status "$ID-one" running
  sleep 0.5
}

@test "pod run listens to signals while its reader is slow" {
  flood
  kill -TERM "$supervisor"
  eventually pod_is_gone
  kill -TERM "$supervisor"
  supervised
  exec 5<&-
  equal "$status" 0
}

@test "pod run listens to signals while its terminal stands still" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "stopTimeout": 1}]}' "$ID")"
  member one ns
  arguments /bin/sh -c 'while :; do echo 0123456789012345678901234567890123456789; done'
  python3 - "$RUNTIME" --root "$STATE" pod run -f "$WORK/pod.json" "$POD" 3>&- <<'EOF'
import os, pty, signal, subprocess, sys, time
ours, theirs = pty.openpty()
p = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
os.close(theirs)
time.sleep(2)
p.send_signal(signal.SIGTERM)
time.sleep(2)
p.send_signal(signal.SIGTERM)
sys.exit(p.wait(timeout=8))
EOF
  pod_is_gone
}

@test "pod run keeps little for a slow reader, and goes on when it reads" {
  flood
  [ "$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$supervisor/status")" -lt 20000 ]
  equal "$(head -n 50000 <&5 | cut -d ' ' -f 1 | uniq -c | awk '{ print $1, $2 }')" "50000 $ID-one"
  ok pod stop -t 0 "$POD"
  eventually pod_is_gone
  cat <&5 >/dev/null &
  BACKGROUND+=("$!")
  exec 5<&-
  supervised
  equal "$status" 0
}

@test "pod run stops when its reader is gone, though no container writes" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one wait
  mkfifo "$WORK/fifo"
  exec 5<>"$WORK/fifo"
  supervise "$WORK/fifo"
  eventually has_status "$ID-one" running
  read -r -u 5 _
  exec 5<&-
  eventually pod_is_gone
  supervised
  equal "$status" 0
  equal "$errors" ""
  pod_is_gone
}

@test "pod run keeps its own streams when those of a container cannot be put in their places" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one ns
  local call
  for call in {1..3}; do
    rt_with "dup3:error=EMFILE:when=$call" pod run -f "$WORK/pod.json" "$POD"
    equal "$status" 1
    # Told as itself, and not as the container whose stream it would be.
    grep -q '^runp: .*dup3: too many open files' "$ERR"
    equal "$(wc -l <"$ERR") $output" "1 "
    pod_is_gone
  done
  # There is nothing to be put back: it is the container's process that changes its own.
  printf '#!/bin/bash\nexec strace -qqq -o %q -e signal=none -e trace=dup2,dup3 %q "$@"\n' "$WORK/calls" "$RUNTIME" >"$WORK/traced"
  chmod 755 "$WORK/traced"
  RUNTIME=$WORK/traced ok pod run -f "$WORK/pod.json" "$POD"
  equal "$(cat "$WORK/calls")" ""
}

@test "pod run that cannot write says so, and fails" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one wait
  supervise /dev/full
  supervised
  equal "$status" 1
  says 'no space left'
  pod_is_gone
}

@test "pod run writes everything to a stream that does not block" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one ns
  arguments /bin/sh -c 'i=0; while [ $i -lt 20000 ]; do echo line-$i; i=$((i+1)); done'
  python3 - "$RUNTIME" --root "$STATE" pod run -f "$WORK/pod.json" "$POD" >"$WORK/lines" 3>&- <<'EOF'
import fcntl, os, subprocess, sys, time
r, w = os.pipe()
fcntl.fcntl(w, fcntl.F_SETFL, os.O_NONBLOCK)
p = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=w)
os.close(w)
time.sleep(1)
sys.stdout.buffer.write(open(r, "rb").read())
sys.exit(p.wait())
EOF
  equal "$(grep -c "^$ID-one | line-" "$WORK/lines")" 20000
}

@test "pod run returns the status of the container that failed" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}, {"id": "%s-two", "bundle": "two"}]}' "$ID" "$ID")"
  member one exit 0
  member two exit 7
  rt pod run -f "$WORK/pod.json" "$POD"
  equal "$status" 7
  equal "$(find "$STATE/pods" -mindepth 1 2>/dev/null)" ""
}

@test "Ctrl-C stops the containers in reverse order and leaves nothing" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}, {"id": "%s-two", "bundle": "two", "after": ["%s-one"]}]}' "$ID" "$ID" "$ID")"
  member one wait
  member two wait
  supervise
  eventually grep -q "$ID-two.*ready" "$WORK/run.out"
  eventually grep -q "$ID-one.*ready" "$WORK/run.out"
  kill -INT "$supervisor"
  supervised
  equal "$status" 0
  local order
  order=$(grep signal=SIGTERM <<<"$output" | sed 's/ *|.*//' | tr '\n' ' ')
  equal "$order" "$ID-two $ID-one "
  equal "$(find "$STATE" -mindepth 1 ! -path "$STATE/pods")" ""
}

@test "pod run under nohup goes on without its terminal" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one wait
  trap '' HUP
  supervise
  trap - HUP
  eventually grep -q ready "$WORK/run.out"
  kill -HUP "$supervisor"
  sleep 0.3
  has_status "$ID-one" running
  kill -TERM "$supervisor"
  supervised
  equal "$status" 0
}

@test "SIGHUP stops pod run" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one wait
  supervise
  eventually grep -q ready "$WORK/run.out"
  kill -HUP "$supervisor"
  supervised
  equal "$status" 0
  pod_is_gone
}

@test "a second Ctrl-C kills those that do not listen" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one hang
  supervise
  eventually grep -q ready "$WORK/run.out"
  kill -INT "$supervisor"
  sleep 0.2
  kill -INT "$supervisor"
  local before=$SECONDS
  supervised
  [ $((SECONDS - before)) -le 5 ]
}

@test "stopTimeout is kept, then the container is killed" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "stopTimeout": 1}]}' "$ID")"
  member one hang
  supervise
  eventually grep -q ready "$WORK/run.out"
  kill -TERM "$supervisor"
  local before=$SECONDS
  supervised
  [ $((SECONDS - before)) -le 5 ]
  equal "$(find "$STATE/pods" -mindepth 1 2>/dev/null)" ""
}

# A member that counts its starts in a volume of the host and ends with $2.
counting() {
  mkdir -p "$WORK/log"
  member "$1" ns
  with_mount /log bind "$WORK/log" bind
  arguments /bin/sh -c "echo start >>/log/$1; $2"
}

starts() { wc -l <"$WORK/log/$1"; }
started() { [ "$(starts "$1")" -ge "$2" ]; }

@test "restartPolicy Always starts a container again, with growing delays, and others go on" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "restartPolicy": "Always"},
    {"id": "%s-two", "bundle": "two"}]}' "$ID" "$ID")"
  counting one 'exit 0'
  member two wait
  supervise
  eventually started one 4
  local pid
  pid=$(pid_of "$ID-two")
  eventually started one 5
  equal "$(pid_of "$ID-two")" "$pid"
  # Without a delay there would be hundreds by now.
  [ "$(starts one)" -le 12 ]
  kill -TERM "$supervisor"
  supervised
  equal "$status" 0
}

@test "restartPolicy OnFailure starts it again until it succeeds" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "restartPolicy": "OnFailure"}]}' "$ID")"
  counting one '[ $(wc -l </log/one) -ge 3 ]'
  BUNDLE=$WORK/one
  arguments /bin/sh -c 'echo start >>/log/one; [ $(busybox wc -l </log/one) -ge 3 ]'
  ok pod run -f "$WORK/pod.json" "$POD"
  equal "$(starts one)" 3
}

@test "restartPolicy Never, and none, lets it be" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "restartPolicy": "Never"},
    {"id": "%s-two", "bundle": "two"}]}' "$ID" "$ID")"
  counting one 'exit 4'
  counting two 'exit 0'
  rt pod run -f "$WORK/pod.json" "$POD"
  equal "$status" 4
  equal "$(starts one)" 1
  equal "$(starts two)" 1
}

@test "init containers run to their end before the others start" {
  pod_json "$(printf '{"initContainers": [{"id": "%s-init", "bundle": "init"}],
    "containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID" "$ID")"
  counting one 'exit 0'
  counting init 'sleep 0.3; echo init-done >>/log/order'
  BUNDLE=$WORK/one
  arguments /bin/sh -c 'echo one >>/log/order'
  ok pod run -f "$WORK/pod.json" "$POD"
  equal "$(tr '\n' ' ' <"$WORK/log/order")" "init-done one "
}

@test "pod run leaves a newer pod of its id alone" {
  local policy
  for policy in Never Always; do
    pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "restartPolicy": "%s"}]}' "$ID" "$policy")"
    rm -rf "$WORK/one"
    member one hang
    supervise
    eventually grep -q ready "$WORK/run.out"
    kill -STOP "$supervisor"
    ok pod delete --force "$POD"
    make_pod
    ok pod start "$POD"
    kill -CONT "$supervisor"
    supervised
    equal "$status" 0
    has_status "$ID-one" running
    ok pod delete --force "$POD"
  done
}

@test "pod run leaves a container alone that has taken the id of its own" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "restartPolicy": "Always"}]}' "$ID")"
  counting one 'exit 0'
  supervise
  eventually started one 4
  ok delete --force "$ID-one"
  new_bundle other "$ID-one"
  arguments /bin/probe hang
  ok run -d --bundle "$BUNDLE" "$ID-one"
  eventually grep -q 'already exists' "$WORK/run.err"
  has_status "$ID-one" running
  kill -TERM "$supervisor"
  supervised
  has_status "$ID-one" running
  ok delete --force "$ID-one"
}

# Two init containers that wait, and a container, under supervision; the first
# runs.
waiting_inits() {
  pod_json "$(printf '{"initContainers": [{"id": "%s-i1", "bundle": "i1"}, {"id": "%s-i2", "bundle": "i2"}],
    "containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID" "$ID" "$ID")"
  local name
  for name in i1 i2 one; do
    rm -rf "${WORK:?}/$name"
    member "$name" wait
  done
  supervise
  eventually grep -q "$ID-i1.*ready" "$WORK/run.out"
}

@test "pod stop and pod delete end pod run during init containers" {
  local command
  for command in stop 'delete --force'; do
    waiting_inits
    # shellcheck disable=SC2086
    ok pod $command "$POD"
    supervised
    equal "$status" 0
    equal "$errors" ""
    if grep -qE "$ID-(i2|one) .*ready" <<<"$output"; then tell "it went on"; return 1; fi
    pod_is_gone
  done
}

@test "pod stop ends pod run during a back-off" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one", "restartPolicy": "Always"}]}' "$ID")"
  counting one 'exit 0'
  supervise
  eventually grep -q 'again in 3200 ms' "$WORK/run.err"
  ok pod stop "$POD"
  local before=$SECONDS
  supervised
  equal "$status" 0
  [ $((SECONDS - before)) -le 2 ]
  pod_is_gone
}

@test "pod start runs the init containers once, however often it is killed in one" {
  pod_json "$(printf '{"initContainers": [{"id": "%s-init", "bundle": "init"}],
    "containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID" "$ID")"
  member one hang
  member extra hang
  counting init 'while [ ! -e /log/go ]; do busybox sleep 0.05; done'
  make_pod
  background "$WORK/start" "$RUNTIME" --root "$STATE" pod start "$POD"
  eventually started init 1
  refused pod start "$POD"
  says 'being started'
  kill -KILL "${BACKGROUND[-1]}"
  wait "${BACKGROUND[-1]}" || true
  touch "$WORK/log/go"
  ok pod start "$POD"
  has_status "$ID-one" running
  equal "$(starts init)" 2
  gone "$ID-init"
  refused pod start "$POD"
  says 'no container to start'
  BUNDLE=$WORK/extra
  ok create --pod "$POD" --bundle "$BUNDLE" "$ID-extra"
  ok pod start "$POD"
  has_status "$ID-extra" running
  equal "$(starts init)" 2
}

@test "a pod of init containers only is started, too" {
  pod_json "$(printf '{"initContainers": [{"id": "%s-init", "bundle": "init"}]}' "$ID")"
  counting init 'exit 0'
  make_pod
  ok pod start "$POD"
  equal "$(starts init)" 1
  refused pod start "$POD"
  ok pod delete "$POD"
  ok pod run -d -f "$WORK/pod.json" "$POD"
  equal "$(starts init)" 2
  ok pod delete "$POD"
}

@test "pod stop during pod start has it start nothing more" {
  pod_json "$(printf '{"initContainers": [{"id": "%s-i1", "bundle": "i1"}, {"id": "%s-i2", "bundle": "i2"}]}' "$ID" "$ID")"
  member i1 wait
  member i2 wait
  make_pod
  background "$WORK/start" "$RUNTIME" --root "$STATE" pod start "$POD"
  eventually grep -q ready "$WORK/start"
  ok pod stop "$POD"
  eventually grep -q 'stopped meanwhile' "$WORK/start"
  gone "$ID-i1"
  gone "$ID-i2"
}

@test "pod run that is killed leaves what pod delete --force makes whole" {
  pod_json "$(printf '{"containers": [{"id": "%s-one", "bundle": "one"}]}' "$ID")"
  member one hang
  supervise
  eventually grep -q ready "$WORK/run.out"
  kill -KILL "$supervisor"
  supervised
  ok pod delete --force "$POD"
  gone "$ID-one"
  equal "$(find "$STATE/pods" -mindepth 1 2>/dev/null)" ""
  [ ! -d "$RUNP_CGROUP2$CGROUP_PARENT/pod" ]
}

@test "a pod that is being made when the command is killed can be deleted" {
  local moment
  pair
  ok pod delete --force "$POD"
  for moment in 0.002 0.004 0.006 0.008 0.010 0.014 0.018 0.022 0.03 0.04; do
    supervise
    sleep "$moment"
    kill -KILL "$supervisor" 2>/dev/null || true
    supervised
    ok pod delete --force "$POD"
    equal "$(find "$STATE" -mindepth 1 ! -path "$STATE/pods")" ""
    equal "$(awk -v at="$WORK/" 'index($5, at) == 1' /proc/self/mountinfo)" ""
  done
}

@test "the pods of the fixtures run" {
  local fixtures=$BATS_TEST_DIRNAME/../../spec-fixtures
  if [ ! -x "$fixtures/make-bundles.sh" ]; then skip "the fixtures are not here"; fi
  cp -r "$fixtures" "$WORK/fixtures"
  "$WORK/fixtures/make-bundles.sh" >/dev/null
  local pod expected
  for pod in web:'hello from the pod' shm:'sample 1' queue:'posix 1'; do
    expected=${pod#*:} pod=${pod%%:*}
    "$RUNTIME" --root "$STATE" pod run -f "$WORK/fixtures/pods/$pod/pod.json" "$POD" </dev/null \
      >"$WORK/run.out" 2>"$WORK/run.err" 3>&- 4>&- &
    supervisor=$!
    BACKGROUND+=("$supervisor")
    eventually grep -q "$expected" "$WORK/run.out"
    kill -INT "$supervisor"
    supervised
    equal "$status" 0
  done
}
