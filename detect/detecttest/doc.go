// Package detecttest runs the cases of a detector: text files that say what is on the air and what is to be found.
//
//	One sentence or two: what the case shows, and where it is from.
//	Source: synthetic.
//	-- air --
//	ap  = 02:00:00:00:00:0a
//	sta = 02:00:00:00:00:01
//	0s  beacon ap ssid "CorpNet" channel 6 security wpa2-psk every 102ms x 50
//	1s  deauth ap > sta reason 7 every 20ms x 40
//	-- want --
//	1.08s DEAUTHFLOOD bssid ap dest sta text ~ "5 times"
//
// The frames become octets and go through decoder, tracker and engine as those of a radio do.
//
// # Names of cases
//
// A file is called fires-… and wants at least one finding; quiet-… and wants none: below the limit, or a look-alike;
// misses-… and wants none, although there is an attack: its first lines say what is not caught, and why; real-… and
// is cut from a capture: its first lines say from which, and its licence. A detector has at least one fires- and one
// quiet-. With -update, go test writes what was found into the files whose want differs; read it before you commit it.
//
// # Sections
//
// "-- air --" or "-- capture FILE.pcap.gz --" (in the same folder, with nothing below it) is required, and so is
// "-- want --". "-- limits --" has lines "frames = 10" that change the detector's limits. "-- policy --" has lines
//
//	network home ssid "CorpNet" allow ap 00:11:22:00:00:00/ff:ff:ff:00:00:00 channels 1 6 security wpa2-psk
//	canary trap ssid ~ "^Free.*"
//	device phone 02:00:00:00:00:01 found lost timeout 5m severity low
//
// where ~ makes the text a regular expression. A # begins a comment.
//
// # Air
//
// A line is NAME = ADDRESS, or TIME KIND PARTIES WORDS…. TIME is 0s, 250ms, 1m30s, or +1s: after the last frame of the
// line before. Frames are sent in the order of their times, whatever the order of the lines.
//
// PARTIES are "sender > receiver"; for beacon and probereq the sender alone if the receiver is everybody; for cts and
// ack the receiver alone. An address is a name, a MAC address, broadcast, none (all zero), or a generated one:
// random#1 is another address in each repetition of the line, the same for the same seed and repetition everywhere;
// 001d0f#1 has that OUI.
//
// KIND is one of
//
//	beacon proberesp probereq auth assocreq assocresp reassocreq reassocresp deauth disassoc action actionnoack
//	data null qosdata qosnull eapol eap wsc            (the last three are data frames with such a packet)
//	rts cts ack pspoll bar ba cfend
//
// Any line may have
//
//	every 20ms x 40       a series: 40 frames, 20ms apart
//	retry pm moredata order protected morefrag tods fromds     bits of Frame Control
//	duration 314  seq 100  frag 0     seq counts up for each transmitter by itself; a retry repeats the number before
//	bssid ap              else: the party that sends beacons in this case; else the sender, or the receiver of an
//	                      association request; broadcast for probereq
//	freq 2437 signal -40 noise -95 rate 12 ofdm sensor NAME    the reception; freq is that of the channel, else 2437;
//	                      the frame of another sensor is another reception only if its octets are equal: give it a seq
//	damaged               bad FCS
//	unchecked             nobody knows whether the FCS was right; it was unless the line says one of these words
//	truncate 30           the frame on the air has only 30 octets
//	cut 30                the sensor kept only 30 octets
//	trailing 00           octets behind the frame
//
// Values in a series: a number FIRST+STEP grows with each repetition (tsf 1000+102400, seq 5+0 stays 5); a list
// A|B|C of numbers, addresses or octets gives one member after the other; {n} in a quoted text is the number of the
// repetition from 0. Octets are hexadecimal, joined by dots and repeated by a star: 0050f204.41*200; or a quoted
// text; - is none. Quoted texts are written as in Go: "\x00%p".
//
// Management frames have, by kind: interval capability tsf (of the case's time unless given) listen current ADDRESS
// status aid reason (7) algorithm transaction category code; "body OCTETS" follows the fixed fields. protected ones
// carry octets that look encrypted.
//
// SAE is in authentications: "group 19" makes a commit of that group, sound in groups 19, 20 and 21, with a scalar and an
// element of its own for each sender and repetition. "commit 7" makes those of number 7 whoever sends them; scalar, ffe and
// token OCTETS replace them and come before them. With status 76 or 77 the group is alone, with a token if there is one.
// "confirm 0" makes a confirm. A refusal for another reason is "algorithm 3 status 1", with "transaction 2" of a confirm.
//
// Elements are in the order of the line:
//
//	ssid "CorpNet" | ssid hidden | ssid OCTETS | ssid random#1     rates follow it unless the line has rates OCTETS
//	channel 6  htchannel 36  country US  csa 11  ecsa 11
//	security wpa2-psk  mfp none|capable|required      open wep wpa-psk wpa-eap wpa-wpa2-psk wpa2-psk-tkip wpa2-psk
//	                      wpa2-psk-sha256 wpa2-psk-ft wpa2-eap wpa2-wpa3 wpa3-sae wpa3-eap wpa3-192 owe
//	element 221 0050f204.104a000110 | element 255:35 OCTETS    any element
//	elements OCTETS       exactly these octets instead of all others; elements - is none
//
// Data frames go from the access point or to it as the BSSID says; source and dest name the far end. ether 0x0806
// body OCTETS is what they carry behind LLC and SNAP; bare body OCTETS what they carry without. protected ones have a
// packet number, pn 1+1, and octets that look encrypted, or with bare body OCTETS these; qosdata has tid 0.
//
//	eapol sta > ap start | logoff | message 2 …   1–4: the four-way handshake, 5 and 6: the group key's; with nonce,
//	                      replay, mic, iv, rsc, keydata OCTETS, info 0x010a, version 2
//	eap ap > sta request | response | success | failure  id 1 type 1 body "identity"
//	wsc sta > ap response id 1 message 4 opcode 4 body OCTETS      EAP-WSC; body is further attributes
//	arp sta > ap request | reply  sender 10.0.0.5 target 10.0.0.1 hardware ADDRESS      hardware is the sender's
//	ipv4 sta > ap sender 10.0.0.5 target 10.0.0.1 port 53 body OCTETS      UDP, to this port; fromport 40000, hops 64
//	dhcp sta > ap discover | offer | request | decline | ack | nak | release | inform      with your,
//	                      relay, mask, lease, host, vendor, clientid, hardware, transaction, and options OCTETS before
//	                      the end; from sender and to target; sum 0 is no checksum, sum 1 a wrong one
//
// These carry a VLAN tag with vlan 5; and with amsdu a data frame is an A-MSDU of one.
//
// Control frames have duration; pspoll has aid; bar and ba have tid and first (the starting sequence number).
//
// # Bluetooth LE
//
// Lines with packets of Bluetooth LE are as those with frames, of these kinds:
//
//	bleadv blenonconn blescan blescanresp bleext bleauxresp     PARTIES is the sender alone; of the last two with > a target
//	bledirect blescanreq bleconnect                             sender > target
//	bledata                                                     a packet of a connection: no PARTIES, access 0x50655dab,
//	                                                            body OCTETS from its header on
//
// with the words
//
//	random rxrandom       the address of the sender, of the target is a random one
//	ad 0x09 "Flipper Ana" a structure of advertising data, type and octets; any number of them, in their order
//	advdata OCTETS        exactly these octets instead
//	mode 1                of bleext: 0 neither connectable nor scannable, 1 connectable, 2 scannable
//	adi 0x1001 auxptr 250000 anonymous      of bleext: fields of its header; without the sender's address
//	length 37             what the header says, whatever the packet has
//	body OCTETS           of bleconnect: what follows the addresses
//	access 0x8e89bed6     the access address
//
// and the words for any line that speak of the reception; freq is 2402 unless given, and damaged is a bad CRC.
//
// # Want
//
// One line a finding, in their order; none at all, or "none", is silence. Time, then header, then what is to be
// compared: bssid source dest other (names or addresses), channel (FHSS of Bluetooth) freq severity (low, medium …) confidence subject text
// reason observed limit frame (number of the completing frame) frames (how many others show it) sensor, each with a
// value, or with ~ "a part of it". The time may be left out.
package detecttest
