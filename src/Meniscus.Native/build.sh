#!/usr/bin/env bash
# Builds libmeniscus and installs it: build.sh PREFIX [LEVEL...]
#   PREFIX/include/meniscus.h
#   PREFIX/lib/libmeniscus.so, and libdeepmd_c.so, the same library under the name that programs for DeePMD-kit ask for
#   PREFIX/lib/pkgconfig/meniscus.pc, PREFIX/lib/cmake/Meniscus/
# LEVEL: x86-64-v2 (any processor since 2009), x86-64-v3 (AVX2, since 2013), x86-64-v4 (AVX-512), or native, the machine at
# hand, which is the default. Compiled code has one instruction set, so with several levels the lowest is the library and the
# others lie in PREFIX/lib/glibc-hwcaps/LEVEL, where the loader (glibc 2.33 or later) finds the best that the machine has.
# Needs the .NET SDK of global.json, clang or gcc, and zlib's headers (apt-get install gcc zlib1g-dev).
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
mkdir -p "$1"
prefix=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- native
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' "$here/../../Directory.Build.props")
compiler=clang
command -v clang >/dev/null || compiler=gcc
command -v "$compiler" >/dev/null || { echo "neither clang nor gcc is here (apt-get install gcc)" >&2; exit 1; }
case $(uname -m) in
    x86_64) runtime=linux-x64 ;;
    aarch64) runtime=linux-arm64 ;;
    *) echo "$(uname -m) is not known to this script" >&2; exit 1 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A folder of its own for what is compiled: restoring for a processor would disturb other builds of the checkout.
for level in "$@"; do
    case $level in
        native|x86-64-v3|x86-64-v4) set_of=$level ;;
        x86-64-v2) set_of=x86-64-v2 ;;
        *) echo "unknown level '$level'; expected native, x86-64-v2, x86-64-v3 or x86-64-v4" >&2; exit 2 ;;
    esac
    dotnet publish "$here/Meniscus.Native.csproj" -c Release -r "$runtime" --nologo -v quiet -clp:NoSummary \
        -p:PublishAot=true -p:IlcInstructionSet="$set_of" -p:CppCompilerAndLinker="$compiler" \
        --artifacts-path "$work/artifacts" -o "$work/$level"
done

install_library() {
    mkdir -p "$2"
    install -m 755 "$work/$1/Meniscus.Native.so" "$2/libmeniscus.so.$version"
    ln -sf "libmeniscus.so.$version" "$2/libmeniscus.so.0"
    ln -sf libmeniscus.so.0 "$2/libmeniscus.so"
    ln -sf libmeniscus.so.0 "$2/libdeepmd_c.so"
}

lowest=$(printf '%s\n' "$@" | sort | head -n 1)
install_library "$lowest" "$prefix/lib"
rm -rf "$prefix/lib/glibc-hwcaps"
for level in "$@"; do
    [ "$level" = "$lowest" ] || install_library "$level" "$prefix/lib/glibc-hwcaps/$level"
done
mkdir -p "$prefix/include" "$prefix/lib/pkgconfig" "$prefix/lib/cmake/Meniscus"
install -m 644 "$here/include/meniscus.h" "$prefix/include/"
sed "s:@PREFIX@:$prefix:; s:@VERSION@:$version:" "$here/meniscus.pc.in" > "$prefix/lib/pkgconfig/meniscus.pc"
for file in MeniscusConfig.cmake MeniscusConfigVersion.cmake; do
    sed "s:@VERSION@:$version:" "$here/cmake/$file.in" > "$prefix/lib/cmake/Meniscus/$file"
done
