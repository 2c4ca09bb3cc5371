package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// asking is how many patients ask while messages are sent.
const asking = 4

// people makes who asks and who answers, and gives their tokens: patients with a chart
// each, and a nurse in the pool that is joined to every chart. Nobody signs in here, so
// no administrator can put her there.
func (s *site) people(ctx context.Context, system string) (patients []string, nurse string, err error) {
	n := s.nodes[0]
	for i := range asking {
		chart := uuid.NewString()
		if err := n.put(ctx, system, "/fhir/Patient/"+chart, `{"resourceType":"Patient","id":"`+chart+`","name":[{"family":"Load"}],"birthDate":"1960-01-01"}`); err != nil {
			return nil, "", err
		}
		token, err := n.person(ctx, fmt.Sprintf("p%d@faults.test", i+1), "--patient", chart)
		if err != nil {
			return nil, "", err
		}
		patients = append(patients, token)
	}
	if nurse, err = n.person(ctx, "nurse@faults.test", "--role", "nurse"); err != nil {
		return nil, "", err
	}
	db, err := sql.Open("pgx", s.database.URL)
	if err != nil {
		return nil, "", err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `INSERT INTO pool_members (pool, account, role, start_at, end_at, version, created_by, created_at)
		SELECT p.id, a.id, 'nurse', $1, 0, 1, '', $1 FROM pools p, accounts a WHERE p.standard AND a.email = 'nurse@faults.test'`, time.Now().UnixMicro())
	return patients, nurse, err
}

// person makes an account and gives a token of theirs.
func (n *node) person(ctx context.Context, email string, as ...string) (token string, err error) {
	if _, err := n.command(ctx, append([]string{"user", "add", email, "--name", "Load Test", "--no-link"}, as...)...); err != nil {
		return "", err
	}
	token, err = n.command(ctx, "token", "--user", email, "--ttl", "12h")
	return strings.TrimSpace(token), err
}

func (n *node) put(ctx context.Context, token, path, body string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, n.url()+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/fhir+json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if said, _ := io.ReadAll(io.LimitReader(res.Body, 1000)); res.StatusCode != http.StatusCreated {
		return fmt.Errorf("a chart could not be made: %s: %s", res.Status, said)
	}
	return nil
}
