package tocsin

// DeviceIndex finds the rule for a device among many: it takes one look-up for each mask that differs. It never
// changes, and its zero value holds no rule.
type DeviceIndex struct {
	rules  []DeviceRule
	groups []maskGroup
}

// maskGroup is the rules of one mask by the bits that count, of equal ones the first.
type maskGroup struct {
	mask  MAC
	rules map[MAC]int
}

// IndexDevices indexes those of rules that wanted chooses.
func IndexDevices(rules []DeviceRule, wanted func(DeviceRule) bool) DeviceIndex {
	var x DeviceIndex
	at := map[MAC]int{} // of the mask in groups
	for _, r := range rules {
		if !wanted(r) {
			continue
		}
		g, ok := at[r.Device.Mask]
		if !ok {
			g = len(x.groups)
			at[r.Device.Mask] = g
			x.groups = append(x.groups, maskGroup{r.Device.Mask, map[MAC]int{}})
		}
		key := masked(r.Device.Addr, r.Device.Mask)
		if _, ok := x.groups[g].rules[key]; !ok {
			x.groups[g].rules[key] = len(x.rules)
		}
		x.rules = append(x.rules, r)
	}
	return x
}

// Len returns how many rules there are.
func (x *DeviceIndex) Len() int { return len(x.rules) }

// Find returns the number of the first rule that means a, from 0, or -1.
func (x *DeviceIndex) Find(a MAC) int {
	first := -1
	for i := range x.groups {
		g := &x.groups[i]
		if n, ok := g.rules[masked(a, g.mask)]; ok && (first < 0 || n < first) {
			first = n
		}
	}
	return first
}

// Rule returns the rule of a number that Find returned.
func (x *DeviceIndex) Rule(n int) *DeviceRule { return &x.rules[n] }

func masked(a, mask MAC) MAC {
	for i := range a {
		a[i] &= mask[i]
	}
	return a
}
