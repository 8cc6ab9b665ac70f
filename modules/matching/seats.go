package matching

import (
	"math"

	"gotong/modules/domain"
)

// seat is a place of domain.Seats.
type seat struct {
	region   domain.RegionCode
	name     string
	lat, lon float64
}

var seats = func() (list [len(domain.Seats)]seat) {
	for i, s := range domain.Seats {
		list[i] = seat{s.Region, s.Name, s.Lat, s.Lon}
	}
	return list
}()

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
