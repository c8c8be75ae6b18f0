// Package config reads how Tocsin is to behave: one strict YAML file, and a Kismet configuration folder.
//
// # Format
//
// A Draft takes both, one after the other, remembers where each value came from and collects all mistakes. Its result
// is a Config, which knows no formats.
package config

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
)

// Config is the whole configuration. Its zero value is not valid: begin with Default.
type Config struct {
	Server    Server
	Store     Store
	Logs      Logs
	GPS       []string // receivers, as gps.Parse reads them
	Alerts    Alerts
	Detectors map[string]Detector // by header
	Policy    tocsin.Policy
	Notify    Notify
}

// Server is what `tocsin serve` needs beside the alerts.
type Server struct {
	Listen      string // host:port
	Data        string // folder of what must survive; empty: a folder in the user's home
	Name        string
	Description string
	Location    string
	Sources     []string // as `tocsin serve --source`
	TLS         TLS
	ACME        ACME
	CORS        CORS
	URIPrefix   string // begins with a slash and does not end with one; empty: none
	Queue       Queue
	Remote      Remote
	// KismetLogin and KismetTokens are files of a Kismet server that are taken over once: its login in clear text
	// (kismet_httpd.conf) and its API tokens (session.db). Empty: none.
	KismetLogin  string
	KismetTokens string
}

// Queue is where packets of a live source wait for the detectors.
type Queue struct {
	Limit   int // packets of each source that may wait; what finds no room is lost
	Warning int // it is told when more wait; 0: never
}

// Remote is how sensors are taken that connect by themselves, as Kismet's capture tools do. Those that come by the websocket need
// a token and are taken always.
type Remote struct {
	Enabled  bool   // over TCP, where nobody is asked who he is
	Listen   string // host:port, for that
	KeepTime bool   // packets have the time of their sensor's clock, unless its definition says otherwise
}

// TLS names the certificate to answer with. Both are empty, or both name PEM files.
type TLS struct {
	Cert string
	Key  string
}

// ACME asks an authority for certificates; without domains it is off.
type ACME struct {
	Domains []string
	Email   string
}

// CORS says whether web pages of other origins may talk to the server.
type CORS struct {
	Allow  bool
	Origin string // the one allowed, scheme://host[:port]; empty or *: any
}

// Store keeps the records.
type Store struct {
	Path      string        // file; empty: in the data folder
	Retention time.Duration // how long records are kept; 0: for ever
}

// Logs are the files that are written beside the store.
type Logs struct {
	KismetDB KismetDB
	PcapNG   PcapNG
}

// PcapNG is the log of packets, in files that follow each other.
type PcapNG struct {
	Enabled bool
	File    string        // a template as KismetDB.File, of the time when a file is begun; %l is pcapng. Empty: in the data folder
	FileMB  int           // a file is no larger, 10^6 octets
	FileAge time.Duration // nor does it go on for longer; 0: for ever
	TotalMB int           // all files together: the oldest are deleted; 0: none
	Frames  string        // how much is kept, one of PcapNGFrames
	Only    []tocsin.MACMask
	Exclude []tocsin.MACMask
}

// PcapNGFrames are the choices of PcapNG.Frames.
var PcapNGFrames = []string{"all", "headers", "management"}

// KismetDB is the log in Kismet's format.
type KismetDB struct {
	Enabled bool
	// File is a template. Placeholders, all of the time when the log is opened, UTC: %d Mmm-DD-YYYY, %D YYYYMMDD,
	// %t HH-MM-SS, %T HHMMSS; and %l the kind of the log, kismet; %i, %I a number that makes the name new, %I with
	// six digits. A relative name begins in the working folder.
	File     string
	Alerts   bool // which tables are filled
	Messages bool
	Packets  bool
	System   bool
}

// Alerts governs the records.
type Alerts struct {
	Backlog   int           // newest records that clients are given
	Quiet     time.Duration // findings of one subject at most this far apart are one incident
	Throttles map[string]tocsin.Throttle
	AtStart   []StartAlert
}

// StartAlert is an alert that every start of the server raises once.
type StartAlert struct {
	Header string // upper case
	Text   string
}

// Detector changes one detector.
type Detector struct {
	Off    bool
	Limits map[string]any // by name, as `tocsin definitions` lists them: int, float64, bool or string
}

// Default is the configuration without any file.
func Default() Config {
	return Config{
		Server: Server{Listen: ":2501", Queue: Queue{Limit: 8192, Warning: 4096}, Remote: Remote{Listen: "127.0.0.1:3501"}},
		Logs: Logs{KismetDB: KismetDB{
			File: "Kismet-%D-%t-%i.%l", Alerts: true, Messages: true, Packets: true, System: true,
		}, PcapNG: PcapNG{FileMB: 100, FileAge: time.Hour, TotalMB: 4000, Frames: "all"}},
		Alerts: Alerts{Backlog: 50, Quiet: alert.DefaultQuiet, Throttles: map[string]tocsin.Throttle{}},
	}
}
