#!/bin/sh
# Compares every vendored file with the package that vendor/manifest.tsv names, as the npm registry serves it:
# the package by its sha512, each file in it and here by its sha256. Needs npm, openssl, tar. Exit 1 on any difference.
set -eu
cd "$(dirname "$0")/vendor"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
tab=$(printf '\t')
while IFS="$tab" read -r name version licence source path sum integrity; do
	case $name in \#*) continue ;; esac
	folder=$work/$name-$version
	if [ ! -d "$folder" ]; then
		mkdir -p "$folder"
		tarball=$(cd "$folder" && npm pack "$name@$version" --ignore-scripts --silent | tail -n 1)
		got=sha512-$(openssl dgst -sha512 -binary "$folder/$tarball" | base64 | tr -d '\n')
		[ "$got" = "$integrity" ] || { echo "$name@$version: the package is another one" >&2; bad=1; }
		tar xzf "$folder/$tarball" -C "$folder"
	fi
	for file in "$path" "$folder/package/$source"; do
		got=$(sha256sum "$file" | cut -d ' ' -f 1)
		[ "$got" = "$sum" ] || { echo "$file: differs ($licence)" >&2; bad=1; }
	done
done <manifest.tsv
[ $bad -eq 0 ] && echo "vendored files are as published"
exit $bad
