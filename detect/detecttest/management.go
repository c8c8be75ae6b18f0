package detecttest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
)

// management makes the body of a management frame: fixed fields (802.11-2020 §9.3.3), then elements.
func (d *draft) management(at time.Duration) ([]byte, error) {
	le := binary.LittleEndian
	var b []byte
	u16 := func(name string, otherwise int64) { b = le.AppendUint16(b, uint16(d.number(name, otherwise))) }
	secret := d.protected && d.kind != dot11.Auth
	if secret {
		b = append(b, d.ciphertext(16)...)
		return append(b, d.take("body", nil)...), nil
	}
	switch d.kind {
	case dot11.Beacon, dot11.ProbeResp:
		b = le.AppendUint64(b, uint64(d.number("tsf", int64(at/time.Microsecond))))
		u16("interval", 100)
		u16("capability", d.capability())
	case dot11.AssocReq, dot11.ReassocReq:
		u16("capability", d.capability())
		u16("listen", 10)
		if d.kind == dot11.ReassocReq {
			current := d.address("current", d.to)
			b = append(b, current[:]...)
		}
	case dot11.AssocResp, dot11.ReassocResp:
		u16("capability", d.capability())
		u16("status", 0)
		b = le.AppendUint16(b, uint16(d.number("aid", 1))|0xc000)
	case dot11.Deauth, dot11.Disassoc:
		u16("reason", 7)
	case dot11.Auth:
		return d.authentication()
	case dot11.Action, dot11.ActionNoAck:
		b = append(b, byte(d.number("category", 0)), byte(d.number("code", 0)))
	}
	return d.rest(b)
}

// authentication makes the body of an authentication frame.
func (d *draft) authentication() ([]byte, error) {
	le := binary.LittleEndian
	_, group := d.numbers["group"]
	_, confirm := d.numbers["confirm"]
	algorithm, transaction := int64(0), int64(dot11.SAECommit)
	if group || confirm {
		algorithm = dot11.AuthSAE
	}
	if confirm {
		transaction = dot11.SAEConfirm
	}
	b := le.AppendUint16(nil, uint16(d.number("algorithm", algorithm)))
	b = le.AppendUint16(b, uint16(d.number("transaction", transaction)))
	status := uint16(d.number("status", 0))
	b, err := d.sae(le.AppendUint16(b, status), status)
	if err != nil {
		return nil, err
	}
	return d.rest(b)
}

// rest appends what may follow the fixed fields of any kind.
func (d *draft) rest(b []byte) ([]byte, error) {
	b = append(b, d.take("body", nil)...)
	if all, ok := d.octets["elements"]; ok {
		delete(d.octets, "elements")
		return append(b, all...), nil
	}
	elements, err := d.elements()
	return append(b, elements...), err
}

// capability is that of a station of an infrastructure network (§9.4.1.4), with Privacy if it is secured.
func (d *draft) capability() int64 {
	for _, p := range d.parts {
		if p.word == "security" && p.values[0].text != "open" {
			return 0x0431
		}
	}
	return 0x0421
}

// elements makes the elements in the order of the line. Rates follow the SSID, as in every real frame.
func (d *draft) elements() ([]byte, error) {
	var b []byte
	rates := false
	for _, p := range d.parts {
		rates = rates || p.word == "rates"
	}
	for _, p := range d.parts {
		more, err := d.element(p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.word, err)
		}
		b = append(b, more...)
		if p.word == "ssid" && !rates {
			b = append(b, dot11.ElementRates, 4, 0x82, 0x84, 0x8b, 0x96)
		}
	}
	d.parts = nil
	return b, nil
}

func (d *draft) element(p part) ([]byte, error) {
	value := p.values[0]
	switch p.word {
	case "ssid":
		return d.ssid(value)
	case "channel":
		c, err := number(value, d.n)
		return []byte{dot11.ElementDS, 1, byte(c)}, err
	case "htchannel":
		c, err := number(value, d.n)
		return append([]byte{dot11.ElementHTOperation, 22, byte(c)}, make([]byte, 21)...), err
	case "rates":
		b, err := octets(value)
		return tlv(dot11.ElementRates, b), err
	case "security":
		return d.security(value.text)
	case "country":
		// Two letters, "any environment", and one triplet: channels 1–13 at 20 dBm (§9.4.2.8).
		return tlv(dot11.ElementCountry, append([]byte(value.text), ' ', 1, 13, 20)), nil
	case "csa":
		c, err := number(value, d.n)
		return []byte{dot11.ElementChannelSwitch, 3, 1, byte(c), 5}, err
	case "ecsa":
		c, err := number(value, d.n)
		return []byte{dot11.ElementExtendedSwitch, 4, 1, 81, byte(c), 5}, err
	}
	return d.anyElement(p)
}

// anyElement is "element ID OCTETS"; an id above 255 is written 255:EXT.
func (d *draft) anyElement(p part) ([]byte, error) {
	data, err := octets(p.values[1])
	if err != nil {
		return nil, err
	}
	id, ext, extended := strings.Cut(p.values[0].text, ":")
	v, err := number(word{text: id}, d.n)
	if err != nil || v < 0 || v > 255 {
		return nil, fmt.Errorf("%q is not an element id", p.values[0].text)
	}
	if extended {
		e, err := strconv.ParseUint(ext, 10, 8)
		if err != nil {
			return nil, fmt.Errorf("%q is not an element id", p.values[0].text)
		}
		data = append([]byte{byte(e)}, data...)
	}
	if len(data) > 255 {
		return nil, fmt.Errorf("%d octets do not fit into an element", len(data))
	}
	return tlv(byte(v), data), nil
}

// ssid reads a quoted SSID, "hidden" for one of no length, octets, or random#SEED: another one in each repetition.
func (d *draft) ssid(w word) ([]byte, error) {
	if w.quoted {
		if len(w.text) > 255 {
			return nil, fmt.Errorf("%d octets do not fit into an element", len(w.text))
		}
		return tlv(dot11.ElementSSID, []byte(w.text)), nil
	}
	if w.text == "hidden" {
		return tlv(dot11.ElementSSID, nil), nil
	}
	if seed, ok := strings.CutPrefix(w.text, "random#"); ok {
		s, err := strconv.ParseUint(seed, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("the seed of %s is not a number", w.text)
		}
		text := noise(s<<32|uint64(d.n), 8)
		for i := range text {
			text[i] = 'a' + text[i]%26
		}
		return tlv(dot11.ElementSSID, text), nil
	}
	b, err := octets(w)
	if err == nil && len(b) > 255 {
		err = fmt.Errorf("%d octets do not fit into an element", len(b))
	}
	return tlv(dot11.ElementSSID, b), err
}

// tlv makes an element; data has at most 255 octets.
func tlv(id byte, data []byte) []byte { return append([]byte{id, byte(len(data))}, data...) }

// noise returns n octets that look random and depend on seed alone.
func noise(seed uint64, n int) []byte {
	random := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}
