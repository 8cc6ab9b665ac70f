// Package config reads config.yaml and the GOTONG_ environment over it, and reports every mistake at once.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Secret is a value that is never printed: not by %v, not in JSON, not in the log.
type Secret string

const hidden = "(secret)"

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString hides the value from %#v.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the value from JSON, YAML and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal gives the value to the one who signs in with it.
func (s Secret) Reveal() string { return string(s) }

// Config is the whole configuration. The keys are those of config.yaml, which explains each.
type Config struct {
	Listen      string    `koanf:"listen"`
	PublicURL   string    `koanf:"public_url"`
	Data        string    `koanf:"data"`
	OpenSandbox bool      `koanf:"embedded_servers_on_the_network"`
	DemoContent bool      `koanf:"demo_content"`
	Secretariat []string  `koanf:"secretariat"`
	Contact     string    `koanf:"contact"`
	Database    Database  `koanf:"database"`
	Storage     Storage   `koanf:"storage"`
	SignIn      SignIn    `koanf:"sign_in"`
	Uploads     Uploads   `koanf:"uploads"`
	Retention   Retention `koanf:"retention"`
	Reviews     Reviews   `koanf:"review"`
	Deadlines   Deadlines `koanf:"deadline_days"`
	Proxies     []string  `koanf:"trusted_proxies"`
	Log         Log       `koanf:"log"`
}

// Database names the document database.
type Database struct {
	Engine string `koanf:"engine"` // sqlite | mongodb
	URI    Secret `koanf:"uri"`
	Name   string `koanf:"name"`
}

// Storage names the object store.
type Storage struct {
	Engine    string `koanf:"engine"` // embedded | s3
	Endpoint  string `koanf:"endpoint"`
	Region    string `koanf:"region"`
	Bucket    string `koanf:"bucket"`
	AccessKey Secret `koanf:"access_key"`
	SecretKey Secret `koanf:"secret_key"`
	TLS       bool   `koanf:"tls"`

	Versioning        bool   `koanf:"versioning"`
	OlderVersionsDays int    `koanf:"older_versions_days"`
	ObjectLock        bool   `koanf:"object_lock"`
	Encryption        string `koanf:"encryption"` // "" | sse-s3 | kms:NAME
}

// SignIn names the identity providers.
type SignIn struct {
	Demo      bool       `koanf:"demo"`
	Domains   []string   `koanf:"email_domains"`
	Approve   bool       `koanf:"approve_accounts"`
	Country   string     `koanf:"country_header"`
	Providers []Provider `koanf:"providers"`
}

// Provider is one identity provider.
type Provider struct {
	Key          string `koanf:"key"`
	Name         string `koanf:"name"`
	Kind         string `koanf:"kind"` // oidc | google | microsoft | gitlab | github | gitea | discord
	Issuer       string `koanf:"issuer"`
	Tenant       string `koanf:"tenant"`
	ClientID     string `koanf:"client_id"`
	ClientSecret Secret `koanf:"client_secret"`
}

// Uploads bounds the files that people upload.
type Uploads struct {
	MaxMB     int    `koanf:"max_mb"`
	LargestMB int    `koanf:"largest_mb"` // of a file that comes in pieces
	ClamAV    string `koanf:"clamav"`     // unix:/path/of.sock or host:port; "" for none

	OrganizationGB int `koanf:"organization_gb"` // for all documents of one organisation; 0: no bound
}

// Retention says for how long what is not needed any more is kept, in days after its end.
type Retention struct {
	EveryHours           int `koanf:"every_hours"` // between two runs; 0: only by command
	DeclinedAccountsDays int `koanf:"declined_accounts_days"`
	RejectedPapersDays   int `koanf:"rejected_papers_days"`
	EndedTokensDays      int `koanf:"ended_tokens_days"`
}

// Reviews are the rules for proposals that no call asked for; a call has its own.
type Reviews struct {
	Reviewers int `koanf:"reviewers"`     // for each proposal
	Spread    int `koanf:"spread_points"` // of 100, between two reviews, that call for one more
}

// Log says how much is logged and in which form.
type Log struct {
	Level  string `koanf:"level"`  // debug | info | warn | error
	Format string `koanf:"format"` // text | json
}

// Default is the zero-setup configuration; the shipped config.yaml says the same.
func Default() Config {
	return Config{
		Listen: "127.0.0.1:8080", Data: "data", DemoContent: true,
		Database:  Database{Engine: "sqlite", Name: "gotong"},
		Storage:   Storage{Engine: "embedded", Bucket: "gotong", Region: "us-east-1", Versioning: true, OlderVersionsDays: 30, ObjectLock: true},
		SignIn:    SignIn{Demo: true, Domains: []string{}, Providers: []Provider{}},
		Uploads:   Uploads{MaxMB: 32, LargestMB: 2048, OrganizationGB: 20},
		Retention: Retention{EveryHours: 24, DeclinedAccountsDays: 90, RejectedPapersDays: 180, EndedTokensDays: 90},
		Reviews:   Reviews{Reviewers: 2, Spread: 20},
		Deadlines: usualDeadlines(),
		Log:       Log{Level: "info", Format: "text"},
	}
}

// Load reads the file (where it is "" and no ./config.yaml exists, the defaults), lays the environment over it and
// validates. The error lists every mistake, one a line, each with its key and what is allowed.
func Load(path string, environ []string) (Config, error) {
	cfg := Default()
	var mistakes []string
	if path == "" {
		if _, err := os.Stat("config.yaml"); err == nil {
			path = "config.yaml"
		}
	}
	if path != "" {
		mistakes = append(mistakes, readFile(path, &cfg)...)
	}
	mistakes = append(mistakes, readEnvironment(environ, &cfg)...)
	mistakes = append(mistakes, cfg.validate()...)
	if len(mistakes) > 0 {
		return cfg, errors.New("configuration:\n  " + strings.Join(mistakes, "\n  "))
	}
	return cfg, nil
}

func readFile(path string, cfg *Config) []string {
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		return []string{fmt.Sprintf("%s: %v", path, err)}
	}
	var mistakes []string
	known := knownKeys(reflect.TypeFor[Config](), "")
	for _, key := range k.Keys() {
		if !slices.Contains(known, key) {
			mistakes = append(mistakes, fmt.Sprintf("%s: unknown key; known are: %s", key, strings.Join(near(key, known), ", ")))
		}
	}
	for i, p := range k.Slices("sign_in.providers") {
		knownProvider := knownKeys(reflect.TypeFor[Provider](), "")
		for _, key := range p.Keys() {
			if !slices.Contains(knownProvider, key) {
				mistakes = append(mistakes, fmt.Sprintf("sign_in.providers[%d].%s: unknown key; known are: %s", i, key, strings.Join(knownProvider, ", ")))
			}
		}
	}
	err := k.UnmarshalWithConf("", cfg, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result: cfg, TagName: "koanf", ZeroFields: false,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(),
	}})
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			if line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "*")); line != "" && !strings.HasPrefix(line, "decoding failed") {
				mistakes = append(mistakes, line)
			}
		}
	}
	return mistakes
}

// knownKeys lists the leaf keys of a configuration struct.
func knownKeys(t reflect.Type, prefix string) []string {
	var keys []string
	for i := range t.NumField() {
		f := t.Field(i)
		key := prefix + f.Tag.Get("koanf")
		if f.Type.Kind() == reflect.Struct {
			keys = append(keys, knownKeys(f.Type, key+".")...)
			continue
		}
		keys = append(keys, key)
	}
	return keys
}

// near gives the known keys of the same section, all top-level ones where the section is unknown too.
func near(key string, known []string) []string {
	section := key[:strings.LastIndex(key, ".")+1]
	var out []string
	for _, k := range known {
		if strings.HasPrefix(k, section) && !strings.Contains(strings.TrimPrefix(k, section), ".") {
			out = append(out, k)
		}
	}
	if len(out) == 0 {
		return known
	}
	return out
}

// variables are the environment's names, each with the key that it overrides.
var variables = map[string]func(*Config, string) error{
	"GOTONG_LISTEN":             func(c *Config, v string) error { c.Listen = v; return nil },
	"GOTONG_DATA":               func(c *Config, v string) error { c.Data = v; return nil },
	"GOTONG_PUBLIC_URL":         func(c *Config, v string) error { c.PublicURL = v; return nil },
	"GOTONG_DEMO_CONTENT":       func(c *Config, v string) error { return setBool(&c.DemoContent, v) },
	"GOTONG_DATABASE_ENGINE":    func(c *Config, v string) error { c.Database.Engine = v; return nil },
	"GOTONG_DATABASE_URI":       func(c *Config, v string) error { c.Database.URI = Secret(v); return nil },
	"GOTONG_DATABASE_NAME":      func(c *Config, v string) error { c.Database.Name = v; return nil },
	"GOTONG_STORAGE_ENGINE":     func(c *Config, v string) error { c.Storage.Engine = v; return nil },
	"GOTONG_STORAGE_ENDPOINT":   func(c *Config, v string) error { c.Storage.Endpoint = v; return nil },
	"GOTONG_STORAGE_REGION":     func(c *Config, v string) error { c.Storage.Region = v; return nil },
	"GOTONG_STORAGE_BUCKET":     func(c *Config, v string) error { c.Storage.Bucket = v; return nil },
	"GOTONG_STORAGE_ACCESS_KEY": func(c *Config, v string) error { c.Storage.AccessKey = Secret(v); return nil },
	"GOTONG_STORAGE_SECRET_KEY": func(c *Config, v string) error { c.Storage.SecretKey = Secret(v); return nil },
	"GOTONG_STORAGE_TLS":        func(c *Config, v string) error { return setBool(&c.Storage.TLS, v) },
	"GOTONG_SIGN_IN_DEMO":       func(c *Config, v string) error { return setBool(&c.SignIn.Demo, v) },
	"GOTONG_OIDC_ISSUER":        func(c *Config, v string) error { c.environmentProvider().Issuer = v; return nil },
	"GOTONG_OIDC_CLIENT_ID":     func(c *Config, v string) error { c.environmentProvider().ClientID = v; return nil },
	"GOTONG_OIDC_CLIENT_SECRET": func(c *Config, v string) error { c.environmentProvider().ClientSecret = Secret(v); return nil },
	"GOTONG_UPLOADS_CLAMAV":     func(c *Config, v string) error { c.Uploads.ClamAV = v; return nil },
	"GOTONG_LOG_LEVEL":          func(c *Config, v string) error { c.Log.Level = v; return nil },
	"GOTONG_LOG_FORMAT":         func(c *Config, v string) error { c.Log.Format = v; return nil },
}

// environmentProvider is the one provider that the environment can name; it has the key "oidc".
func (c *Config) environmentProvider() *Provider {
	for i := range c.SignIn.Providers {
		if c.SignIn.Providers[i].Key == "oidc" {
			return &c.SignIn.Providers[i]
		}
	}
	c.SignIn.Providers = append(c.SignIn.Providers, Provider{Key: "oidc", Name: "OpenID Connect", Kind: "oidc"})
	return &c.SignIn.Providers[len(c.SignIn.Providers)-1]
}

func setBool(to *bool, v string) error {
	b, err := strconv.ParseBool(v)
	if err != nil {
		return errors.New("is not true or false")
	}
	*to = b
	return nil
}

func readEnvironment(environ []string, cfg *Config) []string {
	var mistakes []string
	sort.Strings(environ)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "GOTONG_") || strings.HasPrefix(name, "GOTONG_TEST_") {
			continue
		}
		set, ok := variables[name]
		if !ok {
			names := make([]string, 0, len(variables))
			for n := range variables {
				names = append(names, n)
			}
			sort.Strings(names)
			mistakes = append(mistakes, fmt.Sprintf("%s: unknown variable; known are: %s", name, strings.Join(names, ", ")))
			continue
		}
		if err := set(cfg, value); err != nil {
			mistakes = append(mistakes, fmt.Sprintf("%s: %v", name, err))
		}
	}
	return mistakes
}

func (c *Config) validate() []string {
	var m mistakes
	host, port, err := net.SplitHostPort(c.Listen)
	n, perr := strconv.Atoi(port)
	m.check(err == nil && perr == nil && n >= 0 && n <= 65535, "listen", "must be host:port, for example 127.0.0.1:8080")
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		m.check(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && (u.Path == "" || u.Path == "/") && u.RawQuery == "",
			"public_url", "must be http://host or https://host without a path, or empty")
	}
	m.check(c.Data != "", "data", "must name a folder")
	m.oneOf(c.Database.Engine, "database.engine", "sqlite", "mongodb")
	if c.Database.Engine == "mongodb" {
		uri := c.Database.URI.Reveal()
		m.check(strings.HasPrefix(uri, "mongodb://") || strings.HasPrefix(uri, "mongodb+srv://"), "database.uri", "must start with mongodb:// or mongodb+srv:// when database.engine is mongodb")
		m.check(c.Database.Name != "", "database.name", "must name the database")
	}
	m.oneOf(c.Storage.Engine, "storage.engine", "embedded", "s3")
	m.check(len(c.Storage.Bucket) >= 3, "storage.bucket", "must be a bucket name of at least 3 characters")
	if c.Storage.Engine == "s3" {
		m.check(c.Storage.Endpoint != "" && !strings.Contains(c.Storage.Endpoint, "://"), "storage.endpoint", "must be host:port without a scheme when storage.engine is s3 (storage.tls chooses https)")
		m.check(c.Storage.AccessKey != "", "storage.access_key", "must be set when storage.engine is s3")
		m.check(c.Storage.SecretKey != "", "storage.secret_key", "must be set when storage.engine is s3")
	}
	m.check(c.Storage.OlderVersionsDays >= 1 && c.Storage.OlderVersionsDays <= 3650, "storage.older_versions_days", "must be 1 to 3650")
	m.check(c.Storage.Encryption == "" || c.Storage.Encryption == "sse-s3" || strings.HasPrefix(c.Storage.Encryption, "kms:") && len(c.Storage.Encryption) > 4, "storage.encryption", "must be empty, sse-s3 or kms:NAME")
	m.check(c.Uploads.OrganizationGB >= 0 && c.Uploads.OrganizationGB <= 1<<20, "uploads.organization_gb", "must be 0 (no bound) to 1048576")
	m.check(c.Contact == "" || strings.Contains(c.Contact, "@") && !strings.ContainsAny(c.Contact, " <>,;"), "contact", "must be one e-mail address, or empty")
	c.validateSignIn(&m)
	m.check(c.Uploads.MaxMB >= 1 && c.Uploads.MaxMB <= 256, "uploads.max_mb", "must be 1 to 256")
	_, _, errClam := net.SplitHostPort(c.Uploads.ClamAV)
	m.check(c.Uploads.ClamAV == "" || strings.HasPrefix(c.Uploads.ClamAV, "unix:/") || errClam == nil, "uploads.clamav", "must be unix:/path/of/the.sock or host:port")
	m.check(c.Uploads.LargestMB >= c.Uploads.MaxMB && c.Uploads.LargestMB <= 2048, "uploads.largest_mb", "must be uploads.max_mb to 2048")
	m.check(c.Retention.EveryHours >= 0 && c.Retention.EveryHours <= 24*31, "retention.every_hours", "must be 0 (only by command) to 744")
	for key, days := range map[string]int{"declined_accounts_days": c.Retention.DeclinedAccountsDays, "rejected_papers_days": c.Retention.RejectedPapersDays, "ended_tokens_days": c.Retention.EndedTokensDays} {
		m.check(days >= 1 && days <= 3650, "retention."+key, "must be 1 to 3650")
	}
	c.Deadlines.validate(&m)
	m.check(c.Reviews.Reviewers >= 2 && c.Reviews.Reviewers <= 5, "review.reviewers", "must be 2 to 5")
	m.check(c.Reviews.Spread >= 5 && c.Reviews.Spread <= 80, "review.spread_points", "must be 5 to 80")
	for i, p := range c.Proxies {
		_, errAddr := netip.ParseAddr(p)
		_, errNet := netip.ParsePrefix(p)
		m.check(errAddr == nil || errNet == nil, fmt.Sprintf("trusted_proxies[%d]", i), "must be an address or a network such as 10.0.0.0/8")
	}
	m.oneOf(c.Log.Level, "log.level", "debug", "info", "warn", "error")
	m.oneOf(c.Log.Format, "log.format", "text", "json")
	if err == nil && !loopback(host) && !c.OpenSandbox {
		if used := c.embedded(); len(used) > 0 {
			m.add("listen", fmt.Sprintf("%s is not a loopback address, but %s: name real servers, listen on 127.0.0.1, or set embedded_servers_on_the_network: true", c.Listen, strings.Join(used, " and ")))
		}
	}
	return m
}

func (c *Config) validateSignIn(m *mistakes) {
	m.check(c.SignIn.Demo || len(c.SignIn.Providers) > 0, "sign_in", "must have a provider, or demo: true for the embedded one")
	for i, d := range c.SignIn.Domains {
		m.check(strings.Contains(d, ".") && !strings.ContainsAny(d, "@/ "), fmt.Sprintf("sign_in.email_domains[%d]", i), "must be a domain such as kalbarprov.go.id")
	}
	keys := map[string]bool{}
	for i, p := range c.SignIn.Providers {
		at := fmt.Sprintf("sign_in.providers[%d].", i)
		m.check(p.Key != "" && p.Key != "demo" && !keys[p.Key] && strings.Trim(p.Key, "abcdefghijklmnopqrstuvwxyz0123456789-") == "", at+"key", "must be a word of its own in lower case (not demo)")
		keys[p.Key] = true
		m.oneOf(p.Kind, at+"kind", "oidc", "google", "microsoft", "gitlab", "github", "gitea", "discord")
		if p.Kind == "oidc" {
			u, err := url.Parse(p.Issuer)
			m.check(err == nil && u.Scheme != "" && u.Host != "", at+"issuer", "must be the issuer's address, for example https://login.example.go.id/realms/gotong")
		}
		m.check(p.ClientID != "", at+"client_id", "must be set")
		m.check(p.ClientSecret != "", at+"client_secret", "must be set")
	}
}

// embedded lists in words the embedded servers that this configuration uses and that must stay on one machine.
func (c *Config) embedded() []string {
	var used []string
	if c.Storage.Engine == "embedded" {
		used = append(used, "storage.engine is embedded")
	}
	if c.SignIn.Demo {
		used = append(used, "sign_in.demo lets anyone sign in as anybody")
	}
	return used
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

type mistakes []string

func (m *mistakes) add(key, text string) { *m = append(*m, key+": "+text) }

func (m *mistakes) check(ok bool, key, text string) {
	if !ok {
		m.add(key, text)
	}
}

func (m *mistakes) oneOf(value, key string, allowed ...string) {
	m.check(slices.Contains(allowed, value), key, fmt.Sprintf("is %q; allowed: %s", value, strings.Join(allowed, ", ")))
}
