package auth

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// The file may be changed by several processes: a running server, and commands beside it. Who changes it holds a lock
// on its folder, reads it anew, and replaces it; who only reads needs no lock, since the file is replaced as a whole.

// refresh reads the file again if another process has replaced it. What cannot be read changes nothing.
func (k *Keeper) refresh() {
	if k.file == "" {
		return
	}
	// One look at the folder a request: it costs a microsecond or two, and a revoked token ends at once.
	info, err := os.Stat(k.file)
	if err != nil || k.knows(info) {
		return
	}
	if err := k.load(); err != nil {
		k.mu.Lock()
		k.seen = info // or every request would try, and log, again
		k.mu.Unlock()
		k.logger.Error("logins not read again, the old ones stay in force", "error", err)
	}
}

// knows reports whether info is of the file as it was last read. It is replaced and never written into, so another
// content is another file.
func (k *Keeper) knows(info fs.FileInfo) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.seen != nil && os.SameFile(k.seen, info) && k.seen.ModTime().Equal(info.ModTime()) && k.seen.Size() == info.Size()
}

// load reads the file into k. A file that is not there leaves what is known.
func (k *Keeper) load() error {
	if k.file == "" {
		return nil
	}
	k.loading.Lock()
	defer k.loading.Unlock()
	s, info, err := readStored(k.file)
	if err != nil {
		return err
	}
	if info != nil {
		k.adopt(s, info)
	}
	return nil
}

// adopt makes s what counts. Another login ends all sessions.
func (k *Keeper) adopt(s stored, info fs.FileInfo) {
	defer k.endRevoked()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.disk, k.seen = s, info
	if k.operator {
		return
	}
	if !k.active.same(s.Login) {
		k.active, k.proven, k.session = s.Login, nil, ""
		clear(k.sessions)
	}
	if k.active != nil {
		k.setup = ""
	}
}

// change applies edit to what the file holds now. It replaces slices, and does not write into those that it finds.
func (k *Keeper) change(edit func(*stored) error) error {
	k.changing.Lock()
	defer k.changing.Unlock()
	if k.file != "" {
		unlock, err := lockFolder(filepath.Dir(k.file))
		if err != nil {
			return err
		}
		defer unlock()
		if err := k.load(); err != nil {
			return err
		}
	}
	k.mu.Lock()
	next := k.disk
	k.mu.Unlock()
	if err := edit(&next); err != nil {
		return err
	}
	if k.file == "" { // in memory only
		k.adopt(next, nil)
		return nil
	}
	if err := writeStored(k.file, next); err != nil {
		return err
	}
	// What counts is what is on disk: reading it again also notes which file that is.
	return k.load()
}

// lockFolder waits until no other process changes what is in the folder. The system unlocks it if the process dies.
func lockFolder(name string) (unlock func() error, err error) {
	d, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("lock logins: %w", err)
	}
	for { // a signal to the program interrupts the wait
		err = syscall.Flock(int(d.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("lock logins in %s: %w", name, err)
	}
	return d.Close, nil
}

// keepOwner gives f to the owner of the folder: root may change what a server reads that runs as somebody else.
func keepOwner(f *os.File, folder string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}
