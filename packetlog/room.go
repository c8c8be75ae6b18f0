package packetlog

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin/pcap"
)

// closed is a file that was written earlier.
type closed struct {
	path   string
	octets int64
	at     time.Time // last written to
}

// makeRoom deletes the oldest files until another one fits beside the rest.
func (l *Log) makeRoom() error {
	if l.options.TotalOctets == 0 {
		return nil
	}
	list, err := l.files()
	if err != nil {
		return err
	}
	left := l.options.TotalOctets - l.options.FileOctets
	for _, f := range list {
		left -= f.octets
	}
	for ; left < 0 && len(list) > 0; list = list[1:] {
		if err := os.Remove(list[0].path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete the oldest packets: %w", err)
		}
		left += list[0].octets
	}
	return nil
}

// files lists what is called as our files are and begins as they do, the oldest first.
func (l *Log) files() ([]closed, error) {
	paths, err := l.options.Name.Files()
	if err != nil {
		return nil, err
	}
	var list []closed
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err == nil && info.Mode().IsRegular() && isOurs(path) {
			list = append(list, closed{path, info.Size(), info.ModTime()})
		}
	}
	slices.SortFunc(list, func(a, b closed) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.path, b.path))
	})
	return list, nil
}

// isOurs reports whether a file begins as those that we write.
func isOurs(path string) bool {
	var ours bytes.Buffer
	if _, err := pcap.NewWriter(&ours, nil); err != nil {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, ours.Len())
	_, err = io.ReadFull(f, head)
	return err == nil && bytes.Equal(head, ours.Bytes())
}
