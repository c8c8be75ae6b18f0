package tocsin

// Definitions of the alerts that the server raises about itself. A client cannot define an alert of such a name.
var (
	AlertLost = Definition{
		Header: "ALERTLOST", Title: "Alerts were lost", Class: System, Severity: High, Phy: PhyAny, Confidence: 100, Throttle: perSecond,
		Description: "Alerts came faster than the disk takes them, and some were never raised. The text says how many of which kind.",
	}
	ConfigError = Definition{
		Header: "CONFIGERROR", Title: "Part of the configuration is not in force", Class: System, Severity: High, Phy: PhyAny, Confidence: 100,
		Throttle:    PerMinute10,
		Description: "The configuration asks for something that the server does not do: a source it cannot open, an unknown option, a line it cannot read.",
	}
	DetectorFail = Definition{
		Header: "DETECTORFAIL", Title: "A detector failed", Class: System, Severity: High, Phy: PhyAny, Confidence: 100, Throttle: PerMinute10,
		Description: "A detector stopped with an internal error and is off until the next start: what it would have found goes unseen.",
	}
	GlobalLogin = Definition{
		Header: "GLOBALHTTPDUSER", Title: "The login stands in a file that others can read", Class: System, Severity: Info, Phy: PhyAny, Confidence: 100,
		Throttle:    PerMinute10,
		Description: "A file of Kismet's configuration holds the login of the web server in clear text, and other users of the machine can read it.",
	}
	KismetEvent = Definition{
		Header: "KISMET", Title: "Reserved for events of the server", Class: System, Severity: Info, Phy: PhyAny, Confidence: 100,
		Throttle:    Throttle{Rate{0, Day}, Rate{0, Day}},
		Description: "Clients of Kismet expect it in the list. Nothing raises it, and its rate of zero holds it back.",
	}
	LogDisabled = Definition{
		Header: "LOGDISABLED", Title: "A log cannot be written", Class: System, Severity: Critical, Phy: PhyAny, Confidence: 100, Throttle: PerMinute5,
		Description: "Alerts or packets are not kept, because a file cannot be written. Detection goes on, and writing is tried again.",
	}
	NotifyFailed = Definition{
		Header: "NOTIFYFAILED", Title: "Notifications do not arrive", Class: System, Severity: High, Phy: PhyAny, Confidence: 100, Throttle: PerMinute5,
		Description: "A receiver of notifications does not take them: people may not hear of attacks until it does.",
	}
	PacketLost = Definition{
		Header: "PACKETLOST", Title: "Packets were lost before the detectors", Class: System, Severity: High, Phy: PhyAny, Confidence: 100,
		Throttle:    perSecond,
		Description: "A source delivered faster than packets were taken, the kernel's buffer or the queue before the detectors was full, and packets were thrown away unseen. The text says where.",
	}
	PacketQueue = Definition{
		Header: "PACKETQUEUE", Title: "Many packets wait for the detectors", Class: System, Severity: Medium, Phy: PhyAny, Confidence: 100,
		Throttle:    perSecond,
		Description: "More packets of a source waited for the detectors than the configured warning level. Nothing is lost yet.",
	}
	RootUser = Definition{
		Header: "ROOTUSER", Title: "The server runs with all rights", Class: System, Severity: High, Phy: PhyUnknown, Confidence: 100, Throttle: perSecond,
		Description: "The server runs as root, so that a fault in reading what strangers send could give them the machine.",
	}
	SensorLost = Definition{
		Header: "SENSORLOST", Title: "A sensor hears nothing any more", Class: System, Severity: High, Phy: PhyAny, Confidence: 100, Throttle: perSecondTens,
		Description: "A source is open, and silent for much longer than it ever was: its radio hangs, is shielded, or is jammed.",
	}
	SourceError = Definition{
		Header: "SOURCEERROR", Title: "A source of frames failed", Class: System, Severity: Critical, Phy: PhyAny, Confidence: 100, Throttle: perSecondTens,
		Description: "A source ended with an error: what happens near it goes unseen until it is open again.",
	}
	SourceOpen = Definition{
		Header: "SOURCEOPEN", Title: "A source that failed is open again", Class: System, Severity: Info, Phy: PhyAny, Confidence: 100, Throttle: perSecondTens,
		Description: "A source that had failed delivers again.",
	}
)

// Throttles of alerts that have a slower limit of their own, or come once.
var (
	perSecond     = Throttle{Rate{1, Second}, Rate{1, Second}}
	perSecondTens = Throttle{Rate{1, Second}, Rate{10, Second}}
)

// SystemAlerts lists them in the order of their headers.
var SystemAlerts = []*Definition{
	&AlertLost, &ConfigError, &DetectorFail, &GlobalLogin, &KismetEvent, &LogDisabled, &NotifyFailed, &PacketLost, &PacketQueue, &RootUser,
	&SensorLost, &SourceError, &SourceOpen,
}
