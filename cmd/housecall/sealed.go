package main

import (
	"housecall/internal/blob"
	"housecall/internal/identity"
	"housecall/internal/keyring"
	"housecall/records/subscription"
)

// sealedColumns are all in which something is sealed under a site key, whichever part
// of the house writes them: what is sealed anew, and what a key is needed for.
var sealedColumns = []keyring.Column{
	{Table: "totp", Name: "secret", By: "account", Purpose: identity.SealPurpose, Label: "totp "},
	{Table: "totp", Name: "pending", By: "account", Purpose: identity.SealPurpose, Label: "totp "},
	{Table: "provider_keys", Name: "private", By: "id", Purpose: identity.SealPurpose, Label: "provider key "},
	{Table: "outside_sessions", Name: "refresh", By: "request", Purpose: identity.SealPurpose, Label: "outside refresh "},
	{Table: "notice_numbers", Name: "number", By: "account", Purpose: identity.SealPurpose, Label: "number "},
	{Table: "notice_browsers", Name: "subscription", By: "id", Purpose: identity.SealPurpose, Label: "browser "},
	{Table: "devices", Name: "push_token", By: "id", Purpose: identity.SealPurpose, Label: "push token "},
	{Table: "subscriptions", Name: "headers", By: "id", Purpose: subscription.SealPurpose, Label: "headers "},
	{Table: "site_keys", Name: "kept", By: "id", Purpose: keyring.KeptPurpose},

	// Keys of files. What they hold stays under its own key: no name changes while
	// somebody reads, files or deletes it, so nothing can be lost on the way.
	{Table: "binaries", Name: "key", By: "blob", Purpose: blob.WrapPurpose},
	{Table: "access_requests", Name: "key", By: "blob", Purpose: blob.WrapPurpose},
	{Table: "visit_images", Name: "blob_key", By: "blob", Purpose: blob.WrapPurpose},
	{Table: "visit_recording_parts", Name: "blob_key", By: "blob", Purpose: blob.WrapPurpose},
	{Table: "bulk_blobs", Name: "key", By: "name", Purpose: blob.WrapPurpose},
}
