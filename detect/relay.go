package detect

import "time"

// Relayed is the time in which an access point passes on what a station sent: it is heard twice and sent once.
const Relayed = 200 * time.Millisecond
