package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Names of the file formats.
const (
	FormatPlan = "gotong-plan/1"
	FormatGAP  = "gotong-gap/1"
)

type planFile struct {
	Format      field   `json:"format"`
	Sense       field   `json:"sense"`
	Units       field   `json:"units"`
	Initiatives []field `json:"initiatives"`
	Villages    []field `json:"villages"`
	Needs       []field `json:"needs"`
	Pairs       []field `json:"pairs"`
	Fairness    field   `json:"fairness"`
	Limits      field   `json:"limits"`
}

type fileInitiative struct {
	ID         field            `json:"id"`
	Org        field            `json:"org"`
	Verified   field            `json:"verified"`
	Budget     field            `json:"budget_idr"`
	Reach      field            `json:"reach_units"`
	Staff      field            `json:"staff_days"`
	Window     field            `json:"window"`
	Area       field            `json:"area"`
	Categories field            `json:"categories"`
	Resources  map[string]field `json:"resources"`
}

type fileVillage struct {
	ID     field `json:"id"`
	Weight field `json:"weight"`
	Cap    field `json:"cap_units"`
	Floor  field `json:"floor_units"`
	Bonus  field `json:"floor_bonus"`
}

type fileNeed struct {
	ID        field `json:"id"`
	Village   field `json:"village"`
	Category  field `json:"category"`
	Unit      field `json:"unit"`
	Quantity  field `json:"quantity"`
	Divisible field `json:"divisible"`
	Lot       field `json:"min_lot"`
	Suppliers field `json:"max_suppliers"`
	Urgency   field `json:"urgency"`
	Deadline  field `json:"deadline"`
	Must      field `json:"must_assign"`
}

type filePair struct {
	I          field            `json:"i"`
	N          field            `json:"n"`
	Value      field            `json:"value"`
	Cost       field            `json:"cost_idr"`
	Setup      field            `json:"setup_idr"`
	StaffUnit  field            `json:"staff_per_unit"`
	StaffSetup field            `json:"setup_staff"`
	Min        field            `json:"min"`
	Max        field            `json:"max"`
	Use        map[string]field `json:"use"`
}

// Format tells which of the formats a JSON file has, without reading the rest strictly. Unknown: Problems.
func Format(text []byte) (string, error) {
	var head struct {
		Format field `json:"format"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return "", syntax(err)
	}
	r := reader{}
	name := r.text(head.Format, "/format", true)
	if len(r.problems) == 0 && name != FormatPlan && name != FormatGAP {
		r.problems.add("/format", "must be %q or %q, not %q", FormatPlan, FormatGAP, name)
	}
	return name, r.problems.err()
}

func syntax(err error) error {
	var s *json.SyntaxError
	if errors.As(err, &s) {
		return Problems{{fmt.Sprintf("byte %d", s.Offset), "is not JSON: " + s.Error()}}
	}
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return Problems{{"/" + t.Field, "must be " + kind(t.Type.Kind().String()) + ", not " + t.Value}}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return Problems{{"", "the file ends too early"}}
	}
	return Problems{{"", err.Error()}}
}

func kind(k string) string {
	if k == "slice" {
		return "a list"
	}
	return "an object"
}

// Read understands a gotong-plan/1 file. A mistake gives Problems, each with a JSON pointer.
func Read(text []byte) (*Instance, error) {
	if _, err := Format(text); err != nil {
		return nil, err
	}
	var file planFile
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, syntax(err)
	}
	b := builder{resources: map[string]int{}}
	b.head(file)
	for k, f := range file.Initiatives {
		b.initiative(f, "/initiatives/"+strconv.Itoa(k))
	}
	for k, f := range file.Villages {
		b.village(f, "/villages/"+strconv.Itoa(k))
	}
	for k, f := range file.Needs {
		b.need(f, "/needs/"+strconv.Itoa(k))
	}
	if len(b.problems) > 0 {
		return nil, b.problems // pairs to ids that were refused would only repeat it
	}
	b.index()
	for k, f := range file.Pairs {
		b.pair(f, "/pairs/"+strconv.Itoa(k))
	}
	b.caps(file)
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	in := &Instance{Money: b.money, Quantity: b.quantity, Staff: b.staff, Floor: b.floor, Limits: b.limits}
	b.canonical(in)
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	return in, nil
}

func (b *builder) head(file planFile) {
	if s := b.text(file.Sense, "/sense", false); s != "" && s != "max" {
		b.problems.add("/sense", "must be \"max\" in this format, not %q", s)
	}
	var units struct {
		Money    field `json:"money"`
		Quantity field `json:"quantity"`
		Staff    field `json:"staff"`
	}
	if given(file.Units) && b.object(file.Units, "/units", &units) {
		b.money, b.quantity, b.staff = b.text(units.Money, "/units/money", false), b.text(units.Quantity, "/units/quantity", false), b.text(units.Staff, "/units/staff", false)
	}
	if b.money == "" {
		b.money = "IDR"
	}
	if b.money != "IDR" {
		b.problems.add("/units/money", "must be IDR, not %q", b.money)
	}
	if b.quantity == "" {
		b.quantity = "household"
	}
	if b.staff == "" {
		b.staff = "person_day"
	}
	b.limits = b.readLimits(file.Limits)
}

func (r *reader) readLimits(f field) Limits {
	var limits struct {
		Time field `json:"time_s"`
		Gap  field `json:"target_gap"`
		Seed field `json:"seed"`
	}
	if !given(f) || !r.object(f, "/limits", &limits) {
		return Limits{}
	}
	return Limits{
		Seconds:   float64(r.decimal(limits.Time, "/limits/time_s", 1e6*Micro, 0)) / Micro,
		TargetGap: float64(r.decimal(limits.Gap, "/limits/target_gap", Micro, 0)) / Micro,
		Seed:      uint64(r.integer(limits.Seed, "/limits/seed", 0, 1<<53, 0)),
	}
}

var areaCode = regexp.MustCompile(`^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$`)

func (r *reader) date(s, pointer string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		r.problems.add(pointer, "must be a date like 2027-01-31, not %q", s)
	}
	return t
}

func (b *builder) initiative(f field, at string) {
	var file fileInitiative
	if !b.object(f, at, &file) {
		return
	}
	id := b.text(file.ID, at+"/id", true)
	one := rawInitiative{Initiative: Initiative{ID: id, Org: b.text(file.Org, at+"/org", false), Verified: b.truth(file.Verified, at+"/verified", false)}}
	if _, ok := b.initiatives[id]; ok {
		b.problems.add(at+"/id", "the initiative %q stands twice", id)
	}
	one.budget = b.integer(file.Budget, at+"/budget_idr", 0, MaxMoney, NoLimit)
	one.reach = b.integer(file.Reach, at+"/reach_units", 0, MaxMoney, NoLimit)
	one.staff = b.decimal(file.Staff, at+"/staff_days", MaxQuantity*Micro, NoLimit)
	if window := b.texts(file.Window, at+"/window"); len(window) > 0 {
		if len(window) != 2 {
			b.problems.add(at+"/window", "must have a first and a last day")
		} else if from, to := b.date(window[0], at+"/window/0"), b.date(window[1], at+"/window/1"); to.Before(from) {
			b.problems.add(at+"/window", "ends before it begins")
		}
	}
	for k, code := range b.texts(file.Area, at+"/area") {
		if !areaCode.MatchString(code) {
			b.problems.add(at+"/area/"+strconv.Itoa(k), "must be a region code like 61.01, not %q", code)
		}
	}
	b.texts(file.Categories, at+"/categories")
	for name, value := range file.Resources {
		if one.resources == nil {
			one.resources = map[string]int64{}
		}
		one.resources[name] = b.integer(value, at+"/resources/"+escape(name), 0, MaxMoney, NoLimit)
		b.resources[name] = 0
	}
	if b.initiatives == nil {
		b.initiatives = map[string]int{}
	}
	b.initiatives[id] = len(b.ini)
	b.ini = append(b.ini, one)
}

func (b *builder) village(f field, at string) {
	var file fileVillage
	if !b.object(f, at, &file) {
		return
	}
	one := rawVillage{at: at}
	one.ID = b.text(file.ID, at+"/id", true)
	if _, ok := b.villages[one.ID]; ok {
		b.problems.add(at+"/id", "the village %q stands twice", one.ID)
	}
	one.Weight = float64(b.decimal(file.Weight, at+"/weight", MaxValue, Micro)) / Micro
	one.Cap = b.integer(file.Cap, at+"/cap_units", 0, MaxMoney, NoLimit)
	one.Floor = b.integer(file.Floor, at+"/floor_units", 0, MaxMoney, 0)
	one.Bonus = b.decimal(file.Bonus, at+"/floor_bonus", MaxMoney, 0)
	if b.villages == nil {
		b.villages = map[string]int{}
	}
	b.villages[one.ID] = len(b.vil)
	b.vil = append(b.vil, one)
}

func (b *builder) need(f field, at string) {
	var file fileNeed
	if !b.object(f, at, &file) {
		return
	}
	one := rawNeed{at: at, unit: b.text(file.Unit, at+"/unit", false)}
	one.ID = b.text(file.ID, at+"/id", true)
	if _, ok := b.needs[one.ID]; ok {
		b.problems.add(at+"/id", "the need %q stands twice", one.ID)
	}
	village := b.text(file.Village, at+"/village", true)
	v, ok := b.villages[village]
	if !ok && village != "" {
		b.problems.add(at+"/village", "no village has the id %q", village)
	}
	one.Village = int32(v)
	one.Category = b.text(file.Category, at+"/category", false)
	if !given(file.Quantity) {
		b.problems.add(at+"/quantity", "is missing")
	}
	one.Quantity = b.integer(file.Quantity, at+"/quantity", 1, MaxQuantity, 1)
	one.Divisible = b.truth(file.Divisible, at+"/divisible", true)
	one.lot = b.integer(file.Lot, at+"/min_lot", 1, one.Quantity, 1)
	one.Suppliers = int32(b.integer(file.Suppliers, at+"/max_suppliers", 1, MaxQuantity, MaxQuantity))
	one.Urgency = float64(b.decimal(file.Urgency, at+"/urgency", MaxValue, Micro)) / Micro
	if d := b.text(file.Deadline, at+"/deadline", false); d != "" {
		b.date(d, at+"/deadline")
	}
	one.Must = b.truth(file.Must, at+"/must_assign", false)
	if !one.Divisible {
		one.lot, one.Suppliers = one.Quantity, 1
	}
	if b.needs == nil {
		b.needs = map[string]int{}
	}
	b.needs[one.ID] = len(b.nds)
	b.nds = append(b.nds, one)
}

func (b *builder) pair(f field, at string) {
	var file filePair
	if !b.object(f, at, &file) {
		return
	}
	i, okI := b.initiatives[b.text(file.I, at+"/i", true)]
	n, okN := b.needs[b.text(file.N, at+"/n", true)]
	if !okI {
		b.problems.add(at+"/i", "no initiative has the id %s", short(file.I))
	}
	if !okN {
		b.problems.add(at+"/n", "no need has the id %s", short(file.N))
	}
	if !okI || !okN {
		return
	}
	need := &b.nds[n]
	one := rawPair{Pair: Pair{I: int32(i), N: int32(n)}, at: at}
	if !given(file.Value) {
		b.problems.add(at+"/value", "is missing")
	}
	one.Value = b.decimal(file.Value, at+"/value", MaxValue, 0)
	one.cost = b.integer(file.Cost, at+"/cost_idr", 0, MaxMoney, 0)
	one.setup = b.integer(file.Setup, at+"/setup_idr", 0, MaxMoney, 0)
	one.staffUnit = b.decimal(file.StaffUnit, at+"/staff_per_unit", MaxQuantity*Micro, 0)
	one.staffSetup = b.decimal(file.StaffSetup, at+"/setup_staff", MaxQuantity*Micro, 0)
	most := b.integer(file.Max, at+"/max", 1, MaxQuantity, need.Quantity)
	least := b.integer(file.Min, at+"/min", 1, MaxQuantity, 1)
	switch {
	case most > need.Quantity:
		b.problems.add(at+"/max", "%d is more than the need's quantity %d", most, need.Quantity)
	case least > most:
		b.problems.add(at+"/min", "%d is more than max %d", least, most)
	case !need.Divisible && most < need.Quantity:
		b.problems.add(at+"/max", "the need is indivisible: max must be its quantity %d, not %d", need.Quantity, most)
	}
	one.Min, one.Max = int32(max(least, need.lot)), int32(most)
	for name, value := range file.Use {
		k, ok := b.resources[name]
		if !ok {
			b.problems.add(at+"/use/"+escape(name), "no initiative has this resource")
			continue
		}
		if one.use == nil {
			one.use = make([]int64, len(b.resources))
		}
		one.use[k] = b.integer(value, at+"/use/"+escape(name), 0, MaxMoney, 0)
	}
	for _, use := range append([]int64{one.cost, one.staffUnit, one.Value}, one.use...) {
		if hi, lo := bits.Mul64(uint64(use), uint64(most)); hi != 0 || lo > 1<<60 {
			b.problems.add(at, "what one unit uses times max is too large to count")
		}
	}
	b.prs = append(b.prs, one)
}

// index numbers the resources by name, so that pairs can use them.
func (b *builder) index() {
	b.names = b.names[:0]
	for name := range b.resources {
		b.names = append(b.names, name)
	}
	slices.Sort(b.names)
	for k, name := range b.names {
		b.resources[name] = k
	}
}
