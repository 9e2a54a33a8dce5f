#!/bin/sh
# dsse_openssl.sh: checks a DSSE envelope with openssl and nothing of ours.
#
# Usage: dsse_openssl.sh ENVELOPE.json CERT.pem [PAYLOAD-OUT]
#
# Takes payload, payload type and signature out of the envelope with POSIX tools, builds the bytes that DSSE signs
# (pre-authentication encoding, https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md) and lets openssl verify
# the Ed25519 signature. Writes the payload to PAYLOAD-OUT when asked. Exit status 0: good; 1: not; 64: usage.
# Needs: sed, tr, wc, base64 (coreutils), openssl 1.1.1 or newer. Envelopes as we print them: one line, one signature.
set -eu

if [ $# -lt 2 ] || [ $# -gt 3 ]; then
	echo "usage: $0 ENVELOPE.json CERT.pem [PAYLOAD-OUT]" >&2
	exit 64
fi
envelope=$1
key=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# field NAME: the text behind "NAME": in the envelope. Base64 and media types need no unescaping but for \/.
field() {
	sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p' "$envelope" | sed 's,\\/,/,g'
}

type=$(field payloadType)
field payload | tr -d '\n' | base64 -d >"$work/payload" || { echo "the payload is no base64" >&2; exit 1; }
field sig | tr -d '\n' | base64 -d >"$work/sig" || { echo "the signature is no base64" >&2; exit 1; }
if [ -z "$type" ] || [ ! -s "$work/payload" ] || [ "$(wc -c <"$work/sig")" -ne 64 ]; then
	echo "not an envelope with one Ed25519 signature: $envelope" >&2
	exit 1
fi

{
	printf 'DSSEv1 %d %s %d ' "$(printf %s "$type" | wc -c)" "$type" "$(wc -c <"$work/payload")"
	cat "$work/payload"
} >"$work/pae"

if ! openssl pkeyutl -verify -rawin -pubin -inkey "$key" -in "$work/pae" -sigfile "$work/sig" >"$work/out" 2>&1; then
	echo "openssl: the signature is NOT good" >&2
	cat "$work/out" >&2
	exit 1
fi
if [ $# -eq 3 ]; then
	cp "$work/payload" "$3"
fi
echo "openssl: the signature is good ($type, $(($(wc -c <"$work/payload"))) bytes)"
