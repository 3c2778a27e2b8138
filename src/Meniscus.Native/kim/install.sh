#!/usr/bin/env bash
# Makes a model known to KIM, for the user who runs this: install.sh PREFIX MODEL NAME
#   PREFIX: where build.sh installed libmeniscus; MODEL: a model file; NAME: what simulators will call it (letters, digits, _)
# Then, in LAMMPS:  kim init NAME metal   and   kim interactions O H
# Needs libkim-api-dev (2.2 or later), cmake and compilers for C and C++.
set -euo pipefail
[ $# -eq 3 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
prefix=$(cd "$1" && pwd)
model=$(realpath -e "$2")
name=$3
[[ $name =~ ^[A-Za-z][A-Za-z0-9_]*$ ]] || { echo "'$name' is no name for KIM; expected letters, digits and _" >&2; exit 2; }
driver=Meniscus_DeepPotential
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/$driver" "$work/$name"
cp "$here/meniscus_kim_driver.c" "$work/$driver/"
cp "$model" "$work/$name/model.${model##*.}"

project() { # project ITEM_TYPE NAME, and the commands that add the item on standard input
    cat <<END
cmake_minimum_required(VERSION 3.10)
list(APPEND CMAKE_PREFIX_PATH \$ENV{KIM_API_CMAKE_PREFIX_DIR})
find_package(KIM-API-ITEMS 2.2 REQUIRED CONFIG)
kim_api_items_setup_before_project(ITEM_TYPE "$1")
project($2)
kim_api_items_setup_after_project(ITEM_TYPE "$1")
END
    cat
}

project modelDriver "$driver" > "$work/$driver/CMakeLists.txt" <<END
add_kim_api_model_driver_library(
  NAME \${PROJECT_NAME} CREATE_ROUTINE_NAME "meniscus_kim_driver_create" CREATE_ROUTINE_LANGUAGE "c")
target_sources(\${PROJECT_NAME} PRIVATE meniscus_kim_driver.c)
target_include_directories(\${PROJECT_NAME} PRIVATE "$prefix/include")
target_link_libraries(\${PROJECT_NAME} PRIVATE "-L$prefix/lib" meniscus "-Wl,-rpath,$prefix/lib")
END
project portableModel "$name" > "$work/$name/CMakeLists.txt" <<END
add_kim_api_model_library(NAME \${PROJECT_NAME} DRIVER_NAME "$driver" PARAMETER_FILES "model.${model##*.}")
END

for item in "$driver" "$name"; do
    kim-api-collections-management remove --force "$item" > /dev/null 2>&1 || true
    (cd "$work" && kim-api-collections-management install user "$work/$item") > "$work/log" 2>&1 \
        || { cat "$work/log" >&2; echo "$item could not be installed" >&2; exit 1; }
done
echo "$name is installed: kim init $name metal"
