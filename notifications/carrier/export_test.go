package carrier

// Seal is seal, for the example of the RFC.
var Seal = seal
