package wire

// Announcement is what a NEWSOURCE frame holds.
type Announcement struct{ Definition, Type, UUID string }

// DecodeNewSource returns the announcement of a payload.
func DecodeNewSource(payload []byte) (a Announcement, err error) {
	w, n, err := root(payload)
	for ; n > 0 && !w.broken; n-- {
		switch w.key() {
		case 1:
			w.text(&a.Definition)
		case 2:
			w.text(&a.Type)
		case 3:
			w.text(&a.UUID)
		default:
			w.skip()
		}
	}
	return a, firstOf(err, w.err())
}

// Hop is how a radio hops.
type Hop struct {
	Rate     float64 // channels a second
	Shuffle  bool
	Offset   uint64
	Channels []string
}

func (w *walker) hop() *Hop {
	h := new(Hop)
	for n := w.pairs(); n > 0 && !w.broken; n-- {
		switch w.key() {
		case 1:
			w.float(&h.Rate)
		case 2:
			var b uint64
			w.whole(&b)
			h.Shuffle = b != 0
		case 4:
			w.whole(&h.Offset)
		case 5:
			w.channels(&h.Channels)
		default:
			w.skip()
		}
	}
	return h
}

// Opened is what an OPENREPORT frame holds.
type Opened struct {
	Request   uint32 // that it answers
	Link      uint32
	Interface string // that is listened to
	Channels  []string
	Channel   string
	Hop       *Hop // nil: it does not hop
	Hardware  string
	Text      string
	Version   string
}

// DecodeOpened returns the report of a payload.
func DecodeOpened(payload []byte) (o Opened, err error) {
	w, n, err := root(payload)
	for ; n > 0 && !w.broken; n-- {
		switch w.key() {
		case 1:
			w.number32(&o.Request)
		case 2:
			w.number32(&o.Link)
		case 3:
			w.text(&o.Interface)
		case 4:
			w.channels(&o.Channels)
		case 5:
			w.text(&o.Channel)
		case 6:
			o.Hop = w.hop()
		case 7:
			w.text(&o.Hardware)
		case 9:
			w.text(&o.Text)
		case 10:
			w.text(&o.Version)
		default:
			w.skip()
		}
	}
	return o, firstOf(err, w.err())
}

// Tuned is what a CONFIGREPORT frame holds.
type Tuned struct {
	Channel string // on which the radio stays
	Hop     *Hop   // nil: it stays
	Text    string
}

// DecodeTuned returns the report of a payload.
func DecodeTuned(payload []byte) (t Tuned, err error) {
	w, n, err := root(payload)
	for ; n > 0 && !w.broken; n-- {
		switch w.key() {
		case 2:
			w.text(&t.Channel)
		case 3:
			t.Hop = w.hop()
		case 4:
			w.text(&t.Text)
		default:
			w.skip()
		}
	}
	return t, firstOf(err, w.err())
}

// Tuning is what a CONFIGREQ frame holds: the channel, or else the hop.
type Tuning struct {
	Channel string
	Hop     *Hop
}

// DecodeTuning returns the order of a payload.
func DecodeTuning(payload []byte) (t Tuning, err error) {
	w, n, err := root(payload)
	for ; n > 0 && !w.broken; n-- {
		switch w.key() {
		case 1:
			w.text(&t.Channel)
		case 2:
			t.Hop = w.hop()
		default:
			w.skip()
		}
	}
	return t, firstOf(err, w.err())
}

// Payload returns the order as a payload.
func (t Tuning) Payload() []byte {
	b := AppendMap(nil, 1)
	if t.Channel != "" {
		return AppendText(AppendUint(b, 1), t.Channel)
	}
	b = AppendMap(AppendUint(b, 2), 4)
	b = AppendFloat(AppendUint(b, 1), float32(t.Hop.Rate))
	b = AppendBool(AppendUint(b, 2), t.Hop.Shuffle)
	b = AppendUint(AppendUint(b, 4), t.Hop.Offset)
	b = AppendArray(AppendUint(b, 5), len(t.Hop.Channels))
	for _, c := range t.Hop.Channels {
		b = AppendText(b, c)
	}
	return b
}

// Notice is what MESSAGE and ERROR frames hold. Of an error only the text counts.
type Notice struct {
	Severity uint64
	Text     string
}

// DecodeMessage returns the notice of the payload of a MESSAGE frame.
func DecodeMessage(payload []byte) (m Notice, err error) {
	w, n, err := root(payload)
	for ; n > 0 && !w.broken; n-- {
		switch w.key() {
		case 1:
			w.whole(&m.Severity)
		case 2:
			w.text(&m.Text)
		default:
			w.skip()
		}
	}
	return m, firstOf(err, w.err())
}

// DecodeText returns the text of a payload that holds nothing else, such as that of an ERROR frame, or the definition of an
// OPENREQ frame.
func DecodeText(payload []byte) (text string, err error) {
	w, n, err := root(payload)
	for ; n > 0 && !w.broken; n-- {
		if w.key() == 1 {
			w.text(&text)
		} else {
			w.skip()
		}
	}
	return text, firstOf(err, w.err())
}

// TextPayload returns the payload that DecodeText reads.
func TextPayload(text string) []byte { return AppendText(AppendUint(AppendMap(nil, 1), 1), text) }

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
