package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ErrNoCaptures says that a folder holds nothing to read.
var ErrNoCaptures = errors.New("no capture in the folder: files are taken that begin as pcap or pcapng, compressed or not, and logs of Kismet's")

// Expand replaces each folder of paths by the captures in and below it, sorted by name; files are kept as they are. Captures are
// also what one of others takes for one.
func Expand(paths []string, others ...func(path string) bool) ([]string, error) {
	var list []string
	for _, path := range paths {
		if path == Stdin {
			list = append(list, path)
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("open capture: %w", err)
		}
		if !info.IsDir() {
			list = append(list, path)
			continue
		}
		inside, err := walk(path, append(others, isCapture))
		if err != nil {
			return nil, fmt.Errorf("read folder %s: %w", path, err)
		}
		if len(inside) == 0 {
			return nil, fmt.Errorf("%s: %w", path, ErrNoCaptures)
		}
		list = append(list, inside...)
	}
	return list, nil
}

func walk(folder string, kinds []func(path string) bool) ([]string, error) {
	var list []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && slices.ContainsFunc(kinds, func(is func(string) bool) bool { return is(path) }) {
			list = append(list, path)
		}
		return err
	})
	return list, err
}
