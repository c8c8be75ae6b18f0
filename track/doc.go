// Package track knows who is on air: access points with what they advertise, and stations with what they are
// associated with, and how far each has come with its access point: authentication, association, handshake, encrypted data
// (Link). It looks at each frame once and tells what the frame changes.
//
// It also learns how each sends: its sequence numbers, its signal and, of an access point, its clock. Two transmitters that use
// one address make two lines of numbers that alternate (Lines), and a frame that a third party sends in the name of another
// does not go with its numbers and its signal (Doubt). A signal is one at a sensor: what further sensors hear of a frame is not
// looked at again and teaches how they hear its transmitter (Copy).
//
// # Memory
//
// A Tracker takes its memory when it is made. With the sizes it has by default these are 4096 BSSs of about 1.9 kB, 16384 stations
// of about 180 octets and 4096 links of about 0.8 kB: 15 MB; SSIDs come to that, up to 255 octets for each of 8 adverts of a BSS. When there
// is no room, a stranger makes it: a BSS that was heard seldom and has no stations. Those with stations, of a protected SSID,
// kept by Keep or heard for long go last, as long as they are no more than half. When
// a BSS advertises more than it has room for, the advert heard least makes it.
// Links whose two sides were heard to have a key go last in the same way.
// In steady state nothing is allocated; a new advert takes a string for its SSID.
//
// # Time
//
// Frames may go back in time. An hour back is taken for a clock that was set.
//
// # Concurrency
//
// A Tracker is used by one goroutine at a time.
package track
