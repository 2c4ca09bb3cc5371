// Command outdated says which parts of the program are older than they may be, and ends
// with 1 if there are any.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"housecall/internal/bom"
)

// longest is how long a newer version may be out (docs/security.md, What is in it).
const longest = 90 * 24 * time.Hour

func main() {
	late, err := bom.Outdated(context.Background(), ".", longest, time.Now())
	if err != nil {
		fmt.Fprintln(os.Stderr, "outdated:", err)
		os.Exit(2)
	}
	for _, l := range late {
		fmt.Printf("%s %s: %s is out since %s\n", l.Name, l.Version, l.Newest, l.Since.Format(time.DateOnly))
	}
	if len(late) > 0 {
		os.Exit(1)
	}
	fmt.Println("nothing is behind for more than 90 days")
}
