SUMMARY = "Frame.io Camera to Cloud pairing for cameras and recorders"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=1634c64bad5e9ca0dd4e9bce461dff0e"

# Made by scripts/build-tarball, into files/ beside this recipe or wherever you keep your downloads.
C2CD_ARCH:aarch64 = "arm64"
C2CD_ARCH:arm = "armhf"
C2CD_ARCH:x86-64 = "amd64"
SRC_URI = "file://c2cd-${PV}-linux-${C2CD_ARCH}.tar.gz"
S = "${WORKDIR}/c2cd-${PV}-linux-${C2CD_ARCH}"
COMPATIBLE_HOST = "(aarch64|arm|x86_64).*-linux"

inherit systemd useradd

# systemd-sysusers would do the same at the first boot, too late for a read-only root.
USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "--system i2c; --system spi; --system gpio"
USERADD_PARAM:${PN} = "--system --user-group --home-dir /var/lib/c2cd --no-create-home --shell /sbin/nologin --groups video,input,i2c,spi,gpio c2cd"

SYSTEMD_SERVICE:${PN} = "c2cd.service c2cd.socket"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    oe_runmake install DESTDIR=${D}
    install -d -m 0755 ${D}${sysconfdir}/c2cd
}

FILES:${PN} += "${prefix}/lib/c2cd ${prefix}/lib/sysusers.d ${prefix}/lib/tmpfiles.d ${prefix}/lib/udev ${systemd_unitdir}"
CONFFILES:${PN} = "${sysconfdir}/c2cd/c2cd.toml"
RDEPENDS:${PN} = "nodejs ca-certificates"
RRECOMMENDS:${PN} = "${@bb.utils.contains('DISTRO_FEATURES', 'systemd', 'systemd-extra-utils', '', d)}"
# Stripped by scripts/build-native, which compiled it for glibc.
INSANE_SKIP:${PN} = "already-stripped"

# Compiled ahead by the Node.js of the device; without it c2cd starts all the same, but slower.
pkg_postinst_ontarget:${PN}() {
    /usr/lib/c2cd/compile || :
}
