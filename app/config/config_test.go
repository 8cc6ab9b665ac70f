package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func load(t *testing.T, text string, environ ...string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path, environ)
}

func TestShippedFileSaysTheDefaults(t *testing.T) {
	cfg, err := Load("../../config.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := Default(); !reflect.DeepEqual(normal(cfg), normal(want)) {
		t.Errorf("config.yaml differs from the defaults:\n%+v\n%+v", cfg, want)
	}
}

// normal makes empty and missing lists equal.
func normal(c Config) Config {
	if len(c.Secretariat) == 0 {
		c.Secretariat = nil
	}
	if len(c.Proxies) == 0 {
		c.Proxies = nil
	}
	if len(c.SignIn.Providers) == 0 {
		c.SignIn.Providers = nil
	}
	return c
}

func TestShippedFileExplainsEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range append(knownKeys(reflect.TypeFor[Config](), ""), knownKeys(reflect.TypeFor[Provider](), "")...) {
		name := key[strings.LastIndex(key, ".")+1:]
		if !strings.Contains(string(text), name+":") {
			t.Errorf("config.yaml does not mention %s", key)
		}
	}
}

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	_, err := load(t, `
listen: nowhere
databse: {engine: sqlite}
database: {engine: oracle}
storage: {engine: s3, endpoint: "http://minio:9000", buckets: x}
sign_in: {demo: false, providers: [{key: A, kind: saml, colour: red}]}
log: {level: loud}
uploads: {max_mb: many}
trusted_proxies: [everyone]
deadline_days: {decide: 0, verify_need: 500}
`, "GOTONG_LISTN=1", "GOTONG_STORAGE_TLS=perhaps")
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"databse.engine: unknown key", "storage.buckets: unknown key", `database.engine: is "oracle"; allowed: sqlite, mongodb`,
		"listen: must be host:port", "storage.endpoint: must be host:port without a scheme", "storage.access_key: must be set",
		"sign_in.providers[0].key", "sign_in.providers[0].kind", "sign_in.providers[0].colour: unknown key", "sign_in.providers[0].client_id",
		"deadline_days.decide: must be 1 to 365", "deadline_days.verify_need: must be 1 to 365", "log.level", "max_mb", "trusted_proxies[0]", "GOTONG_LISTN: unknown variable", "GOTONG_STORAGE_TLS: is not true or false",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in\n%v", want, err)
		}
	}
}

func TestEnvironmentOverTheFile(t *testing.T) {
	cfg, err := load(t, "listen: 127.0.0.1:9000\n",
		"GOTONG_LISTEN=127.0.0.1:9001", "GOTONG_DATABASE_ENGINE=mongodb", "GOTONG_DATABASE_URI=mongodb://user:hush@db/",
		"GOTONG_OIDC_ISSUER=https://id.example", "GOTONG_OIDC_CLIENT_ID=c", "GOTONG_OIDC_CLIENT_SECRET=hush", "GOTONG_TEST_MONGO_URI=x")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Listen != "127.0.0.1:9001" || cfg.Database.URI.Reveal() != "mongodb://user:hush@db/" || len(cfg.SignIn.Providers) != 1 {
		t.Errorf("%+v", cfg)
	}
	asJSON, _ := json.Marshal(cfg)
	for _, text := range []string{fmt.Sprintf("%v", cfg), fmt.Sprintf("%+v", cfg), fmt.Sprintf("%#v", cfg), string(asJSON)} {
		if strings.Contains(text, "hush") {
			t.Errorf("a secret is printed: %s", text)
		}
	}
}

func TestEmbeddedServersStayOnThisMachine(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:8080", ":8080", "192.168.1.5:80"} {
		if _, err := load(t, "listen: "+listen+"\n"); err == nil || !strings.Contains(err.Error(), "embedded_servers_on_the_network") {
			t.Errorf("%s: %v", listen, err)
		}
		if _, err := load(t, "listen: "+listen+"\nembedded_servers_on_the_network: true\n"); err != nil {
			t.Errorf("%s with the words: %v", listen, err)
		}
	}
	if _, err := load(t, "listen: '[::1]:8080'\n"); err != nil {
		t.Error(err)
	}
}

func TestPlaceAndDeadlinesFromTheFile(t *testing.T) {
	cfg, err := load(t, "sign_in: {country_header: CF-IPCountry}\ntrusted_proxies: [10.0.0.0/8, 127.0.0.1]\ndeadline_days: {verify_need: 10}\n")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.SignIn.Country != "CF-IPCountry" || len(cfg.Proxies) != 2 || cfg.Deadlines.VerifyNeed != 10 || cfg.Deadlines.Decide != 7 {
		t.Errorf("%+v", cfg)
	}
}
