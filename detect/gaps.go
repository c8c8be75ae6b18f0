package detect

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
)

// enoughHeard is the share of time on a channel, in percent, that a sensor which does not hop reaches even where little
// is sent.
const enoughHeard = 50

// doubtGaps makes a finding less sure that what the sensor did not hear may explain: it spent share percent of the time on
// the channel. A third of the confidence is left: what was heard was heard.
func doubtGaps(f *tocsin.Finding, share int) {
	if share >= enoughHeard {
		return
	}
	sure := int(f.Confidence)
	f.Confidence = tocsin.Confidence(max(sure*share/enoughHeard, sure/3, 1))
	f.Reason.What = fmt.Sprintf("%s (the sensor spent %d %% of its time on the channel: frames that it did not hear may explain this)", f.Reason.What, share)
}
