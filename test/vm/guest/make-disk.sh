#!/bin/sh
# Makes the disk of the machine. Runs in the root that mmdebstrap made, with the programs that the machine has as well, in
# mounts of its own; /lab is a folder of the host:
#   images/base        what the first image has on top of the packages
#   images/v2, …       what each other image has on top of the first one
#   origin             of the deployment of the first image
# and gets disk.img, and delta-v2, commit-v2, …
set -eu
mount -t proc proc /proc
mount -t sysfs sys /sys
tree=/lab/tree repo=/lab/repo disk=/lab/disk.img sysroot=/mnt
rm -rf $tree $repo $disk /lab/delta-* /lab/commit-*

kernel=$(ls /usr/lib/modules)
initramfs=/usr/lib/modules/$kernel/initramfs.img
if [ ! -e "$initramfs" ]; then
  dracut --quiet --no-hostonly --reproducible --add ostree --kver "$kernel" "$initramfs"
  cp "/boot/vmlinuz-$kernel" "/usr/lib/modules/$kernel/vmlinuz"
fi

# Everything of an image is in /usr; what belongs to the machine is in /var, and /etc begins as a copy of /usr/etc.
mkdir -p $tree
(cd $tree && mkdir boot dev proc run sys sysroot tmp var)
cp -a /usr $tree/usr
cp -a /etc $tree/usr/etc
for name in bin sbin lib lib64; do ln -s usr/$name $tree/$name; done
for pair in home:var/home root:var/roothome srv:var/srv mnt:var/mnt opt:var/opt media:var/media ostree:sysroot/ostree; do
  ln -s "${pair#*:}" "$tree/${pair%%:*}"
done
rm -rf $tree/usr/share/doc $tree/usr/share/locale $tree/usr/share/man
: > $tree/usr/etc/machine-id
: > $tree/usr/etc/fstab
cp -a /lab/images/base/. $tree/

ostree init --repo=$repo --mode=bare
ostree commit --repo=$repo --branch=v1 --tree=dir=$tree --no-xattrs \
  --add-metadata-string=version=1.0 > /dev/null
rm -rf $tree
for overlay in /lab/images/v*; do
  name=${overlay##*/}
  ostree commit --repo=$repo --branch="$name" --tree=ref=v1 --tree=dir="$overlay" --no-xattrs \
    --add-metadata-string=version="${name#v}.0" > "/lab/commit-$name"
  ostree static-delta generate --repo=$repo --from=v1 --to="$name" --inline --filename="/lab/delta-$name" > /dev/null
done

truncate -s 3G $disk
echo 'start=2048,type=83,bootable' | sfdisk --quiet --label dos $disk
dd if=/usr/lib/EXTLINUX/mbr.bin of=$disk bs=440 count=1 conv=notrunc status=none
loop=$(losetup --find --show --offset $((2048 * 512)) $disk)
trap 'umount $sysroot; losetup --detach "$loop"' EXIT
# extlinux reads none of these features.
mkfs.ext4 -q -O '^64bit,^metadata_csum,^orphan_file' -L root "$loop"
mount "$loop" $sysroot

mkdir $sysroot/boot
ostree admin init-fs --modern $sysroot
ostree admin stateroot-init debian --sysroot=$sysroot
ostree config --repo=$sysroot/ostree/repo set sysroot.bootprefix true
ostree config --repo=$sysroot/ostree/repo set sysroot.readonly true
ostree pull-local --repo=$sysroot/ostree/repo $repo v1
rm -rf $repo
# ostree looks after the menu of a boot loader whose configuration it finds like this.
mkdir -p $sysroot/boot/loader.0 $sysroot/boot/syslinux
ln -s loader.0 $sysroot/boot/loader
printf 'SERIAL 0 115200\nTIMEOUT 1\n' > $sysroot/boot/loader/syslinux.cfg
ln -s ../loader/syslinux.cfg $sysroot/boot/syslinux/syslinux.cfg
# Neither a login on the console, nor what systemd makes anew after each update, nor what a kernel does against processors
# that leak: all take long without KVM. A busy host is late with the timer that the kernel checks.
ostree admin deploy --sysroot=$sysroot --os=debian --origin-file=/lab/origin --karg=root=LABEL=root --karg=rw \
  --karg=console=ttyS0 --karg=systemd.show_status=1 --karg=loglevel=4 --karg=mitigations=off --karg=no_timer_check \
  --karg=systemd.condition-needs-update=0 --karg=systemd.mask=serial-getty@ttyS0.service v1
extlinux --install $sysroot/boot/syslinux
