#!/bin/sh
# start_libraries.sh PROGRAM ROWS: libraries that are loaded when they are needed must not be loaded at start (docs/adr/0013).
set -eu
needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
[ -n "$needed" ] || { echo "no library at all in $1: is it our program?" >&2; exit 1; }
found=0
while read -r word file; do
	case $word in '' | '#'*) continue ;; esac
	found=$((found + 1))
	if echo "$needed" | grep -qxF "$file"; then
		echo "$file is loaded at every start: call it by nk_os_library (src/os/libraries.rows)" >&2
		exit 1
	fi
done <"$2"
[ "$found" -ge 5 ] || { echo "only $found libraries in $2" >&2; exit 1; }
