package replay

import (
	"context"
	"time"

	"github.com/tocsin-wids/tocsin/pcap"
)

// pace delays and rebases packets.
type pace struct {
	options Options
	begun   time.Time
	packets uint64
	last    time.Duration // of the capture, of the newest packet
	due     time.Duration // since begun, when the newest packet is heard
	jump    bool          // the next packet follows the newest at once
}

func newPace(o Options) *pace { return &pace{options: o, begun: time.Now()} }

// again prepares for the same packets once more.
func (p *pace) again() { p.jump = true }

// deliver hands on batch, in parts where a part is to be heard later than another.
func (p *pace) deliver(ctx context.Context, batch []pcap.Packet, deliver func([]pcap.Packet) error) error {
	if p.options.Speed <= 0 && !p.options.Rebase {
		p.packets += uint64(len(batch))
		return deliver(batch)
	}
	from := 0
	for i := range batch {
		p.advance(batch[i].Time)
		if p.options.Speed > 0 && p.due > time.Since(p.begun) {
			if from < i {
				if err := deliver(batch[from:i]); err != nil {
					return err
				}
				from = i
			}
			if err := sleep(ctx, p.due-time.Since(p.begun)); err != nil {
				return err
			}
		}
		if p.options.Rebase {
			batch[i].Time = time.Duration(p.begun.Add(p.due).UnixNano())
		}
	}
	return deliver(batch[from:])
}

// advance sets when a packet of the capture's time t is heard. A long pause is shortened, a step back ignored.
func (p *pace) advance(t time.Duration) {
	gap := t - p.last
	if p.packets == 0 || p.jump {
		gap, p.jump = 0, false
	}
	p.packets++
	p.last = t
	gap = min(max(gap, 0), longestPause)
	if p.options.Speed > 0 {
		gap = time.Duration(float64(gap) / p.options.Speed)
	}
	p.due += gap
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
