package provider

// RenewKey is what Start does every ten minutes.
var RenewKey = (*Provider).renewKey
