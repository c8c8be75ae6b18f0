package kismetdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/pcap"
)

// ErrEnded says that the log is closed.
var ErrEnded = errors.New("the log is closed")

// Pages of an export. A page is read whole and the file let go before any of it is written: a client that reads slowly must
// not hold up the log.
const (
	pagePackets = 256
	pageRows    = 20_000 // that are looked at
)

// stream is one interface of an export: the packets of a source and link type.
type stream struct {
	datasource string
	link       pcap.LinkType
}

// streams lists what the packets in a log are of, in the order in which they came.
type streams struct {
	mu   sync.Mutex
	list []stream
}

// maxStreams is more than a server has sources and link types; packets of others are left out of exports.
const maxStreams = 256

func (s *streams) note(datasource string, link pcap.LinkType) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := (stream{datasource, link}); !slices.Contains(s.list, one) && len(s.list) < maxStreams {
		s.list = append(s.list, one)
	}
}

func (s *streams) all() []stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}

// Export writes the packets that f chooses as pcapng, in the order in which they were kept. Those not committed yet are not among them.
// It may be called while Run runs, by many.
func (l *Log) Export(ctx context.Context, dst io.Writer, f *Filter) error {
	streams := l.streams.all()
	var interfaces []pcap.Interface
	for _, s := range streams {
		interfaces = append(interfaces, pcap.Interface{Name: s.datasource, Link: s.link})
	}
	w, err := pcap.NewWriter(dst, interfaces)
	if err != nil {
		return fmt.Errorf("export log: %w", err)
	}
	var last int64
	if err := l.db.QueryRowContext(ctx, "SELECT coalesce(max(rowid), 0) FROM packets").Scan(&last); err != nil {
		return fmt.Errorf("export log: %w", err)
	}
	left := f.limit
	for row := int64(0); row < last; {
		page, next, err := l.page(ctx, f, row, min(row+pageRows, last))
		if err != nil {
			return fmt.Errorf("export log: %w", err)
		}
		row = next
		for _, p := range page {
			i := slices.Index(streams, p.stream)
			if i < 0 {
				continue
			}
			p.packet.Interface = uint16(i)
			if err := w.Write(&p.packet); err != nil && !errors.Is(err, pcap.ErrPacket) {
				return fmt.Errorf("export log: %w", err)
			}
			if left--; left == 0 {
				return nil
			}
		}
	}
	return nil
}

// exported is a packet as it was kept.
type exported struct {
	packet pcap.Packet
	stream stream
}

// page returns packets of the rows after the row after, up to and with to, and the row behind which the next page begins.
func (l *Log) page(ctx context.Context, f *Filter, after, to int64) (page []exported, next int64, err error) {
	query := "SELECT rowid, ts_sec, ts_usec, dlt, datasource, packet, packet_full_len FROM packets WHERE rowid > ? AND rowid <= ?" +
		f.where.String() + fmt.Sprintf(" ORDER BY rowid LIMIT %d", pagePackets)
	rows, err := l.db.QueryContext(ctx, query, append([]any{after, to}, f.values...)...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var e exported
		var seconds, micros int64
		if err := rows.Scan(&next, &seconds, &micros, &e.stream.link, &e.stream.datasource, &e.packet.Data, &e.packet.Length); err != nil {
			return nil, 0, err
		}
		e.packet.Link = e.stream.link
		e.packet.Time = time.Duration(seconds)*time.Second + time.Duration(micros)*time.Microsecond
		page = append(page, e)
	}
	if len(page) < pagePackets {
		next = to
	}
	return page, next, rows.Err()
}

// command is work for the goroutine of Run.
type command struct {
	work func() error
	done chan error // has room for the answer
}

// do has Run do the work, after everything that waits when it begins.
func (l *Log) do(ctx context.Context, work func() error) error {
	c := command{work, make(chan error, 1)}
	select {
	case l.commands <- c:
		return <-c.done // Run does what it took
	case <-l.ended:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// DropBefore commits what waits, and deletes the packets that were heard before t.
func (l *Log) DropBefore(ctx context.Context, t time.Time) error {
	return l.do(ctx, func() error {
		if l.commit(); l.open {
			return errors.New("drop packets: another process reads the log")
		}
		if _, err := l.conn.ExecContext(ctx, "DELETE FROM packets WHERE ts_sec < ?", t.Unix()); err != nil {
			return fmt.Errorf("drop packets: %w", err)
		}
		return nil
	})
}

// maxNote bounds a note.
const maxNote = 4096

// Note keeps a point of interest: a JSON text, or nothing.
func (l *Log) Note(ctx context.Context, note string) error {
	if len(note) > maxNote {
		return tocsin.Errorf(tocsin.Invalid, "the note is longer than %d octets", maxNote)
	}
	return l.do(ctx, func() error {
		seconds, micros := split(l.options.Now())
		before := l.lostRows.Load()
		l.insert(l.statements.snapshot, len(note), seconds, micros, 0.0, 0.0, "POI", text(note))
		if l.lostRows.Load() != before {
			return errors.New("keep a point of interest: the log cannot be written")
		}
		return nil
	})
}
