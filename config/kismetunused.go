package config

import "strings"

// Reasons that several options share.
const (
	noGPS        = "receivers of positions have no such option here"
	noTool       = "no capture tools are run: radios are listened to by Tocsin itself"
	noAnnounce   = "Tocsin does not announce itself on the network"
	noDevices    = "Tocsin keeps no list of all devices; its memory has bounds of its own"
	noOtherLog   = "of Kismet's logs only kismet is written"
	noTokens     = "logins and tokens are kept in another way here; make tokens anew"
	noOtherPhy   = "only Wi-Fi and Bluetooth LE are listened to"
	noBluetooth  = "Bluetooth has no options here"
	noSyslog     = "it is for messages that Tocsin does not send"
	noPages      = "the pages of the server are built in"
	noShortening = "no row is ever deleted from the log"
	noDedup      = "copies of a frame are told from retransmissions without a setting"
	noTracking   = "what is remembered of devices has fixed bounds"
)

// unused tells why an option of Kismet changes nothing here. Names that the files spell in one way and Kismet reads in
// another are both there.
var unused = map[string]string{
	"dot11_max_signal":            "no detector uses it yet",
	"dot11_keep_eapol":            "key exchanges are always looked at",
	"hidedata":                    "no payload is kept, so there is nothing to hide",
	"prelude_alerts":              "Prelude is not fed",
	"packet_dedup_size":           noDedup,
	"packets_dedup_size":          noDedup,
	"log_config_present":          "it only says that Kismet's file is there",
	"kis_log_data_packets":        "there is no switch for them; kis_log_packets is for all",
	"kis_log_duplicate_packets":   "there is no switch for them; kis_log_packets is for all",
	"kis_log_system_status_rate":  "the rate cannot be set",
	"kis_log_datasources":         "there is no switch for them",
	"kis_log_datasource_rate":     "the rate cannot be set",
	"kis_log_datasources_rate":    "the rate cannot be set",
	"kis_log_ephemeral_dangerous": "a log that nobody can find is not written",
	"kis_log_alert_timeout":       noShortening,
	"kis_log_device_timeout":      noShortening,
	"kis_log_message_timeout":     noShortening,
	"kis_log_packet_timeout":      noShortening,
	"kis_log_snapshot_timeout":    noShortening,
	"httpd_allow_auth_creation":   noTokens,
	"httpd_allow_auth_view":       "tokens are stored hashed and are never shown again",
	"httpd_jwt_key":               noTokens,
	"httpd_jwt_issuer":            noTokens,
	"httpd_home":                  noPages,
	"httpd_user_home":             noPages,
	"httpd_mime":                  noPages,
	"httpd_redirect_unknown":      noPages,
	"httpd_session_timeout":       "Kismet does not read it either",
	"servername":                  "it names the server in syslog and announcements; server_name is the one in its status",
	"server_uuid":                 "Tocsin has an identity of its own",
	"configdir":                   "state is kept in the data folder (server.data)",
	"split_source_hopping":        "radios always share the channels",
	"randomized_hopping":          "neighbouring channels never follow each other",
	"retry_on_source_error":       "a radio that failed is always opened again",
	"mask_datasource_type":        noTool,
	"mask_datasource_interface":   noTool,
	"dot11_datasource_opt":        noTool,
	"source_stagger_threshold":    noTool,
	"source_launch_group":         noTool,
	"source_launch_delay":         noTool,
}

// unusedPrefixes is for families of options, the longest prefix first.
var unusedPrefixes = []struct{ prefix, reason string }{
	{"httpd_ssl", "Kismet does not read it either; server.tls of tocsin.yaml has the certificate"},
	{"server_announce", noAnnounce},
	{"source_", noTool},
	{"kis_log_", "the log has no such switch here"},
	{"wigle", noOtherLog},
	{"gps_", noGPS},
	{"keep_", noDevices},
	{"uav", noOtherPhy},
	{"bluetooth", noBluetooth},
	{"btle", noBluetooth},
	{"httpd_", "the web server has no such option here"},
	{"dot11_", noTracking},
	{"filter", "there are no filters of packets"},
}

// unusedReason tells why an option changes nothing here; expected is false if it may be a mistake.
func unusedReason(name string) (reason string, expected bool) {
	if reason, ok := unused[name]; ok {
		return reason, true
	}
	for _, p := range unusedPrefixes {
		if strings.HasPrefix(name, p.prefix) {
			return p.reason, true
		}
	}
	return "Tocsin knows no such option", false
}
