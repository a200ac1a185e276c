// Package figure notes what the tests of the guarantees measured, so that docs/guarantees.md is written by the run itself and by nobody else
// (make guarantees).
package figure
