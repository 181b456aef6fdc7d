// Checks a log with Go's own implementation of transparent logs (golang.org/x/mod/sumdb, that of the checksum database),
// which shares nothing with Keyward:
//
//	tlog verify VKEYS LOG                every record against the signed checkpoint, and Go's own proofs of some
//	tlog proof VKEYS LOG PROOF...        tlog-proofs, each for the record that the log has at its index
//	tlog extends VKEYS LOG OLD [HASHES]  that the log extends an older checkpoint; HASHES: lines of base64 to be the same
//
// Exit 0: it holds; 1: it does not, and why.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight         = 8
	tileWidth          = 1 << tileHeight
	cosignatureType    = 4
	cosignatureKeySize = 1 + ed25519.PublicKeySize
)

func main() {
	if len(os.Args) < 4 {
		fail(fmt.Errorf("usage: tlog verify|proof|extends VKEYS LOG ..."))
	}
	keys, err := readKeys(os.Args[2])
	fail(err)
	log := folder(os.Args[3])
	tree, signers, err := log.open(keys)
	fail(err)
	switch os.Args[1] {
	case "verify":
		fail(log.verify(tree))
		fmt.Printf("ok, %d records, signed by %s\n", tree.N, strings.Join(signers, " "))
	case "proof":
		for _, path := range os.Args[4:] {
			fail(log.checkProof(path, keys))
		}
		fmt.Printf("ok, %d proofs\n", len(os.Args)-4)
	case "extends":
		fail(log.extends(tree, os.Args[4:], keys))
		fmt.Println("ok")
	default:
		fail(fmt.Errorf("no such check: %s", os.Args[1]))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A folder in tlog-tiles form. Go's paths name the height of tiles (tile/8/...), those of tlog-tiles do not.
type folder string

func (f folder) Height() int                     { return tileHeight }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
		bytes, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		if len(bytes) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", path, len(bytes))
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (f folder) open(keys note.Verifiers) (tlog.Tree, []string, error) {
	text, err := os.ReadFile(filepath.Join(string(f), "checkpoint"))
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	return openCheckpoint(text, keys)
}

// openCheckpoint gives the tree of a note and who signed it.
func openCheckpoint(text []byte, keys note.Verifiers) (tlog.Tree, []string, error) {
	signed, err := note.Open(text, keys)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	var signers []string
	for _, signature := range signed.Sigs {
		signers = append(signers, signature.Name)
	}
	origin, rest, found := strings.Cut(signed.Text, "\n")
	if !found || signers[0] != origin {
		return tlog.Tree{}, nil, fmt.Errorf("the first signature is not that of the log %q", origin)
	}
	// Go reads but the checkpoints of the checksum database, which differ in their first line.
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	return tree, signers, err
}

// verify holds every record against the tiles, these against the root, and lets Go prove some of them.
func (f folder) verify(tree tlog.Tree) error {
	if tree.N == 0 {
		if tree.Hash != tlog.Hash(sha256.Sum256(nil)) {
			return fmt.Errorf("the root of nothing is %v", tree.Hash)
		}
		return nil
	}
	reader := tlog.TileHashReader(tree, f)
	if root, err := tlog.TreeHash(tree.N, reader); err != nil || root != tree.Hash {
		return fmt.Errorf("the tiles give the root %v: %v", root, err)
	}
	for first := int64(0); first < tree.N; first += tileWidth {
		entries, err := f.entries(first, tree.N)
		if err != nil {
			return err
		}
		var places []int64
		for i := range entries {
			places = append(places, tlog.StoredHashIndex(0, first+int64(i)))
		}
		hashes, err := reader.ReadHashes(places)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != hashes[i] {
				return fmt.Errorf("record %d is not the one that was hashed", first+int64(i))
			}
		}
		proof, err := tlog.ProveRecord(tree.N, first, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, first, hashes[0]); err != nil {
			return err
		}
	}
	return nil
}

// entries gives the records of the bundle that begins at an index.
func (f folder) entries(first, size int64) ([][]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: -1, N: first / tileWidth, W: tileWidth}
	if left := size - first; left < tileWidth {
		tile.W = int(left)
	}
	path := "tile/entries/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/data/", tileHeight))
	rest, err := os.ReadFile(filepath.Join(string(f), path))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(rest) >= 2 {
		length := int(binary.BigEndian.Uint16(rest))
		if len(rest) < 2+length {
			break
		}
		entries = append(entries, rest[2:2+length])
		rest = rest[2+length:]
	}
	if len(rest) > 0 || len(entries) != tile.W {
		return nil, fmt.Errorf("%s has %d whole records and %d bytes behind them", path, len(entries), len(rest))
	}
	return entries, nil
}

func (f folder) checkProof(path string, keys note.Verifiers) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, checkpoint, _ := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return fmt.Errorf("%s is no tlog-proof", path)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := parseHashes(lines[2:])
	if err != nil {
		return err
	}
	tree, _, err := openCheckpoint([]byte(checkpoint), keys)
	if err != nil {
		return err
	}
	own, _, err := f.open(keys)
	if err != nil {
		return err
	}
	entries, err := f.entries(index/tileWidth*tileWidth, own.N)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entries[index%tileWidth]))
}

// extends makes Go's own proof from the tiles, checks it, and holds the one that Keyward made against it.
func (f folder) extends(tree tlog.Tree, files []string, keys note.Verifiers) error {
	text, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	old, _, err := openCheckpoint(text, keys)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, f))
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil || len(files) < 2 {
		return err
	}
	lines, err := os.ReadFile(files[1])
	if err != nil {
		return err
	}
	made, err := parseHashes(strings.Fields(string(lines)))
	if err != nil {
		return err
	}
	return tlog.CheckTree(made, tree.N, tree.Hash, old.N, old.Hash)
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func readKeys(path string) (note.Verifiers, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []note.Verifier
	for _, line := range strings.Fields(string(text)) {
		key, err := newCosigner(line)
		if key == nil && err == nil {
			key, err = note.NewVerifier(line)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		list = append(list, key)
	}
	return note.VerifierList(list...), nil
}

// A witness's key (C2SP tlog-cosignature), which Go's package does not know.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.id }

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(c.key, []byte(signed), signature[8:])
}

// newCosigner gives nil for keys of other types.
func newCosigner(line string) (note.Verifier, error) {
	parts := strings.SplitN(line, "+", 3)
	if len(parts) != 3 {
		return nil, nil
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != cosignatureKeySize || key[0] != cosignatureType {
		return nil, nil
	}
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte(parts[0]), key}, []byte("\n")))
	id := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", id) != parts[1] {
		return nil, fmt.Errorf("the id is not that of the key")
	}
	return &cosigner{parts[0], id, key[1:]}, nil
}
