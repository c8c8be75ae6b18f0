package kismetdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// DefaultTemplate is the peer's pattern of file names.
const DefaultTemplate = "%p/%n-%D-%t-%i.%l"

// class is what tools and templates call this kind of log.
const class = "kismet"

// maxNumber bounds the search for a free name.
const maxNumber = 100_000

// expand fills the template of a path: %p the prefix, %n the title, %d %D %t %T the start of the log in UTC, %l the kind of
// log, %i and %I the number. Other letters after % are left out, as the peer does.
func expand(template, prefix, title string, start time.Time, number int) string {
	start = start.UTC()
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if template[i] != '%' || i+1 == len(template) {
			b.WriteByte(template[i])
			continue
		}
		i++
		switch template[i] {
		case 'p':
			b.WriteString(prefix)
		case 'n':
			b.WriteString(title)
		case 'd':
			b.WriteString(start.Format("Jan-02-2006"))
		case 'D':
			b.WriteString(start.Format("20060102"))
		case 't':
			b.WriteString(start.Format("15-04-05"))
		case 'T':
			b.WriteString(start.Format("150405"))
		case 'l':
			b.WriteString(class)
		case 'i':
			fmt.Fprint(&b, number)
		case 'I':
			fmt.Fprintf(&b, "%06d", number)
		}
	}
	return filepath.Clean(b.String())
}

// create makes an empty file under the first free name, readable by its owner alone: it will hold frames.
func create(name func(number int) string) (path string, err error) {
	numbered := name(1) != name(2)
	for number := 1; number <= maxNumber; number++ {
		path = name(number)
		_, err = os.Lstat(path + ".gz") // a log that was put away
		if errors.Is(err, fs.ErrNotExist) {
			var f *os.File
			if f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
				return path, f.Close()
			}
			if !errors.Is(err, fs.ErrExist) {
				return "", fmt.Errorf("make log: %w", err)
			}
		}
		if !numbered {
			break
		}
	}
	return "", fmt.Errorf("make log: %s exists already; %%i in the template numbers the files", path)
}
