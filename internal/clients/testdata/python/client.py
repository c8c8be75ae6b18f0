"""What three Python clients of Kismet do, with requests and with the standard library alone.

Each step prints what was sent and got; a wrong answer ends the program with an error.
"""

import base64
import json
import sys
import time
import urllib.request

import requests

BASE, USER, PASSWORD = "http://" + sys.argv[1], sys.argv[2], sys.argv[3]


def say(r):
    body = r.request.body or ""
    print("> %s %s %s" % (r.request.method, r.request.path_url, body))
    print("< %d %s %.300s" % (r.status_code, r.headers.get("Content-Type"), r.text.replace("\n", "\\n")))


def want(what, ok):
    if not ok:
        sys.exit("WRONG: " + what)


def library():
    """The library of Kismet's authors: form bodies, streams of lines, times without padding, the cookie kept."""
    print("# library")
    s = requests.Session()
    s.auth = (USER, PASSWORD)

    def post(path, obj):
        r = s.post(BASE + "/" + path, data={"json": json.dumps(obj)}, allow_redirects=False)
        say(r)
        return r

    def lines(path):
        r = s.get(BASE + "/" + path, stream=True)
        print("> GET /" + path)
        want("status %d of %s" % (r.status_code, path), r.status_code == 200)
        got = [json.loads(line) for line in r.iter_lines() if line]
        print("< %d lines" % len(got))
        return got

    r = s.get(BASE + "/session/check_session")
    say(r)
    want("session", r.status_code == 200)
    want("a cookie", s.cookies.get("KISMET"))
    s.auth = None  # from here on the cookie alone
    r = s.get(BASE + "/session/check_session")
    want("session by cookie", r.status_code == 200)
    r = s.get(BASE + "/system/status.json")
    say(r)
    status = r.json()
    want("status", status["kismet.system.memory.rss"] > 1000 and status["kismet.system.battery.charging"])
    want("history", len(status["kismet.system.memory.rrd"]["kismet.common.rrd.minute_vec"]) == 60)

    first = lines("alerts/last-time/0.0/alerts.itjson")
    want("alerts of the capture", len(first) > 0)

    # The library gives neither class nor severity.
    bare = {"name": "BARE", "description": "without class", "throttle": "10/min", "burst": "1/sec"}
    r = post("alerts/definitions/define_alert.cmd", bare)
    print("# a definition without class and severity: %d" % r.status_code)
    want("defined with defaults", r.status_code == 200)

    full = dict(bare, name="LIBRARY", **{"class": "OTHER", "severity": 5, "throttle": "100/min", "burst": "100/sec"})
    r = post("alerts/definitions/define_alert.cmd", full)
    want("defined", r.status_code == 200)
    r = post("alerts/definitions/define_alert.cmd", full)
    want("defined once", r.status_code == 503)
    # The old name of the path, with all that it can give.
    r = post("alerts/raise_alert.cmd", {
        "name": "LIBRARY", "text": "one & two = 50% + ü", "bssid": "aa:bb:cc:dd:ee:ff", "source": "00:11:22:33:44:55",
        "channel": "6HT40",
    })
    want("raised", r.status_code == 200)

    last = first[-1]["kismet.alert.timestamp"]
    sec, usec = int(last), int(round((last % 1) * 1e6))
    mine = [a for a in lines("alerts/last-time/%d.%d/alerts.itjson" % (sec, 0)) if a["kismet.alert.header"] == "LIBRARY"]
    want("the alert raised", len(mine) == 1)
    a = mine[0]
    want("its text", a["kismet.alert.text"] == "one & two = 50% + ü")
    want("its addresses", a["kismet.alert.transmitter_mac"] == "AA:BB:CC:DD:EE:FF" and a["kismet.alert.channel"] == "6HT40")
    # 5 microseconds are written as .5, half a second: the client asks for less than it believes, and gets an answer.
    lines("alerts/last-time/%d.%d/alerts.itjson" % (sec, usec))

    r = s.get(BASE + "/messagebus/last-time/0.0/messages.json")
    say(r)
    want("the message of the alert", any(
        m["kismet.messagebus.message_string"].startswith("LIBRARY ") for m in r.json()["kismet.messagebus.list"]))
    r = requests.get(BASE + "/alerts/all_alerts.json")
    say(r)
    want("nobody is refused", r.status_code == 401)


def home():
    """A home dashboard: JSON bodies, the new name of the path, alerts by their hash."""
    print("# home")
    s = requests.Session()
    r = s.get(BASE + "/session/check_session", auth=(USER, PASSWORD))
    say(r)
    cookies = {"KISMET": r.cookies["KISMET"]}
    definition = {"name": "HOME", "description": "test alert", "throttle": "10/min", "burst": "10/min", "severity": 5, "class": "SYSTEM"}
    r = requests.post(BASE + "/alerts/definitions/define_alert.cmd", json=definition, cookies=cookies)
    say(r)
    want("defined", r.status_code == 200)
    r = requests.post(BASE + "/alerts/raise_alerts.cmd", json={"name": "HOME", "text": "hello"}, cookies=cookies)
    say(r)
    want("raised", r.status_code == 200)
    r = requests.get(BASE + "/alerts/definitions.json", cookies=cookies)
    print("> GET /alerts/definitions.json\n< %d definitions" % len(r.json()))
    want("definition", any(d["kismet.alert.definition.header"] == "HOME" for d in r.json()))
    all_alerts = requests.get(BASE + "/alerts/all_alerts.json", cookies=cookies).json()
    mine = [a for a in all_alerts if a["kismet.alert.header"] == "HOME"]
    want("alert", len(mine) == 1)
    r = requests.get(BASE + "/alerts/by-id/%d/alert.json" % mine[0]["kismet.alert.hash"], cookies=cookies)
    say(r)
    want("by id", r.json()["kismet.alert.text"] == "hello")
    r = requests.get(BASE + "/alerts/by-id/1/alert.json", cookies=cookies)
    say(r)
    want("an unknown hash", r.status_code == 404 and r.json() == {})
    r = requests.get(BASE + "/alerts/all_alerts.prettyjson", cookies=cookies)
    want("descriptions", "description.kismet.alert.header" in r.json()[0])


def connector():
    """A connector to a SIEM: it polls everything by Basic, and reads five members."""
    print("# connector")
    r = requests.get(BASE + "/alerts/all_alerts.json", auth=(USER, PASSWORD))
    print("> GET /alerts/all_alerts.json\n< %d alerts" % len(r.json()))
    for a in r.json():
        float(a["kismet.alert.timestamp"])
        int(a["kismet.alert.severity"])
        for member in ("header", "text", "source_mac"):
            want(member, isinstance(a["kismet.alert." + member], str))


def bridge():
    """A bridge with the standard library: a bare list since a time with a fraction, the time as a number with one."""
    print("# bridge")
    login = base64.b64encode((USER + ":" + PASSWORD).encode()).decode()
    since = time.time() - 3600
    for _ in range(2):
        url = BASE + "/alerts/last-time/%s/alerts.json" % since
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": "Basic " + login}), timeout=5) as r:
            got = json.load(r)
        print("> GET %s\n< %d alerts" % (url[len(BASE):], len(got)))
        want("a bare list", isinstance(got, list))
        if got:
            want("times", all(isinstance(a["kismet.alert.timestamp"], (int, float)) for a in got))
            since = max(a["kismet.alert.timestamp"] for a in got)
    want("nothing is told twice", got == [])


library()
home()
connector()
bridge()
print("done")
