package logfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// DefaultTemplate is the peer's pattern of file names.
const DefaultTemplate = "%p/%n-%D-%t-%i.%l"

// maxNumber bounds the search for a free name.
const maxNumber = 100_000

// Name is how the files of a log are called. Its template holds %p for the prefix, %n the title, %d %D %t %T the start of the
// file in UTC, %l the kind of log, %i and %I the number. Other letters after % are left out, as the peer does.
type Name struct{ Template, Prefix, Title, Kind string }

// Path is the name of the file of that start and number.
func (n Name) Path(start time.Time, number int) string {
	start = start.UTC()
	return filepath.Clean(n.expand(func(sign byte) string {
		switch sign {
		case 'd':
			return start.Format("Jan-02-2006")
		case 'D':
			return start.Format("20060102")
		case 't':
			return start.Format("15-04-05")
		case 'T':
			return start.Format("150405")
		case 'i':
			return fmt.Sprint(number)
		case 'I':
			return fmt.Sprintf("%06d", number)
		}
		return ""
	}))
}

// Pattern is the path with placeholders for what differs from file to file.
func (n Name) Pattern() string {
	return filepath.Clean(n.expand(func(sign byte) string {
		if classes[sign] == "" {
			return ""
		}
		return "%" + string(sign)
	}))
}

// classes are what Path fills in, as regular expressions.
var classes = map[byte]string{
	'd': `[A-Z][a-z]{2}-\d{2}-\d{4}`, 'D': `\d{8}`, 't': `\d{2}-\d{2}-\d{2}`, 'T': `\d{6}`, 'i': `\d+`, 'I': `\d{6,}`,
}

// Files lists the files whose path is one that Path may return.
func (n Name) Files() ([]string, error) {
	const mark = "\x00" // is in no path
	text := filepath.Clean(n.expand(func(sign byte) string {
		if classes[sign] == "" {
			return ""
		}
		return mark + string(sign)
	}))
	var wide, exact strings.Builder
	for i, part := range strings.Split(text, mark) {
		if i > 0 {
			wide.WriteByte('*')
			exact.WriteString(classes[part[0]])
			part = part[1:]
		}
		wide.WriteString(special.ReplaceAllString(part, `\$0`))
		exact.WriteString(regexp.QuoteMeta(part))
	}
	matches, err := regexp.Compile("^" + exact.String() + "$")
	if err != nil {
		return nil, fmt.Errorf("list logs: %w", err)
	}
	list, err := filepath.Glob(wide.String())
	if err != nil {
		return nil, fmt.Errorf("list logs: %w", err)
	}
	return slices.DeleteFunc(list, func(path string) bool { return !matches.MatchString(path) }), nil
}

// special are the characters that mean something to filepath.Glob.
var special = regexp.MustCompile(`[*?\[\\]`)

// expand fills in what is the same for all files, and asks fill for the rest.
func (n Name) expand(fill func(sign byte) string) string {
	var b strings.Builder
	for i := 0; i < len(n.Template); i++ {
		if n.Template[i] != '%' || i+1 == len(n.Template) {
			b.WriteByte(n.Template[i])
			continue
		}
		i++
		switch n.Template[i] {
		case 'p':
			b.WriteString(n.Prefix)
		case 'n':
			b.WriteString(n.Title)
		case 'l':
			b.WriteString(n.Kind)
		default:
			b.WriteString(fill(n.Template[i]))
		}
	}
	return b.String()
}

// Create makes an empty file under the first free name, readable by its owner alone: it will hold frames.
func (n Name) Create(start time.Time) (*os.File, error) {
	numbered := n.Path(start, 1) != n.Path(start, 2)
	path := ""
	for number := 1; number <= maxNumber; number++ {
		path = n.Path(start, number)
		_, err := os.Lstat(path + ".gz") // a log that was put away
		if errors.Is(err, fs.ErrNotExist) {
			var f *os.File
			if f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
				return f, nil
			}
			if !errors.Is(err, fs.ErrExist) {
				return nil, fmt.Errorf("make log: %w", err)
			}
		}
		if !numbered {
			break
		}
	}
	return nil, fmt.Errorf("make log: %s exists already; %%i in the template numbers the files", path)
}
