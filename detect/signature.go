package detect

import (
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/window"
)

// SignatureLimits are the limits of a Signature, to be embedded in those of a detector.
type SignatureLimits struct {
	Repeats   int           `help:"frames of one transmitter that show the same within the window, if their checksums are unknown"`
	Unrelated int           `help:"frames of anybody that show it within the window, if their checksums are unknown"`
	Window    time.Duration `help:"time in which frames are counted" min:"1s"`
	Senders   int           `help:"transmitters within again that are one attack with invented addresses" min:"2"`
	Again     time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Keys      int           `help:"transmitters, and what each showed, that are remembered"`
}

// DefaultSignature suits what a sensor's noise hardly ever makes twice.
var DefaultSignature = SignatureLimits{
	Repeats: 2, Unrelated: 8, Window: 10 * time.Second, Senders: 3, Again: time.Minute, Keys: 1024,
}

// Signature keeps the books of a detector that recognises an attack by one frame: whether to believe the frame, and
// whether to speak of it.
//
// A frame with a verified checksum is believed. One whose checksum nobody verified may have been damaged on the way: it is
// believed if it has no other defect and the same transmitter shows the same again, or many frames show something of the kind.
// Damaged frames and those that the sensor cut never are.
//
// Each transmitter is spoken of once in a while. Several in a short time are one attack with invented addresses: that is
// said once, and nothing of each.
type Signature struct {
	limits    SignatureLimits
	seed      maphash.Seed
	shown     *window.Counter[exhibit]
	unrelated *window.Counter[struct{}]
	voice     *Voice[dot11.Addr]
}

// exhibit is a transmitter and what it showed.
type exhibit struct {
	sender dot11.Addr
	what   uint64
}

// NewSignature returns a signature that nobody has shown.
func NewSignature(l SignatureLimits) *Signature {
	return &Signature{
		limits:    l,
		seed:      maphash.MakeSeed(),
		shown:     window.NewCounter[exhibit](l.Window, l.Keys),
		unrelated: window.NewCounter[struct{}](l.Window, 1),
		voice:     NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

// Judge takes a frame that shows the signature. What is the octets that do so, own the defects that they alone are the reason for.
func (s *Signature) Judge(o *tocsin.Observation, what []byte, own dot11.Defects) Verdict {
	if !s.Believe(o, what, own) {
		return Verdict{}
	}
	return s.Tell(o)
}

// Tell is the part of Judge that says whether to speak of a frame that is believed.
func (s *Signature) Tell(o *tocsin.Observation) Verdict { return s.voice.Tell(o.Frame.Addr2, o.Time) }

// Believe is the part of Judge that says whether the frame is as its sender made it.
func (s *Signature) Believe(o *tocsin.Observation, what []byte, own dot11.Defects) bool {
	switch {
	case !o.Intact():
		return false
	case o.Radio.FCS == dot11.FCSGood:
		return true
	case o.Frame.Defects&^own != 0:
		return false
	}
	repeats := s.shown.Add(exhibit{o.Frame.Addr2, maphash.Bytes(s.seed, what)}, o.Time)
	unrelated := s.unrelated.Add(struct{}{}, o.Time)
	return repeats >= s.limits.Repeats || unrelated >= s.limits.Unrelated
}

// Several completes a finding about so many transmitters, whose text is given, of what.
func (s *Signature) Several(count int, text, what string) tocsin.Finding {
	return s.voice.Several(count, text, what)
}

// Subject names the transmitter of f where the network is not its own: what the subject of a finding about it should be.
func Subject(f *dot11.Frame) string {
	if f.Addr2 == f.BSSID {
		return ""
	}
	return f.Addr2.String()
}
