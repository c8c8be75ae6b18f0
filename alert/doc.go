// Package alert turns findings into the records, messages and incidents that people and machines read.
//
// # What survives
//
// A Ledger with a Store shows a record only when the Store has kept it: nobody sees an alert, on the bus, in a list, as an
// incident or as the answer to Raise, that is not there after a crash. The way of a record:
//
//  1. Found, Raise, Tell and OneShot give it its time, ID and hash and put it at the end of a queue in memory. They do not wait
//     for the disk; Raise then waits for step 3, because its caller is told that the alert was raised.
//  2. Run takes up to batchSize records from the head of the queue and puts them into the Store as one batch. Batches
//     begin at least gather apart, so that a flood is kept by a few large ones; a lone record is kept at once.
//  3. When the batch is kept, its records enter the backlog, the incidents and the bus, in the order of their times.
//
// The queue is bounded. A record that finds it full is not raised at all: nobody saw it, it is counted by its header, and
// an alert ALERTLOST says which and why, at most every half minute.
//
// When the Store fails, detection goes on and the records are shown without being kept, after one alert LOGDISABLED that
// says so. Raise answers ErrNotKept then, although the alert is shown: its caller must not rely on it. The records of that
// time stay in memory, as many as the queue holds, and are kept when the Store works again, which is tried with growing
// pauses. Only then is a restart safe again; a message says it.
//
// Incidents are not written with every record: the Store has them as of a second ago, and Recall makes the rest again from
// the records that are newer than the newest one any of them tells of. What people do about them is written at once, with all
// that the Store does not have of incidents, and is answered and told when it is kept; when the Store fails, nothing is
// changed. The one thing that a crash may take is the count of what the throttle held back in the last half minute.
//
// Without a Store everything happens at once in the caller's goroutine, and Run is not needed: this is how captures are
// analysed.
//
// # The clock of records
//
// The time of a record is that of its raise by the server's clock, in microseconds, and never that of a record before it
// or less: not when the clock is set back, and not after a restart, because the clock begins after the newest record of
// Options.Kept. Hence a client that asks for what is newer than the last record it has loses none. A client that asks by
// the server's clock instead could miss a record that is raised but not yet kept; Recent returns the time up to which its
// answer is complete, and no later record gets an earlier time.
//
// # Concurrency
//
// A Ledger is safe for concurrent use. Records and messages never change once they are in it. One mutex guards its state
// and is held for no longer than a batch takes to be shown; the bus has its own, taken inside the first.
//
// # Memory
//
// The backlog, the messages, the incidents, the throttle's memory, the queue, what could not be kept and every subscriber's
// queue are bounded by the Options.
package alert
