#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the disk of the virtual machine with systemd, for hack/vm.sh --systemd:
# Debian 12 with systemd as its first process, podman, and a user with a session.
#
#   hack/systemd-disk.sh          makes it, and does nothing when it is there
#   hack/systemd-disk.sh --path   prints where it is
#
# It is made once, in some three minutes, and kept below RUNP_TOOLS under a key
# of this script, whose lists say all that is in it. A machine writes beside it,
# never to it. Needs root and the network.
set -euo pipefail

suite=bookworm
size=3000M
user=plain

packages=(
  systemd systemd-sysv dbus dbus-user-session libpam-systemd udev kmod iproute2 procps util-linux
  podman conmon crun catatonit uidmap slirp4netns fuse-overlayfs netavark aardvark-dns nftables
  iptables bats jq busybox-static strace python3-minimal linux-image-amd64 initramfs-tools
)
# What the initrd needs to find the disk, and what engines expect to be there.
early=(virtio_pci virtio_blk ext4)
modules=(9p 9pnet_virtio virtio_console overlay veth bridge nf_tables fuse)
# The first two would hang up the console, the others only cost time.
masked=(
  serial-getty@ttyS0.service getty@tty1.service apt-daily.timer apt-daily-upgrade.timer
  dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
  podman-auto-update.timer podman-auto-update.service podman-restart.service podman.socket
)

tools=${RUNP_TOOLS:-/opt/runp-tools}
key=$(sha256sum <"${BASH_SOURCE[0]}" | cut -c -12)
disk=$tools/systemd/$key

# Runs in the new root as mmdebstrap's hook.
customize() {
  local root=$1 unit
  mkdir -p "$root/etc/initramfs-tools/conf.d" "$root/var/lib/systemd/linger"
  echo MODULES=list >"$root/etc/initramfs-tools/conf.d/runp"
  printf '%s\n' "${early[@]}" >>"$root/etc/initramfs-tools/modules"
  printf '%s\n' "${modules[@]}" >"$root/etc/modules-load.d/runp.conf"
  for unit in "${masked[@]}"; do ln -sf /dev/null "$root/etc/systemd/system/$unit"; done
  # With an ID it is no first boot, which would enable units anew.
  echo 7276d1b6a5c94f0e8d6c2f1f3a5b7c9d >"$root/etc/machine-id"
  echo runp >"$root/etc/hostname"
  chroot "$root" useradd --create-home --shell /bin/bash "$user"
  # His systemd runs without a login.
  touch "$root/var/lib/systemd/linger/$user"
  mkdir -p "$root/etc/containers"
  cat >"$root/etc/containers/containers.conf" <<'CONF'
[engine]
runtime = "runp"
runtime_supports_nocgroup = ["crun", "runp"]
[engine.runtimes]
runp = ["/usr/local/bin/runp"]
CONF
  cat >"$root/etc/systemd/system/runp-command.service" <<'UNIT'
[Unit]
Description=The command of hack/vm.sh
After=multi-user.target dbus.service systemd-logind.service
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/runp-command
ExecStopPost=/bin/systemctl poweroff --force --force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
[Install]
WantedBy=multi-user.target
UNIT
  cat >"$root/usr/local/sbin/runp-command" <<'COMMAND'
#!/bin/bash
# The script is a file of the machine around this one, whose name the kernel got.
mkdir -p /host
mount -t 9p -o ro,trans=virtio,version=9p2000.L,access=any,msize=524288,cache=loose runp /host
exec /bin/bash "/host$(sed -n 's/.*runp\.script=\([^ ]*\).*/\1/p' /proc/cmdline)"
COMMAND
  chmod 755 "$root/usr/local/sbin/runp-command"
  ln -s ../runp-command.service "$root/etc/systemd/system/multi-user.target.wants/"
  chroot "$root" update-initramfs -u
}

case ${1:-} in
  --path)
    echo "$disk"
    exit
    ;;
  --customize)
    customize "$2"
    exit
    ;;
esac
if [ -e "$disk/disk.img" ]; then exit 0; fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/runp-disk.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
# A copy, since mmdebstrap splits a hook into words.
cp "${BASH_SOURCE[0]}" "$scratch/customize"
list=${packages[*]}
mmdebstrap --quiet --variant=minbase --include="${list// /,}" \
  --customize-hook="bash $scratch/customize --customize \"\$1\"" "$suite" "$scratch/root" >&2
mkdir "$scratch/made"
cp "$scratch"/root/boot/vmlinuz-* "$scratch/made/vmlinuz"
cp "$scratch"/root/boot/initrd.img-* "$scratch/made/initrd.img"
mke2fs -q -t ext4 -d "$scratch/root" -F "$scratch/made/disk.img" "$size"
# Through a copy, so that an interrupted run leaves nothing that looks whole.
rm -rf "$tools/systemd"
mkdir -p "$tools/systemd"
cp -r --sparse=always "$scratch/made" "$disk.new"
mv "$disk.new" "$disk"
