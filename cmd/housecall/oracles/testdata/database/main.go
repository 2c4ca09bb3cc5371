// Command database makes a database of its own on the PostgreSQL server that
// HOUSECALL_TEST_POSTGRES names and prints its URL, and drops it again.
//
//	database make
//	database drop URL
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const prefix = "hc_oracles_"

func main() {
	log.SetFlags(0)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := run(ctx, os.Getenv("HOUSECALL_TEST_POSTGRES"), os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, server string, args []string) error {
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	u, err := url.Parse(server)
	switch {
	case err != nil:
		return err
	case len(args) == 1 && args[0] == "make":
		u.Path = "/" + prefix + strings.ToLower(rand.Text())
		if _, err := admin.Exec(ctx, "CREATE DATABASE "+u.Path[1:]+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
			return err
		}
		fmt.Println(u)
		return nil
	case len(args) == 2 && args[0] == "drop":
		made, err := url.Parse(args[1])
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(made.Path, "/")
		if !strings.HasPrefix(name, prefix) {
			return errors.New("that database was not made here")
		}
		_, err = admin.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
		return err
	}
	return errors.New("usage: database make | drop URL")
}
