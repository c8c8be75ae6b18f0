package v1_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

const manual = "../../docs/api.md"

var (
	example = regexp.MustCompile("(?s)```sh\n\\$ (curl [^\n]*)\n```\n\n```(json|text)\n(.*?)```\n")
	word    = regexp.MustCompile(`'([^']*)'|(\S+)`)
)

// curl does what the command line says against s. An ID is that of what its path lists.
func curl(t *testing.T, s *server, line string) ask {
	t.Helper()
	page := get[v1.Page[v1.Alert]](t, s, "/api/v1/alerts?severity=HIGH&class=denial&limit=1")
	names := []string{"CURSOR", page.Next, "/alerts/ID", "/alerts/" + page.Items[0].ID}
	if list := get[v1.Page[v1.Incident]](t, s, "/api/v1/incidents?header=APSPOOF").Items; len(list) > 0 {
		names = append(names, "/incidents/ID", "/incidents/"+list[0].ID)
	}
	if list := get[v1.Page[v1.Silence]](t, s, "/api/v1/silences").Items; len(list) > 0 {
		names = append(names, "/silences/ID", "/silences/"+list[0].ID)
	}
	q := ask{}
	var words []string
	for _, m := range word.FindAllStringSubmatch(strings.NewReplacer(names...).Replace(line), -1) {
		words = append(words, m[1]+m[2])
	}
	for i := 1; i < len(words); i++ {
		switch w := words[i]; {
		case w == "-N":
		case w == "-u" && words[i+1] == "admin:PASSWORD":
			q.as = "password"
			i++
		case w == "-H" && words[i+1] == "Authorization: Bearer TOKEN":
			q.as = "reader"
			i++
		case w == "-X":
			i++
			q.method = words[i]
		case w == "--json":
			i++
			q.method, q.body = "POST", words[i]
		case strings.HasPrefix(w, "http://SERVER:2501/"):
			q.path = strings.TrimPrefix(w, "http://SERVER:2501")
		default:
			t.Fatalf("%s: the test does not know %s", line, w)
		}
	}
	if q.method != "" {
		q.as = "ann"
	}
	return q
}

// TestExamplesOfTheManual runs every curl of docs/api.md and compares the answer with what follows it.
func TestExamplesOfTheManual(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	s := busy(t)
	s.logIn(t)
	n := 0
	got := example.ReplaceAllFunc(text, func(block []byte) []byte {
		n++
		m := example.FindSubmatch(block)
		line, form := string(m[1]), string(m[2])
		answer := ""
		if form == "text" {
			answer = streamed(t, line)
		} else {
			var b bytes.Buffer
			if err := json.Indent(&b, s.do(curl(t, s, line)).Body.Bytes(), "", "  "); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			answer = b.String()
		}
		return []byte("```sh\n$ " + line + "\n```\n\n```" + form + "\n" + strings.TrimSpace(answer) + "\n```\n")
	})
	if all := strings.Count(string(text), "$ curl"); n != all {
		t.Errorf("%d examples were run of %d: each needs an answer below it", n, all)
	}
	golden(t, manual, got)
}

// streamed returns what the stream of line says of one alert.
func streamed(t *testing.T, line string) (text string) {
	synctest.Test(t, func(t *testing.T) {
		s := busy(t)
		s.running(t)
		q := curl(t, s, line)
		q.path = strings.TrimPrefix(q.path, "/api/v1/events")
		c := s.open(t, q)
		s.found(&apspoof, 0x0b, `02:00:00:00:00:0B advertises "CorpNet" and is not ours`)
		time.Sleep(time.Second)
		c.events()
		text = c.text.String()
	})
	return text
}

// TestManualNamesEveryPath holds the manual against the description.
func TestManualNamesEveryPath(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	for path := range readDescription(t).at("paths") {
		path = strings.NewReplacer("{id}", "ID", "{header}", "HEADER").Replace(path)
		if !strings.Contains(string(text), "`"+path+"`") && !strings.Contains(string(text), path+"'") {
			t.Errorf("docs/api.md does not name %s", path)
		}
	}
}
