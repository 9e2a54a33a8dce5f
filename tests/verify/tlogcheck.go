// tlogcheck: checks a .tlog-proof with code that is not ours: golang.org/x/mod/sumdb/note and /tlog.
//
// Usage: tlogcheck VKEY-FILE PROOF-FILE ENTRY-FILE
//
// Reads the proof's text (c2sp.org/tlog-proof@v1) itself, which is lines and
// base64 only; the signature, the tree and the inclusion are checked by the Go
// team's packages (Debian: golang-golang-x-mod-dev). Exit code 0: the entry is
// in the log of the signed checkpoint; 1: it is not, or something is malformed.
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proof struct {
	index      int64
	hashes     tlog.RecordProof
	checkpoint []byte
}

func parseHash(line string) (tlog.Hash, error) {
	var h tlog.Hash
	raw, err := base64.StdEncoding.Strict().DecodeString(line)
	if err != nil || len(raw) != tlog.HashSize {
		return h, errors.New("proof: a line is not the base64 of a hash")
	}
	copy(h[:], raw)
	return h, nil
}

func parseProof(text []byte) (*proof, error) {
	head, checkpoint, found := bytes.Cut(text, []byte("\n\n"))
	if !found {
		return nil, errors.New("proof: no empty line before the checkpoint")
	}
	lines := strings.Split(string(head), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return nil, errors.New("proof: the first line is not c2sp.org/tlog-proof@v1")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:] // not authenticated, of no matter here
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return nil, errors.New("proof: no index line")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil || "index "+strconv.FormatInt(index, 10) != lines[0] {
		return nil, errors.New("proof: the index is not a plain decimal number")
	}
	p := &proof{index: index, checkpoint: checkpoint}
	for _, line := range lines[1:] {
		h, err := parseHash(line)
		if err != nil {
			return nil, err
		}
		p.hashes = append(p.hashes, h)
	}
	return p, nil
}

// tree reads the first three lines of a checkpoint; tlog.ParseTree wants Go's own origin line, so it gets one.
func tree(text, origin string) (tlog.Tree, error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 || lines[0] != origin {
		return tlog.Tree{}, errors.New("checkpoint: not of the log that the key belongs to")
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + lines[1] + "\n" + lines[2] + "\n"))
}

func check(vkeyFile, proofFile, entryFile string) error {
	vkey, err := os.ReadFile(vkeyFile)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSuffix(string(vkey), "\n"))
	if err != nil {
		return err
	}
	p, err := parseProof(text)
	if err != nil {
		return err
	}
	signed, err := note.Open(p.checkpoint, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	t, err := tree(signed.Text, verifier.Name())
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(p.hashes, t.N, t.Hash, p.index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Printf("entry %d of %d in %s: signature and inclusion are right\n", p.index, t.N, verifier.Name())
	return nil
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: tlogcheck VKEY-FILE PROOF-FILE ENTRY-FILE")
		os.Exit(1)
	}
	if err := check(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "tlogcheck:", err)
		os.Exit(1)
	}
}
