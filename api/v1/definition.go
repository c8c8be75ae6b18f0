package v1

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
)

// Definition governs one kind of alert.
type Definition struct {
	Header      string    `json:"header" doc:"Its name."`
	Title       string    `json:"title,omitempty" doc:"A few words. Absent if a client defined it."`
	Class       string    `json:"class" doc:"What it is about."`
	Severity    string    `json:"severity" enum:"INFO,LOW,MEDIUM,HIGH,CRITICAL" doc:"Of its alerts, unless they say otherwise."`
	Description string    `json:"description" doc:"One or two sentences."`
	Phy         string    `json:"phy" doc:"Kind of radio."`
	Confidence  uint8     `json:"confidence,omitempty" maximum:"100" doc:"Probability in percent that its alerts are true, unless they say otherwise."`
	Attack      []string  `json:"attack" nullable:"false" doc:"MITRE ATT&CK techniques."`
	Explains    []string  `json:"explains" nullable:"false" doc:"Headers of alerts that are effects of this one, on the same network at the same time."`
	Throttle    Throttle  `json:"throttle" doc:"How often it is raised at most."`
	Counters    Counters  `json:"counters" doc:"Of the throttle."`
	Detector    *Detector `json:"detector,omitempty" doc:"What raises it. Absent if no detector does."`
	Sections    []Section `json:"sections,omitempty" nullable:"false" doc:"Its page, if no detector raises it: a detector has its own. Only in the answer about one definition."`
}

// Throttle bounds how often one subject raises a definition.
type Throttle struct {
	Limit Rate `json:"limit" doc:"A count of 0 turns the definition off."`
	Burst Rate `json:"burst"`
}

// Rate is a number of alerts in a unit of time.
type Rate struct {
	Count int    `json:"count" minimum:"0" doc:"Alerts."`
	Unit  string `json:"unit" enum:"second,minute,hour,day" doc:"In one of these."`
}

// Counters are those of a throttle.
type Counters struct {
	Total      int       `json:"limit_sent" doc:"Raised in the current unit of the limit."`
	Burst      int       `json:"burst_sent" doc:"Raised in the current unit of the burst."`
	Suppressed uint64    `json:"suppressed" doc:"Held back since the server started."`
	Last       time.Time `json:"last_raised,omitzero" doc:"Absent for never."`
}

// Detector is what recognises an attack.
type Detector struct {
	Enabled  bool      `json:"enabled" doc:"Whether it looks at frames at all."`
	Failed   bool      `json:"failed" doc:"It stopped with an internal error and is off until the next start."`
	Frames   uint64    `json:"frames" doc:"Shown to it since the start."`
	Findings uint64    `json:"findings" doc:"Made by it since the start, before the throttle."`
	Limits   []Limit   `json:"limits" nullable:"false" doc:"Numbers that the configuration may change."`
	Sections []Section `json:"sections,omitempty" nullable:"false" doc:"Its page. Only in the answer about one definition."`
}

// Limit is one number that people may change about a detector.
type Limit struct {
	Name    string `json:"name" doc:"Its key in the configuration."`
	Type    string `json:"type" enum:"int,float,bool,duration" doc:"How values are written."`
	Value   string `json:"value" doc:"In force."`
	Default string `json:"default" doc:"Without configuration."`
	Minimum string `json:"minimum,omitempty" doc:"The least value that is accepted. Absent for a bool."`
	Help    string `json:"help" doc:"What it means."`
}

// Section is a part of a detector's page.
type Section struct {
	Title string `json:"title" example:"What to do" doc:"Heading."`
	Text  string `json:"text" doc:"Markdown."`
}

func definitionOf(d *alert.DefinitionState, detector *Detector) Definition {
	return Definition{
		Header: d.Header, Title: d.Title, Class: string(d.Class), Severity: d.Severity.String(), Description: d.Description,
		Phy: phy(d.Phy), Confidence: uint8(d.Confidence), Attack: list(d.Attack), Explains: list(d.Explains),
		Throttle: Throttle{Limit: rateOf(d.Throttle.Limit), Burst: rateOf(d.Throttle.Burst)},
		Counters: Counters{Total: d.TotalSent, Burst: d.BurstSent, Suppressed: d.Suppressed, Last: moment(d.Last)},
		Detector: detector,
	}
}

func rateOf(r tocsin.Rate) Rate {
	return Rate{Count: r.Count, Unit: [...]string{"second", "minute", "hour", "day"}[r.Unit&3]}
}

// definitionsIn asks for definitions.
type definitionsIn struct {
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Most on a page."`
	After string `query:"after" maxLength:"64" doc:"Only those that follow this header: next_after of the page before."`
}

// Definitions is a part of the list of definitions.
type Definitions struct {
	Items []Definition `json:"items" nullable:"false" doc:"In alphabetical order, without the pages of their detectors."`
	Next  string       `json:"next_after,omitempty" doc:"Ask again with this as after for more. Absent on the last page."`
}

func (h *Handler) definitions(_ context.Context, in *definitionsIn) (Definitions, error) {
	detectors := h.o.Detectors()
	page := Definitions{Items: []Definition{}}
	for _, d := range h.sortedDefinitions() {
		if d.Header <= in.After {
			continue
		}
		if len(page.Items) == in.Limit {
			page.Next = page.Items[in.Limit-1].Header
			break
		}
		var detector *Detector
		if known, ok := detectors[d.Header]; ok {
			known.Limits, known.Sections = list(known.Limits), nil
			detector = &known
		}
		page.Items = append(page.Items, definitionOf(&d, detector))
	}
	return page, nil
}

// sortedDefinitions returns all, in the order that pages go by: definitions come and never go, so that none is passed over.
func (h *Handler) sortedDefinitions() []alert.DefinitionState {
	l := h.o.Ledger.Definitions()
	slices.SortFunc(l, func(a, b alert.DefinitionState) int { return cmp.Compare(a.Header, b.Header) })
	return l
}

// definitionIn asks for one definition.
type definitionIn struct {
	Header string `path:"header" maxLength:"64" doc:"Name of the definition, in any case."`
}

func (h *Handler) definition(_ context.Context, in *definitionIn) (Definition, error) {
	header := strings.ToUpper(in.Header)
	for _, d := range h.o.Ledger.Definitions() {
		if d.Header != header {
			continue
		}
		known, ok := h.o.Detectors()[header]
		if !ok {
			definition := definitionOf(&d, nil)
			definition.Sections = h.o.Sections(header)
			return definition, nil
		}
		known.Limits, known.Sections = list(known.Limits), h.o.Sections(header)
		return definitionOf(&d, &known), nil
	}
	return Definition{}, tocsin.Errorf(tocsin.NotFound, "There is no definition of that name: %s/definitions lists all.", root)
}
