package dot11

// SAEStep is the place of a frame in the exchange of a station with an access point (802.11-2020 §12.4.5, §12.4.8.6).
type SAEStep uint8

// Steps. The station asks first; the access point's answers follow.
const (
	SAENone      SAEStep = iota // no SAE, encrypted, cut off, or not between station and access point
	SAEAsk                      // the station's commit
	SAEProve                    // the station's confirm
	SAEAccept                   // the access point's commit
	SAEWelcome                  // the access point's confirm
	SAEWantToken                // the access point is busy: ask again, with a token
	SAEWantGroup                // the access point refuses the group: ask again, with another
	SAERefuse                   // the access point refuses the commit
	SAEReject                   // the access point refuses the confirm
)

// SAEStep returns the step that f is.
func (f *Frame) SAEStep() SAEStep {
	x := &f.Fixed
	if f.Kind != Auth || x.AuthAlgorithm != AuthSAE || f.Defects&DefectShortFixed != 0 || !f.BSSID.IsStation() {
		return SAENone
	}
	sound := x.Status == StatusSuccess || x.AuthTransaction == SAECommit && (x.Status == StatusHashToElement || x.Status == StatusSAEPK)
	switch {
	case x.AuthTransaction != SAECommit && x.AuthTransaction != SAEConfirm:
	case f.Addr2 == f.BSSID:
		return answer(x.AuthTransaction, x.Status, sound)
	case f.Addr1 != f.BSSID || !sound:
	case x.AuthTransaction == SAECommit:
		return SAEAsk
	default:
		return SAEProve
	}
	return SAENone
}

func answer(transaction, status uint16, sound bool) SAEStep {
	switch {
	case transaction == SAECommit && sound:
		return SAEAccept
	case transaction == SAECommit && status == StatusAntiClogging:
		return SAEWantToken
	case transaction == SAECommit && status == StatusBadGroup:
		return SAEWantGroup
	case transaction == SAECommit:
		return SAERefuse
	case sound:
		return SAEWelcome
	}
	return SAEReject
}
