package eapol

import (
	"encoding/binary"
	"errors"
)

// ErrDescriptor says that an EAPOL-Key frame is neither of RSN nor of WPA.
var ErrDescriptor = errors.New("EAPOL-Key descriptor is neither RSN's nor WPA's")

// Descriptor types (802.1X-2020 table 11-7; WPA 3.1).
const (
	DescriptorRSN = 2
	DescriptorWPA = 254
)

// Bits of the Key Information field (802.11-2020 §12.7.2).
const (
	InfoVersion   = 0x0007 // mask: 1 RC4 and MD5, 2 AES and SHA-1, 3 AES and CMAC, 0 by the AKM
	InfoPairwise  = 0x0008
	InfoInstall   = 0x0040
	InfoAck       = 0x0080
	InfoMIC       = 0x0100
	InfoSecure    = 0x0200
	InfoError     = 0x0400
	InfoRequest   = 0x0800
	InfoEncrypted = 0x1000
	InfoReserved  = 0xe030 // of RSN; WPA has the key's index in two of them
)

// Message is the place of an EAPOL-Key frame in its handshake.
type Message uint8

// Messages of the four-way and of the group key handshake (§12.7.6, §12.7.7).
const (
	NoMessage Message = iota // a request or an error report, or no legal combination of bits
	Message1
	Message2
	Message3
	Message4
	GroupMessage1
	GroupMessage2
)

// Key is the body of an EAPOL-Key frame.
type Key struct {
	Descriptor uint8
	Info       uint16
	KeyLength  uint16
	Replay     uint64
	Nonce      [32]byte
	IV         [16]byte
	RSC        uint64
	MIC        []byte
	DataLength uint16 // of the key data, as the frame says
	Data       []byte // as long as that, or what there is of it; ciphertext if Info has InfoEncrypted
}

const (
	fixedLen  = 77 // up to the MIC
	lengthLen = 2  // of the field Key Data Length
)

// micLens are the lengths that a MIC can have by AKM, the usual first (table 12-10): AEAD ciphers need none.
var micLens = [...]int{16, 24, 32, 0}

// Decode replaces *k with the body of a packet of TypeKey. The MIC has the length with which the key data fill the
// body, 16 octets if none does. On error *k has what was read.
func (k *Key) Decode(b []byte) error {
	*k = Key{}
	if len(b) == 0 {
		return ErrShort
	}
	k.Descriptor = b[0]
	if k.Descriptor != DescriptorRSN && k.Descriptor != DescriptorWPA {
		return ErrDescriptor
	}
	be := binary.BigEndian
	if len(b) < fixedLen {
		if len(b) >= 3 {
			k.Info = be.Uint16(b[1:])
		}
		return ErrShort
	}
	k.Info, k.KeyLength, k.Replay = be.Uint16(b[1:]), be.Uint16(b[3:]), be.Uint64(b[5:])
	k.Nonce, k.IV = [32]byte(b[13:45]), [16]byte(b[45:61])
	k.RSC = be.Uint64(b[61:])
	mic := micLen(b)
	at := fixedLen + mic
	if len(b) < at+lengthLen {
		return ErrShort
	}
	k.MIC = b[fixedLen:at:at]
	k.DataLength = be.Uint16(b[at:])
	k.Data = b[at+lengthLen:]
	if int(k.DataLength) > len(k.Data) {
		return ErrShort
	}
	k.Data = k.Data[:k.DataLength:k.DataLength]
	return nil
}

// micLen returns the length of the MIC in the body b of an EAPOL-Key frame.
func micLen(b []byte) int {
	for _, n := range micLens {
		at := fixedLen + n
		if len(b) >= at+lengthLen && at+lengthLen+int(binary.BigEndian.Uint16(b[at:])) == len(b) {
			return n
		}
	}
	return micLens[0]
}

// Claim returns how many octets of key data the body b of a packet of TypeKey claims, and for how many there is room, and
// whether b is long enough to claim any. It differs from Decode where the claim is a lie: the MIC has 16 octets in all
// versions but 0, in which b has the benefit of the doubt.
func Claim(b []byte) (claimed, room int, ok bool) {
	const usual = 16
	if len(b) < fixedLen+usual+lengthLen {
		return 0, 0, false
	}
	claim := func(mic int) (claimed, room int) {
		at := fixedLen + mic + lengthLen
		if len(b) < at {
			return 1, 0
		}
		return int(binary.BigEndian.Uint16(b[at-lengthLen:])), len(b) - at
	}
	if binary.BigEndian.Uint16(b[1:])&InfoVersion == 0 {
		for _, mic := range micLens {
			if claimed, room = claim(mic); claimed <= room {
				return claimed, room, true
			}
		}
	}
	claimed, room = claim(usual)
	return claimed, room, true
}

// Message returns the place of the frame in its handshake.
func (k *Key) Message() Message {
	ack := k.Info&InfoAck != 0
	authentic := k.Info&InfoMIC != 0 || len(k.MIC) == 0 && k.Info&InfoEncrypted != 0
	pairwise := k.Info&InfoPairwise != 0
	switch {
	case k.Info&(InfoRequest|InfoError) != 0:
		return NoMessage
	case pairwise && ack && !authentic:
		return Message1
	case pairwise && ack:
		return Message3
	case pairwise && authentic:
		return k.supplicantMessage()
	case ack && authentic:
		return GroupMessage1
	case authentic:
		return GroupMessage2
	}
	return NoMessage
}

// supplicantMessage tells message 2 from message 4. Secure does not: both have it when keys are renewed, and
// neither does in WPA. Message 2 has a nonce and the element that was asked for on association.
func (k *Key) supplicantMessage() Message {
	if k.Info&InfoEncrypted == 0 {
		if _, ok := k.element(elementRSN); ok {
			return Message2
		}
	}
	if k.Nonce == [32]byte{} || len(k.Data) == 0 {
		return Message4
	}
	return Message2
}

const (
	elementRSN = 48
	elementKDE = 221
	kdeHeadLen = 4 // OUI, type

	kdePMKID = 4 // of 00-0F-AC (table 12-9)
)

// element returns the data of the first element or KDE of this id in unencrypted key data.
func (k *Key) element(id uint8) ([]byte, bool) {
	for b := k.Data; len(b) >= 2 && 2+int(b[1]) <= len(b); b = b[2+int(b[1]):] {
		if b[0] == id {
			return b[2 : 2+int(b[1])], true
		}
	}
	return nil, false
}

// RSN returns the data of the RSN element in unencrypted key data, and whether there is one: message 2 repeats that
// of the association request.
func (k *Key) RSN() ([]byte, bool) {
	if k.Info&InfoEncrypted != 0 {
		return nil, false
	}
	return k.element(elementRSN)
}

// KDE returns what follows OUI and type of the first key data encapsulation with these in unencrypted key data, and
// whether there is one.
func (k *Key) KDE(oui uint32, typ uint8) ([]byte, bool) {
	if k.Info&InfoEncrypted != 0 {
		return nil, false
	}
	for b := k.Data; len(b) >= 2 && 2+int(b[1]) <= len(b); b = b[2+int(b[1]):] {
		d := b[2 : 2+int(b[1])]
		if b[0] == elementKDE && len(d) >= kdeHeadLen && binary.BigEndian.Uint32(d) == oui<<8|uint32(typ) {
			return d[kdeHeadLen:], true
		}
	}
	return nil, false
}

// PMKID returns the PMKID that message 1 may carry, and whether there is one. An all-zero one counts as none.
func (k *Key) PMKID() (id [16]byte, ok bool) {
	const ouiIEEE = 0x000fac
	d, ok := k.KDE(ouiIEEE, kdePMKID)
	if !ok || len(d) < len(id) {
		return id, false
	}
	id = [16]byte(d)
	return id, id != [16]byte{}
}

// CanBeWrapped reports whether the key data can be what their version encrypts them to. AES key wrap, of versions 2 and 3,
// makes 8 octets more of two or more times 8 (802.11-2020 §12.7.2, RFC 3394); of the others nothing is known.
func (k *Key) CanBeWrapped() bool {
	const block = 8
	switch k.Info & InfoVersion {
	case 2, 3:
		return len(k.Data)%block == 0 && len(k.Data) >= 3*block
	}
	return true
}

func (m Message) String() string {
	return [...]string{"none", "M1", "M2", "M3", "M4", "G1", "G2", "none"}[m&7]
}
