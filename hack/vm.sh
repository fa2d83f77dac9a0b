#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a command in a virtual machine with Debian's kernel and a whole cgroup
# v2, on this machine's file system, or on Debian's with systemd as PID 1:
#
#   hack/vm.sh [OPTION...] [--] CMD [ARG...]
#
#   --systemd     the machine with systemd, see below
#   --timeout S   end the machine after S seconds (default 600)
#   --rw          writes below the current directory reach this machine; the
#                 rest, and without --rw everything, stays in the machine
#   --cpus N      default 2
#   --memory M    default 2G, with systemd 3G
#   --kvm WHEN    auto (default), never
#
# CMD runs as root in the current directory, with /tmp and /run of its own, the
# loopback up and no standard input. Its output, both streams apart, and its
# exit status are those of this script. Other exit statuses:
#
#   77    the machine cannot start here; the reason is on standard error
#   124   the time is up
#
# hack/setup.sh vm installs what it needs. Under emulation the machine is up
# after half a minute and then some ten times slower than this one.
#
# The machine with systemd, which hack/setup.sh systemd makes, has programs of
# its own: Debian 12 with podman, and the user `plain`, whose systemd runs. The
# current directory is at its place, the rest of this machine read-only below
# /host. build/runp is installed as /usr/local/bin/runp, which podman calls.
set -uo pipefail

cannot_start=77
time_is_up=124
timeout=600
cpus=2
memory=
systemd=
kvm=auto
writable=
tools=${RUNP_TOOLS:-/opt/runp-tools}

say() { printf 'vm: %s\n' "$*" >&2; }

unable() {
  say "cannot start: $*"
  exit "$cannot_start"
}

usage() {
  sed -n 's/^# \{0,1\}//; 4,23p' "$0" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --timeout | --cpus | --memory | --kvm)
      [ $# -gt 1 ] || usage
      case $1 in
        --timeout) timeout=$2 ;;
        --cpus) cpus=$2 ;;
        --memory) memory=$2 ;;
        --kvm) kvm=$2 ;;
      esac
      shift
      ;;
    --rw) writable=yes ;;
    --systemd) systemd=yes ;;
    --) shift && break ;;
    -*) usage ;;
    *) break ;;
  esac
  shift
done
[ $# -gt 0 ] || usage
memory=${memory:-${systemd:+3G}}
memory=${memory:-2G}

qemu=$(command -v qemu-system-x86_64) || unable "no qemu-system-x86_64: hack/setup.sh vm"
if [ -n "$systemd" ]; then
  disk=$("$(dirname "$0")/systemd-disk.sh" --path)
  [ -r "$disk/disk.img" ] || unable "no disk: hack/setup.sh systemd"
  kernel=$disk/vmlinuz
else
  vng=$(command -v vng || echo "$tools/vng/bin/vng")
  [ -x "$vng" ] || unable "no vng: hack/setup.sh vm"
  # It calls its siblings by name.
  PATH=$(dirname "$vng"):$PATH
  kernel=${RUNP_KERNEL:-}
  for candidate in "$tools"/kernel/boot/vmlinuz-* /boot/vmlinuz-*-amd64; do
    if [ -z "$kernel" ] && [ -r "$candidate" ]; then kernel=$candidate; fi
  done
  [ -n "$kernel" ] || unable "no kernel: hack/setup.sh vm"
fi

scratch=$(mktemp -d)
machine=
# shellcheck disable=SC2317 # called by the trap
clean_up() {
  trap - EXIT INT TERM HUP
  # The machine has a process group of its own. Its parts reap one another when
  # they are asked to end.
  if [ -n "$machine" ]; then
    kill -TERM -- "-$machine" 2>/dev/null
    for _ in {1..30}; do
      kill -0 -- "-$machine" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$machine" 2>/dev/null
  fi
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A /dev/kvm that opens proves nothing: inside another virtual machine it often
# cannot run a single instruction. Only a kernel that speaks does. Without a
# root file system that kernel panics at once, and the panic ends the machine.
kvm_works() {
  [ -r /dev/kvm ] && [ -w /dev/kvm ] || return 1
  timeout -k 1 5 "$qemu" -accel kvm -machine q35 -cpu host -m 256 -nodefaults -no-reboot \
    -display none -serial stdio -monitor none -kernel "$kernel" \
    -append 'console=ttyS0 earlyprintk=ttyS0 panic=-1' </dev/null 2>/dev/null |
    grep -q 'Linux version'
}

emulated=
if [ "$kvm" = never ] || ! kvm_works; then
  say "no working KVM, emulating"
  emulated=yes
fi

# Both streams start with this line, once the machine is up; what comes before
# is the machine's, and what comes after is the command's alone.
token=runp-vm-$$-$RANDOM$RANDOM
printf 'here=%q writable=%q tools=%q\n' "$PWD" "$writable" "$tools" >"$scratch/prepare.sh"
prepare_plain() {
  cat >>"$scratch/prepare.sh" <<'GUEST'
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
ip link set lo up
mountpoint -q /run || mount -t tmpfs tmpfs /run
cached=(/usr/bin /usr/sbin /usr/libexec /usr/lib/gcc /usr/lib/bats-core "/usr/lib/$(uname -m)-linux-gnu"
  /usr/lib/python3* "$tools/engines")
if [ -z "$writable" ] && [ "$here" != / ]; then cached+=("$here"); fi
mkdir /run/runp-host
if mount -t 9p -o ro,trans=virtio,version=9p2000.L,access=any,msize=524288,cache=loose \
  runp /run/runp-host; then
  for dir in "${cached[@]}"; do
    if [ -d "$dir" ]; then mount --bind "/run/runp-host$dir" "$dir"; fi
  done
  umount -l /run/runp-host
fi
# A working tree below /tmp stays visible there.
case $here/ in
  /tmp/*)
    mkdir /run/runp-tree
    mount --bind "$here" /run/runp-tree
    mount -t tmpfs -o mode=1777 tmpfs /tmp
    mkdir -p "$here"
    mount --bind /run/runp-tree "$here"
    umount /run/runp-tree
    rmdir /run/runp-tree
    ;;
  *) mount -t tmpfs -o mode=1777 tmpfs /tmp ;;
esac
rmdir /run/runp-host
GUEST
}

prepare_systemd() {
  cat >>"$scratch/prepare.sh" <<'GUEST'
if [ -n "$writable" ]; then
  mkdir -p "$here"
  mount -t 9p -o trans=virtio,version=9p2000.L,access=any,msize=524288 runp-here "$here"
elif [ "$here" != / ]; then
  mkdir -p "$here"
  mount --bind "/host$here" "$here"
fi
if [ -x "$here/build/runp" ]; then install -m 755 "$here/build/runp" /usr/local/bin/runp; fi
GUEST
}

# What runs the command. With systemd the streams and the exit status have a port
# each, which only one process can open: others may open /dev/stderr anew.
command_plain() {
  cat >"$scratch/guest.sh" <<GUEST
. $(printf %q "$scratch/prepare.sh") >/run/runp-prepare.log 2>&1
export HOME=/root TMPDIR=/tmp PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd $(printf %q "$PWD") || exit 126
echo $token
echo $token >&2
exec$(printf ' %q' "$@")
GUEST
}

command_systemd() {
  cat >"$scratch/guest.sh" <<GUEST
. $(printf %q "/host$scratch/prepare.sh") >/run/runp-prepare.log 2>&1
export HOME=/root TMPDIR=/tmp PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ports=/dev/virtio-ports
for _ in {1..100}; do
  if [ -e \$ports/runp.status ] && [ -e \$ports/runp.out ] && [ -e \$ports/runp.err ]; then break; fi
  sleep 0.1
done
mkfifo /run/runp-out /run/runp-err
cat </run/runp-out >\$ports/runp.out &
out=\$!
cat </run/runp-err >\$ports/runp.err &
err=\$!
(
  echo $token
  echo $token >&2
  cd $(printf %q "$PWD") || exit 126
  exec$(printf ' %q' "$@")
) </dev/null >/run/runp-out 2>/run/runp-err
status=\$?
# Something that still runs may hold the streams.
for _ in {1..30}; do
  kill -0 \$out 2>/dev/null || kill -0 \$err 2>/dev/null || break
  sleep 0.1
done
echo \$status >\$ports/runp.status
GUEST
}

# A plain processor: the C library picks vector instructions when it finds them,
# and those are the slowest to emulate.
run_plain() {
  local options=(--user root --cpus "$cpus" --memory "$memory")
  if [ -n "$emulated" ]; then
    options+=(--disable-kvm --append mitigations=off --qemu-opts='-cpu Nehalem')
  fi
  if [ -n "$writable" ]; then options+=(--rwdir "$PWD"); fi
  # The file system once more, for the machine to cache: virtme-ng's own mount
  # fetches a program anew whenever it is executed.
  options+=(--qemu-opts="-fsdev local,id=runp,path=/,${shared}readonly=on -device virtio-9p-pci,fsdev=runp,mount_tag=runp")
  TMPDIR=$scratch exec timeout -k 5 "$timeout" "$vng" --run "$kernel" "${options[@]}" \
    --exec "bash $(printf %q "$scratch/guest.sh")"
}

run_systemd() {
  local options=(-accel kvm -cpu host) port
  if [ -n "$emulated" ]; then options=(-accel "tcg,thread=multi" -cpu Nehalem); fi
  options+=(-machine q35 -smp "$cpus" -m "$memory" -nodefaults -no-reboot -display none -monitor none)
  options+=(-serial "file:$scratch/serial.log" -device virtio-serial-pci)
  for port in out err status; do
    options+=(-chardev "file,id=$port,path=$scratch/$port")
    options+=(-device "virtserialport,chardev=$port,name=runp.$port")
  done
  # What is written goes to a file without a name in the scratch directory.
  options+=(-drive "file=$disk/disk.img,format=raw,if=virtio,cache=unsafe,snapshot=on")
  options+=(-fsdev "local,id=runp,path=/,${shared}readonly=on")
  options+=(-device "virtio-9p-pci,fsdev=runp,mount_tag=runp")
  if [ -n "$writable" ]; then
    options+=(-fsdev "local,id=here,path=$PWD,${shared%,}")
    options+=(-device "virtio-9p-pci,fsdev=here,mount_tag=runp-here")
  fi
  TMPDIR=$scratch exec timeout -k 5 "$timeout" "$qemu" "${options[@]}" \
    -kernel "$kernel" -initrd "$disk/initrd.img" -append "root=/dev/vda rw console=ttyS0 quiet \
mitigations=off systemd.show_status=false runp.script=$scratch/guest.sh"
}
shared=security_model=none,multidevs=remap,
kind=${systemd:+systemd}
kind=${kind:-plain}
"prepare_$kind"
"command_$kind" "$@"

# Copies what follows the token, and keeps what precedes it.
after_token() {
  local line
  while IFS= read -r line; do
    if [ "${line%$'\r'}" = "$token" ]; then
      : >"$scratch/started"
      exec cat
    fi
    printf '%s\n' "$line" >>"$scratch/boot.log"
  done
}

# The emulator opens /proc/self/fd/1 and 2 anew and would truncate a file
# there, so it only ever sees pipes. timeout puts it in a group of its own.
mkfifo "$scratch/out" "$scratch/err"
after_token <"$scratch/out" &
out=$!
after_token <"$scratch/err" >&2 &
err=$!
"run_$kind" </dev/null >"$scratch/out" 2>"$scratch/err" &
machine=$!
wait "$machine"
status=$?
wait "$out" "$err"
machine=

if [ ! -e "$scratch/started" ]; then
  tail -qn 20 "$scratch"/{serial,boot}.log >&2 2>/dev/null
  [ "$status" = "$time_is_up" ] && unable "it was not up after $timeout seconds"
  unable "it ended before the command began (status $status)"
fi
if [ "$status" = "$time_is_up" ]; then
  say "ended after $timeout seconds"
elif [ -n "$systemd" ]; then
  read -r status <"$scratch/status" || {
    say "the machine ended before the command did"
    tail -n 20 "$scratch/serial.log" >&2
    status=1
  }
fi
exit "$status"
