package app

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/tocsin-wids/tocsin/pcap"
)

// numbered returns packets from a number on whose octets tell their number, all in one buffer as a source has it.
func numbered(from uint64, n, octets int) []pcap.Packet {
	buffer := make([]byte, n*octets)
	list := make([]pcap.Packet, n)
	for i := range list {
		data := buffer[i*octets : (i+1)*octets]
		for j := range data {
			data[j] = byte(from) + byte(i)
		}
		list[i] = pcap.Packet{Number: from + uint64(i), Data: data}
	}
	return list
}

// TestBacklogLosesOnlyWhatIsLive adds more than has room while nobody takes.
func TestBacklogLosesOnlyWhatIsLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBacklog(10)
		for i := range 4 {
			if err := b.add(t.Context(), numbered(uint64(1+4*i), 4, 3), true); err != nil {
				t.Fatal(err)
			}
		}
		if now, most, lost := b.usage(); now != 10 || most != 10 || lost != 6 {
			t.Errorf("%d wait, %d at most, %d lost, want ten, ten and six", now, most, lost)
		}
		ended, done := make(chan struct{}), make(chan struct{})
		var got []uint64
		added := make(chan error, 1)
		go func() { added <- b.add(t.Context(), numbered(17, 25, 3), false) }()
		synctest.Wait() // it waits for room
		go func() {
			defer close(done)
			b.run(ended, func(list []pcap.Packet) {
				for _, p := range list {
					got = append(got, p.Number)
				}
			})
		}()
		if err := <-added; err != nil {
			t.Error(err)
		}
		close(ended)
		<-done
		if _, most, lost := b.usage(); len(got) != 35 || got[9] != 10 || got[10] != 17 || got[34] != 41 || lost != 6 || most != 0 {
			t.Errorf("taken %v, %d lost, at most %d live", got, lost, most)
		}
	})
}

func TestWaitingForRoomEndsWithTheContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	b := newBacklog(2)
	if err := b.add(ctx, numbered(1, 3, 1), false); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestBacklogKeepsPacketsAsTheyWere spoils the source's buffer after each batch, as a source does that reads on.
func TestBacklogKeepsPacketsAsTheyWere(t *testing.T) {
	b := newBacklog(100)
	ended, done := make(chan struct{}), make(chan struct{})
	next := uint64(1)
	go func() {
		defer close(done)
		b.run(ended, func(list []pcap.Packet) {
			for _, p := range list {
				if p.Number != next || !bytes.Equal(p.Data, bytes.Repeat([]byte{byte(next)}, len(p.Data))) {
					t.Errorf("packet %d with %x, want %d", p.Number, p.Data, next)
				}
				next++
			}
		})
	}()
	r := rand.New(rand.NewPCG(1, 2))
	sent := uint64(1)
	for range 500 {
		batch := numbered(sent, r.IntN(40), r.IntN(30))
		sent += uint64(len(batch))
		if err := b.add(t.Context(), batch, false); err != nil {
			t.Fatal(err)
		}
		for _, p := range batch {
			clear(p.Data)
		}
	}
	close(ended)
	<-done
	if next != sent || sent < 1000 {
		t.Errorf("%d taken of %d", next-1, sent-1)
	}
}

func TestBacklogIsBoundedInOctets(t *testing.T) {
	b := newBacklog(10)
	if err := b.add(t.Context(), numbered(1, 1, 100*octetsEach), true); err != nil {
		t.Fatal(err)
	}
	if now, _, lost := b.usage(); now != 1 || lost != 0 {
		t.Errorf("%d wait, %d lost: a packet that is larger than all must have room alone", now, lost)
	}
	if err := b.add(t.Context(), numbered(2, 3, 1), true); err != nil {
		t.Fatal(err)
	}
	if now, _, lost := b.usage(); now != 1 || lost != 3 {
		t.Errorf("%d wait, %d lost, want the others lost", now, lost)
	}
}

func TestBacklogAllocatesNothingWhenItHasGrown(t *testing.T) {
	b := newBacklog(1000)
	batch := numbered(1, 256, 200)
	var at parcel
	if n := testing.AllocsPerRun(50, func() {
		for range 4 {
			if err := b.add(t.Context(), batch, true); err != nil {
				t.Fatal(err)
			}
		}
		at, b.waiting = b.waiting, at
		at.whole()
		at.packets, at.octets = at.packets[:0], at.octets[:0]
	}); n != 0 {
		t.Errorf("%v allocations for 1024 packets, want 0", n)
	}
}
